"""Taking note of what a side said: records and absences become rows, links become due.

Nothing is decided here. A record whose digests equal every base it is linked by needs no values:
its payload is not kept. And no older observation replaces a newer one: what somebody has noted
since a call began may be newer than its answer, so it is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row

from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Digests
from syncline.engine.intake.place import INSIDE, Place, Whereabouts, links_outside
from syncline.engine.intake.rebase import find_again
from syncline.engine.intake.record_row import absent_row, same_place, says_less, seconds, writable
from syncline.engine.intake.unread import REASON, Unread, is_kept_waiting, is_nobodys, told_apart
from syncline.engine.lanes import FeedState, Readers
from syncline.engine.world import World
from syncline.model.records import AbsenceReason, Absent, Record, RecordId
from syncline.model.sides import PerSide
from syncline.state import attention, conflicts, feeds, links, records

_PRESENCE: Final = {
    AbsenceReason.DELETED: "deleted",
    AbsenceReason.LEFT: "left",
    AbsenceReason.UNREADABLE: "unreadable",
    AbsenceReason.MERGED: "deleted",
}


@dataclass
class Seen:
    """What a page amounted to: new or changed ids; ids that must be read to be understood, among
    them the `overtaken` ones, which somebody has noted since the call began.
    """

    changed: set[str] = field(default_factory=set)
    to_read: set[RecordId] = field(default_factory=set)
    overtaken: set[RecordId] = field(default_factory=set)


@dataclass(frozen=True)
class Observer:
    """Takes note for one feed, on behalf of all lanes of the round that read it."""

    world: World
    feed: FeedState
    readers: Readers
    began_waiting: list[attention.Waiting] = field(default_factory=list)
    """Records without a link that began to wait since something of them cannot be read."""
    ownerless: set[RecordId] = field(default_factory=set)
    """Those that wait in no lane, since nobody can read whose they are."""

    def note(
        self,
        tx: Connection,
        found: Sequence[Record],
        absent: Sequence[Absent] = (),
        *,
        began: int,
        generation: int = 0,
        whereabouts: Whereabouts = INSIDE,
        asked: bool = False,
    ) -> Seen:
        """Take note of a page. `began`: the feed's revision before the call; `generation`: the
        number of a pass over everything, 0 for any other page; `asked`: these records were asked
        for by their ids.
        """
        seen = Seen()
        ids = dict.fromkeys([*(record.id for record in found), *(each.id for each in absent)])
        known = records.find(tx, self.feed.id, ids)
        place = Place.of(tx, self.feed, whereabouts, known)
        latest, gone = told_apart(found, absent, place)
        if asked:
            gone = {key: each for key, each in gone.items() if not says_less(each, known.get(key))}
        for key in self._overtaken(tx, (*latest, *gone), known, began):
            latest.pop(key, None)
            gone.pop(key, None)
            seen.overtaken.add(key)
        seen.to_read |= seen.overtaken
        find_again(tx, self.feed, latest, self._digests)
        linked = self._links(tx, (*latest, *gone))
        self.ownerless.difference_update(latest, gone)
        self._note_records(tx, list(latest.values()), known, linked, generation, place, seen)
        self._note_absent(tx, gone, known, linked, place, seen)
        self._mended(tx, known, (*latest, *(k for k, a in gone.items() if not is_kept_waiting(a))))
        self._wake(tx, seen.changed, linked)
        return seen

    def inside(self, tx: Connection, listed: Sequence[Record]) -> None:
        """A listing shows these records, which are as they were noted last: they are in the data
        set, though whoever noted them may not have known.
        """
        linked = self._links(tx, [record.id for record in listed])
        place = Place.of(tx, self.feed, INSIDE, {})
        self._enter(tx, listed, linked, place)
        for record in listed:
            self._revive(tx, [k for k in linked.get(record.id, ()) if place.holds(record, k)])

    def _overtaken(
        self,
        tx: Connection,
        ids: Iterable[RecordId],
        known: Mapping[str, Row[Any]],
        began: int,
    ) -> list[RecordId]:
        """Of these records, those that somebody noted, or forgot, since the call began."""
        noted, forgotten = feeds.noted_since(tx, self.feed.id, began)
        if not noted:
            return []
        return [key for key in ids if (known[key].revision > began if key in known else forgotten)]

    def _wake(
        self, tx: Connection, changed: set[str], linked: Mapping[str, list[Row[Any]]]
    ) -> None:
        """What waits in any lane that looks at this feed is due again: these records, and what
        they are linked to, since a write that was refused waits with its source.
        """
        if changed:
            side = self.feed.side
            there = f"{side.other}_id"
            partners = {k._mapping[there] for key in changed for k in linked.get(key, ())}
            ids: PerSide[Iterable[str]] = PerSide(changed, changed)
            ids = ids.with_side(side.other, partners - {None})
            attention.wake(tx, side, self.feed.id, ids, self.world.seconds)

    def _links(self, tx: Connection, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
        found: dict[str, list[Row[Any]]] = {}
        for row in links.by_records(tx, self.feed.side, self.feed.id, ids):
            found.setdefault(row._mapping[f"{self.feed.side}_id"], []).append(row)
        return found

    # --- records ------------------------------------------------------------------------------

    def _note_records(
        self,
        tx: Connection,
        found: Sequence[Record],
        known: Mapping[str, Row[Any]],
        linked: Mapping[str, list[Row[Any]]],
        generation: int,
        place: Place,
        seen: Seen,
    ) -> None:
        rows: list[dict[str, Any]] = []
        keys: dict[str, list[tuple[str, str]]] = {}
        replayed: list[str] = []
        dirty: list[int] = []
        self._enter(tx, found, linked, place)
        for record in found:
            old, its_links = known.get(record.id), linked.get(record.id, [])
            if self._is_replay(old, record, record.id not in place.outside):
                replayed.append(record.id)
                continue
            seen.changed.add(record.id)
            row, due = self._row(record, its_links, place, generation)
            if record.marker is None and old is not None:
                row["marker"] = old.marker  # not read this time is not gone
            rows.append(row)
            dirty.extend(due)
            if its_links:
                self._revive(tx, [link for link in its_links if place.holds(record, link)])
            keys[record.id] = self._keys(record, place) if row["pending"] else []
        records.save(tx, rows)
        records.save_keys(tx, self.feed.id, keys, known)
        links.change(tx, dirty, dirty=True)
        if generation:
            records.mark_seen(tx, self.feed.id, replayed, generation)

    def _enter(
        self,
        tx: Connection,
        found: Sequence[Record],
        linked: Mapping[str, list[Row[Any]]],
        place: Place,
    ) -> None:
        """Links whose record is seen in their data set for the first time: it can leave it now."""
        side = self.feed.side
        entered = [
            link.id
            for record in found
            for link in linked.get(record.id, ())
            if not link._mapping[f"{side}_inside"] and place.holds(record, link)
        ]
        links.change(tx, entered, **{f"{side}_inside": True})

    def _is_replay(self, old: Row[Any] | None, record: Record, inside: bool) -> bool:
        """The same version again: an overlap, a repeated page, our own write's echo. Stamps are
        too coarse to say so alone: two edits within one of their steps share a version.
        """
        if old is None or record.version == "" or old.version != record.version:
            return False
        before = digests.load(old.digests_json) or {}
        if not record.fields.keys() & self.feed.spec.readable <= before.keys():
            return False  # a field that could not be read before
        if self.feed.spec.weak_versions and before != self._digests(record):
            return False
        return same_place(old, record, inside)

    def _digests(self, record: Record) -> Digests:
        return self.readers[0][0].digester.fields(record.fields)

    def _row(
        self, record: Record, its_links: list[Row[Any]], place: Place, generation: int
    ) -> tuple[dict[str, Any], list[int]]:
        current = self._digests(record)
        inside = record.id not in place.outside
        due = [link for link in its_links if place.is_due(record, link, current)]
        wanted = place.interest.lanes(record.owner or "") if inside else frozenset()
        made = {link.lane_id for link in its_links if link.status != "creating"}
        pending = bool(wanted - made)
        needed = pending or any(link.status != links.RESTING for link in due)
        row = {
            "feed_id": self.feed.id,
            "id": record.id,
            "version": record.version,
            "owner": record.owner or "",
            "presence": "present" if inside else "left",
            "in_scope": inside,
            "pending": pending,
            "marker": record.marker,
            "modified_at": seconds(record.modified),
            "writable_json": writable(record),
            "digests_json": digests.dump(current),
            "payload": self.world.database.vault.seal(dict(record.fields)) if needed else None,
            "generation": generation,
        }
        return row, [link.id for link in due]

    def _revive(self, tx: Connection, its_links: list[Row[Any]]) -> None:
        """A record that is back: a severed link is made new, a frozen one goes on, unless its
        other record is outside.
        """
        frozen = {link.id for link in its_links if link.status == "out_of_scope"}
        if frozen:
            frozen -= links_outside(tx, self.feed.side.other, frozen)
            links.change(tx, frozen, status="linked", dirty=True)
        severed = [link.id for link in its_links if links.is_severed_at(link, self.feed.side)]
        links.begin_again(tx, severed, self.feed.side)

    def _keys(self, record: Record, place: Place) -> list[tuple[str, str]]:
        """By which any lane that looks at the feed pairs; a plugin may be gone by now."""
        vault, matchers = self.world.database.vault, self.world.plugins.matchers
        return [
            (name, vault.digest(f"match:{name}", key))
            for name in place.interest.match
            if name in matchers
            for key in matchers[name](record.fields)
        ]

    def never_inside(self, tx: Connection, ids: Iterable[RecordId]) -> list[RecordId]:
        """Of these records, those with a link in use that never saw them in the data set."""
        side = self.feed.side
        return [
            RecordId(key)
            for key, its_links in self._links(tx, ids).items()
            if any(k.status == "linked" and not k._mapping[f"{side}_inside"] for k in its_links)
        ]

    # --- absences -----------------------------------------------------------------------------

    def _note_absent(
        self,
        tx: Connection,
        gone: Mapping[RecordId, Absent],
        known: Mapping[str, Row[Any]],
        linked: Mapping[str, list[Row[Any]]],
        place: Place,
        seen: Seen,
    ) -> None:
        rows: list[dict[str, Any]] = []
        forgotten: list[str] = []
        unread = Unread(self.feed, self.readers, place.interest, self.world.seconds)
        dirty: list[int] = []
        for record_id, absence in gone.items():
            its_links = linked.get(record_id, [])
            if absence.reason is AbsenceReason.MERGED and absence.into is not None:
                self._repoint(tx, its_links, absence.into, place, seen)
                forgotten.append(record_id)
                continue
            old = known.get(record_id)
            if is_kept_waiting(absence):
                self.began_waiting.extend(unread.waits(tx, absence, its_links, old))
                if is_nobodys(absence, its_links, old):
                    self.ownerless.add(record_id)
            elif not its_links:
                forgotten.append(record_id)
                continue
            presence = _PRESENCE[absence.reason]
            if old is not None and old.presence == presence:
                continue
            seen.changed.add(record_id)
            rows.append(absent_row(self.feed.id, record_id, presence, old))
            dirty.extend(link.id for link in its_links)
        records.forget(tx, self.feed.id, forgotten)
        attention.forget(tx, self.feed.side, self.feed.id, forgotten)
        records.save(tx, rows)
        # Nothing may be paired with a record while nobody knows what is in it.
        records.save_keys(tx, self.feed.id, {row["id"]: () for row in rows}, known)
        links.change(tx, dirty, dirty=True)

    def _mended(self, tx: Connection, known: Mapping[str, Row[Any]], ids: Iterable[str]) -> None:
        """What of a record could not be read is now, or is gone: it waits for that no more."""
        were = [id for id in ids if id in known and known[id].presence == "unreadable"]
        attention.over(tx, self.feed.side, self.feed.id, were, REASON)

    def _repoint(
        self,
        tx: Connection,
        its_links: list[Row[Any]],
        winner: RecordId,
        place: Place,
        seen: Seen,
    ) -> None:
        """The service merged two records: links follow to the winner, if their lane has none. One
        that never was in the data set has not left it: where it is known to be outside, they rest.
        A link that has ended otherwise stays with the loser: the winner may be somebody new.
        """
        winners = links.by_records(tx, self.feed.side, self.feed.id, [winner])
        taken = {each.lane_id for each in winners if each.status != "severed"}
        ended = {each.lane_id: each.id for each in winners if each.status == "severed"}
        side, row = self.feed.side, records.find(tx, self.feed.id, [winner]).get(winner)
        conflicts.drop(tx, [link.id for link in its_links])  # of what is there no more
        for link in its_links:
            if link.status == "severed" and not links.is_severed_at(link, side):
                continue
            if link.lane_id in taken:
                links.sever(tx, link.id, side)  # and goes on if its record is taken back
                continue
            if link.lane_id in ended:
                links.remove(tx, [ended.pop(link.lane_id)])
            inside = row is not None and place.held(row, link)
            values = {"id": winner, "version": None, "inside": inside}
            links.change(tx, [link.id], dirty=True, **{f"{side}_{n}": v for n, v in values.items()})
            if inside:
                self._revive(tx, [link])
            elif row is not None and link.status == "linked":
                # Outside as one that has left, so that only its own return lets the link go on.
                rests = {"status": "out_of_scope", f"{side}_inside": True}
                links.change(tx, [link.id], dirty=False, **rests)
                links.drop_values(tx, [link.id])
        seen.to_read.add(winner)
