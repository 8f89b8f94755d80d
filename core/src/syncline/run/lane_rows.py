"""The rows of lanes, brought in line with the configuration: a changed policy takes effect here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.decide.digests import Digester
from syncline.engine.intake.rebase import forget_fields, set_aside
from syncline.engine.lanes import Lane, LaneSide
from syncline.errors import Busy
from syncline.model.reports import LaneName
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Direction, ObjectPolicy
from syncline.run.sync_side import fingerprint
from syncline.state import lanes as rows
from syncline.state.careful import careful_lanes, may_begin_again
from syncline.state.database import Database
from syncline.state.leases import LeaseKey, until


@dataclass(frozen=True)
class LaneRows:
    """The lanes between two stores for one object type. `known` by its key, as they were
    when all of them were looked up. `epoch`: in which the run began. `careful`: lanes whose state
    was lost; `anew`: those that begin may be such, too.
    """

    database: Database
    policy: ObjectPolicy
    known: Mapping[tuple[Any, ...], Row[Any]]
    fingerprint: str
    digester: Digester
    now: float
    epoch: int | None = None
    careful: frozenset[int] = frozenset()
    anew: bool = False

    @classmethod
    def of(
        cls,
        database: Database,
        policy: ObjectPolicy,
        sides: Iterable[PerSide[LaneSide]],
        now: float,
        epoch: int | None,
    ) -> LaneRows:
        """Look up the lanes with these sides."""
        with database.transaction() as tx:
            known = rows.known_lanes(tx, policy.type.name, (each.left.account for each in sides))
            careful, anew = careful_lanes(tx), may_begin_again(tx, now)
        digester = Digester(policy.type, database.vault.digest)
        return cls(
            database=database,
            policy=policy,
            known=known,
            fingerprint=policy_fingerprint(policy),
            digester=digester,
            now=now,
            epoch=epoch,
            careful=careful,
            anew=anew,
        )

    def lane(
        self, name: LaneName, sides: PerSide[LaneSide], limit: int | None, *, adopt: bool
    ) -> Lane:
        """The lane, ready to run.

        Raises:
            Busy: the configuration changed, and a run works on the lane as it was; or a later
                run has brought it in line with a configuration that this one does not know.

        """
        key = self._key(sides)
        row = self.known.get(tuple(key[column] for column in rows.LANE_KEY))
        wanted = self._wanted(name, sides)
        if row is None or adopt or _differs(row, wanted):
            with self.database.transaction() as tx:
                row = self._brought_in_line(tx, sides, wanted, adopt=adopt)
        return Lane(
            id=row.id,
            name=name,
            type=self.policy.type,
            policy=self.policy,
            fingerprint=row.policy,
            digester=self.digester,
            sides=sides,
            first_sync=row.first_synced_at is None,
            rebaseline=bool(row.rebaseline),
            adopt_foreign=bool(row.adopted_foreign),
            careful=row.id in self.careful or (self.anew and row.first_synced_at is None),
            limit=limit,
        )

    def _wanted(self, name: LaneName, sides: PerSide[LaneSide]) -> dict[str, Any]:
        """What the configuration says of a lane."""
        return {
            "sync": name.sync,
            "left_name": name.left,
            "right_name": name.right,
            "left_feed": sides.left.feed.id,
            "right_feed": sides.right.feed.id,
            "left_own": sides.left.by_owner,
            "right_own": sides.right.by_owner,
            "policy": self.fingerprint,
            "direction": self.policy.direction.value,
            "one_way_json": json.dumps(self._not_both, sort_keys=True),
            "match_json": json.dumps(self.policy.match),
        }

    @cached_property
    def _not_both(self) -> dict[str, str]:
        """The fields that do not travel both ways, each with the side they come from, if any."""
        directions = {name: self.policy.field_direction(name) for name in self.policy.type.fields}
        return {
            name: direction.source.value if direction.source else ""
            for name, direction in directions.items()
            if direction is not Direction.BOTH
        }

    def _brought_in_line(
        self,
        tx: Connection,
        sides: PerSide[LaneSide],
        wanted: Mapping[str, Any],
        *,
        adopt: bool,
    ) -> Row[Any]:
        row = rows.find_lane(tx, self._key(sides))  # another run may have brought it here since
        lane_id = rows.add_lane(tx, {**self._key(sides), **wanted}) if row is None else row.id
        if row is not None and _differs(row, wanted):
            self._require_known(row)
            self._require_free(tx, sides)
            left_behind = _moved(tx, row, sides)
            former = self._policy_changed(tx, row, sides)
            if left_behind or row.left_feed is None or row.policy != self.fingerprint:
                rows.look_anew(tx, lane_id, former)
            rows.change_lane(tx, lane_id, **wanted)
            rows.drop_unread_feeds(tx, left_behind)
        if self.epoch is not None and (row is None or _differs(row, wanted)):
            rows.change_lane(tx, lane_id, configured=self.epoch)
        if adopt:
            rows.change_lane(tx, lane_id, adopted_foreign=True)
        return rows.get_lane(tx, lane_id)

    def _require_known(self, row: Row[Any]) -> None:
        """A run that read its configuration before it was edited brings nothing back to it."""
        if self.epoch is not None and row.configured > self.epoch:
            raise Busy(
                "a run that began later works with another configuration",
                hint="It was edited after this run had read it. The next run has the new one.",
            )

    def _require_free(self, tx: Connection, sides: PerSide[LaneSide]) -> None:
        """Links are not moved, and bases not given up, under the hands of a run that works with
        them.
        """
        for here in sides:
            key = LeaseKey(here.feed.store_id, here.account, self.policy.type.name)
            if until(tx, key, self.now) is not None:
                raise Busy(
                    "another run works on this member with the configuration as it was",
                    hint="The change takes effect in the next run after that.",
                )

    def _key(self, sides: PerSide[LaneSide]) -> dict[str, Any]:
        return {
            "type": self.policy.type.name,
            **{f"{side}_store": sides[side].feed.store_id for side in SIDES},
            **{f"{side}_account": sides[side].account for side in SIDES},
        }

    def _policy_changed(
        self, tx: Connection, row: Row[Any], sides: PerSide[LaneSide]
    ) -> Side | None:
        """Direction, data set, mapping or matching changed: everything is read again. Returns the
        former source, which wins where sides differ, if one way became two.
        """
        if row.policy == self.fingerprint:
            return None
        for side in SIDES:
            rows.read_again(tx, sides[side].feed.id)
        former = Direction(row.direction).source if row.direction else None
        if former is None or former is self.policy.direction.source:
            former = self._fields_travel_again(tx, row)
        elif self.policy.direction is Direction.BOTH:
            rows.forget_bases(tx, row.id)
        return former

    def _fields_travel_again(self, tx: Connection, row: Row[Any]) -> Side | None:
        """Single fields that travel now from a side they did not come from before: what they held
        there was never carried, so they have no bases. Returns the former source of those that
        travel both ways now, which wins. (If there is more than one, `conflict` decides.)
        """
        former: dict[str, str] = json.loads(row.one_way_json)
        now = {name: self.policy.field_direction(name) for name in former}
        turned = [
            name
            for name, source in former.items()
            if any(now[name].writes(side.other) for side in SIDES if side.value != source)
        ]
        if turned:
            forget_fields(tx, row.id, turned)
        both = (name for name in turned if now[name] is Direction.BOTH)
        sources = {Side(former[name]) for name in both if former[name]}
        return sources.pop() if len(sources) == 1 else None


def _differs(row: Row[Any], wanted: Mapping[str, Any]) -> bool:
    return any(row._mapping[name] != value for name, value in wanted.items())


def _moved(tx: Connection, row: Row[Any], sides: PerSide[LaneSide]) -> list[int]:
    """Another folder, data set or set of fields: links follow to the new feed; returns the feeds
    they were in, those of a lane that comes back to the configuration as well.
    """
    left_behind = []
    for side in SIDES:
        old, new = row._mapping[f"{side}_feed"], sides[side].feed
        if old is None:
            old = rows.feed_of_links(tx, row.id, side)
        if old is not None and old != new.id:
            if rows.feed_mapping(tx, old) != new.tag:
                set_aside(tx, row.id, side)
            rows.move_links(tx, row.id, side, new.id)
            rows.read_again(tx, new.id)
            left_behind.append(old)
    return left_behind


def policy_fingerprint(policy: ObjectPolicy) -> str:
    """What of a policy, when it changes, makes everything be looked at again."""
    fields = {
        name: (policy.field_direction(name).value, list(rule.native))
        for name, rule in sorted(policy.fields.items())
    }
    return fingerprint(
        policy.direction.value,
        policy.drift.value,
        list(policy.where),
        [each.value for each in policy.records],
        list(policy.container),
        list(policy.match),
        fields,
    )
