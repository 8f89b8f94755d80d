"""Whose records are, and who gave some away: what happens to a copy that its member keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from proof.ledger import Ledger
from syncline.connectors.memory import MemoryStore
from syncline.model.records import AccountId, RecordId
from syncline.model.sides import SIDES, Side


@dataclass
class Owners:
    """`given`: who had whose record, in a system that all share, until it got another owner, or
    each was to have only their own. It has left their data set, so that their own copy rests, or
    goes (`left_scope`). `got`: who got somebody's record so.
    """

    ledger: Ledger
    given: set[tuple[str, str]] = field(default_factory=set)
    got: set[tuple[str, str]] = field(default_factory=set)

    def now(self) -> dict[RecordId, AccountId]:
        """Each record's owner."""
        live = [each for side in SIDES for each in self.ledger.live(side)]
        return {each.id: each.place.account for each in live}

    def changed(self, before: Mapping[RecordId, AccountId]) -> set[str]:
        """Whose records have another owner than before."""
        moved = set()
        for side in SIDES:
            store = self.ledger.stores[side]
            for each in self.ledger.live(side):
                former, owner = before.get(each.id), each.place.account
                if former is not None and former != owner:
                    family = self.ledger.family(side, each.id)
                    self.given.add((member_of(store, former), family))
                    self.given.discard((member_of(store, owner), family))
                    self.got.add((member_of(store, owner), family))
                    moved.add(family)
        return moved

    def no_longer_visible(self, side: Side, members: Iterable[str]) -> None:
        """From now on each member has only what is theirs, of what all of them had."""
        store = self.ledger.stores[side]
        for each in self.ledger.live(side) if store.options.feed == "connection" else ():
            others = (name for name in members if store.accounts[name] != each.place.account)
            self.given.update((name, self.ledger.family(side, each.id)) for name in others)

    def visible_again(self) -> None:
        """From now on everybody has everything."""
        self.given.clear()

    def gave(self, side: Side, account: str | None, family: str) -> bool:
        """Whether who has this account gave away that person's record on the other side."""
        return (member_of(self.ledger.stores[side], account), family) in self.given


def member_of(store: MemoryStore, account: str | None) -> str:
    """Who has this account."""
    return next((name for name, id in store.accounts.items() if id == account), "")
