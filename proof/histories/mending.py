"""What waits is due as soon as anybody's run has read the edit that mends it, not a day later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from proof.histories.deeds import Deed
from proof.histories.kept import Kept, Waits
from syncline.connectors.memory import MemoryStore
from syncline.model.records import RecordId
from syncline.model.sides import PerSide, Side
from syncline.state.links import LINK

MENDS: Final[Mapping[Deed, frozenset[str]]] = {
    "mend": frozenset({"unreadable"}),
    "unlock": frozenset({"read only", "no permission"}),
    "accept": frozenset({"refused"}),
}
"""What each edit mends, by the reasons why records wait."""
SPOILS: Final[frozenset[Deed]] = frozenset({"spoil", "no zone", "lock", "half lock"})
"""The opposite of these."""
_PARTNERS: Final = f'SELECT left_id, right_id FROM "{LINK.name}" WHERE left_id = ? OR right_id = ?'  # noqa: S608


@dataclass
class Mending:
    """Edits that nobody has read yet, each with what waited for it when it was made: that record,
    and those it is linked to, since a write that was refused waits with its source.
    """

    kept: Kept
    stores: PerSide[MemoryStore]
    _asleep: dict[tuple[Side, RecordId], set[Waits]] = field(default_factory=dict)

    def mended(self, deed: Deed, side: Side, id: RecordId, members: Collection[str]) -> None:
        """Somebody has mended a record. `members`: who takes part now; nobody reads for others."""
        partners = {each for row in self.kept.rows(_PARTNERS, (id, id)) for each in row}
        ids = {id} if deed == "mend" else {id, *partners}
        lanes = self.kept.lanes(members)
        waiting = [w for w in self.kept.waiting() if w.reason in MENDS[deed] and w.lane in lanes]
        self._asleep[side, id] = {each for each in waiting if each.record in ids}

    def spoiled(self, side: Side, id: RecordId) -> None:
        """Somebody did to a record again what it waits for."""
        self._asleep.pop((side, id), None)

    def read(self, members: tuple[str, ...]) -> None:
        """A run of these members came to its end, and nothing happened in it."""
        now = set(self.kept.waiting())
        for side, id in [key for key in self._asleep if self._is_told(*key, members)]:
            asleep = self._asleep.pop((side, id)) & now
            assert not asleep, f"P9: {id} was mended, and still waits: {asleep}"

    def forget(self) -> None:
        """The state is gone, or what it noted is not read any more."""
        self._asleep.clear()

    def _is_told(self, side: Side, id: RecordId, members: tuple[str, ...]) -> bool:
        """Whether the members' feeds tell of every edit at once, and so of this one."""
        store = self.stores[side]
        entry, options = store.entries[id], store.options
        accounts = {store.accounts[name] for name in members}
        within = options.feed == "connection" or entry.place.account in accounts
        at_once = not options.visibility_lag and options.paging == "keyset"
        return entry.live and within and at_once
