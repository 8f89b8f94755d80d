"""Claims on match keys, taken before a create: who comes second follows what the first makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from syncline.engine.prepared import Prepared
from syncline.engine.world import World
from syncline.state import links
from syncline.state.claims import Claim, claim


@dataclass(frozen=True)
class Claiming:
    """`crowded`: by feed, the keys (kind, digest) that too many records carry to say anything."""

    world: World
    crowded: Mapping[int, Set[tuple[str, str]]]

    def claimed(
        self, creates: Sequence[Prepared]
    ) -> tuple[list[Prepared], list[tuple[Prepared, Claim]]]:
        """Those that may be created, and the others, each with the claim it has to follow."""
        leaders: list[Prepared] = []
        followers: list[tuple[Prepared, Claim]] = []
        with self.world.transaction() as tx:
            wanted = [self._claims(each) for each in creates]
            others = claim(tx, wanted, self.world.seconds)
        for each, other in zip(creates, others, strict=True):
            if other is None:
                leaders.append(each)
            else:
                followers.append((each, other))
        return leaders, followers

    def says_nothing(self, each: Prepared, kind: str, key: str) -> bool:
        """Whether too many records on the source's side carry this key."""
        crowded = self.crowded.get(each.lane.sides[each.side.other].feed.id)
        if not crowded:
            return False
        return (kind, self.world.database.vault.digest(f"match:{kind}", key)) in crowded

    def _claims(self, each: Prepared) -> list[Claim]:
        """One claim per match key, strongest first."""
        matchers, vault = self.world.plugins.matchers, self.world.database.vault
        lane, account = each.lane, "" if each.feed.feed.account is None else each.operation_account
        return [
            Claim(
                vault.digest(f"claim:{each.feed.store_id}:{lane.type.name}:{name}:{account}", key),
                lane.id,
                str(each.source_id),
            )
            for name in lane.policy.match
            for key in matchers[name](each.source)
            if not self.says_nothing(each, name, key)
        ]


def holder_link(tx: Connection, each: Prepared, other: Claim) -> Row[Any] | None:
    """The link of the record that has the claim, with what it made (`target`) if it is made."""
    link = links.LINK
    source = link.c[f"{each.side.other}_id"]
    target = link.c[f"{each.side}_id"].label("target")
    statement = select(target).where(link.c.lane_id == other.lane_id, source == other.source_id)
    return tx.execute(statement).first()
