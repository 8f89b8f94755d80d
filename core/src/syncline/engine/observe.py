"""Taking note of what a side said: records and absences become rows, links become due.

Nothing is decided here. A record whose digests equal every base it is linked by needs no values:
its payload is not kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine import digests
from syncline.engine.decide.deltas import Digests, differs
from syncline.engine.interest import Interest
from syncline.engine.lanes import FeedState, Readers
from syncline.engine.rebase import find_again
from syncline.engine.unread import REASON, Unread, is_kept_waiting
from syncline.engine.world import World
from syncline.model.matching import Matcher
from syncline.model.records import WRITABLE, AbsenceReason, Absent, Record, RecordId, Writable
from syncline.model.sides import Side
from syncline.state import attention, links, records

_PRESENCE = {
    AbsenceReason.DELETED: "deleted",
    AbsenceReason.LEFT: "left",
    AbsenceReason.UNREADABLE: "unreadable",
    AbsenceReason.MERGED: "deleted",
    AbsenceReason.MISSING: "present",
}


@dataclass
class Seen:
    """What a page amounted to: new or changed ids, and ids that must be read to be understood."""

    changed: set[str] = field(default_factory=set)
    to_read: set[RecordId] = field(default_factory=set)


@dataclass(frozen=True)
class Observer:
    """Takes note for one feed, on behalf of all lanes of the round that read it."""

    world: World
    feed: FeedState
    readers: Readers
    began_waiting: list[attention.Waiting] = field(default_factory=list)
    """Records without a link that began to wait since something of them cannot be read."""

    def note(
        self,
        tx: Connection,
        found: Sequence[Record],
        absent: Sequence[Absent] = (),
        *,
        generation: int = 0,
        outside: Iterable[str] = (),
    ) -> Seen:
        """Take note of a page. `outside` are ids known to be out of the data set."""
        seen = Seen()
        latest = {record.id: record for record in found}
        gone = {each.id: each for each in absent}
        known = records.find(tx, self.feed.id, (*latest, *gone))
        find_again(tx, self.feed, latest, self._digests)
        linked = self._links(tx, (*latest, *gone))
        place = _Place(self.feed, Interest.of(tx, self.feed), frozenset(outside))
        self._note_records(tx, list(latest.values()), known, linked, generation, place, seen)
        self._note_absent(tx, gone, known, linked, place, seen)
        self._mended(tx, known, (*latest, *(a.id for a in absent if not is_kept_waiting(a))))
        if seen.changed:
            lane_ids = [lane.id for lane, _side in self.readers]
            attention.wake(tx, lane_ids, seen.changed, self.world.seconds)
        return seen

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
        place: _Place,
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
            keys[record.id] = self._keys(record) if row["pending"] else []
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
        place: _Place,
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
        if self.feed.spec.weak_versions and digests.load(old.digests_json) != self._digests(record):
            return False
        return _same_place(old, record, inside)

    def _digests(self, record: Record) -> Digests:
        return self.readers[0][0].digester.fields(record.fields)

    def _row(
        self, record: Record, its_links: list[Row[Any]], place: _Place, generation: int
    ) -> tuple[dict[str, Any], list[int]]:
        current = self._digests(record)
        inside = record.id not in place.outside
        due = [link.id for link in its_links if place.is_due(record, link, current)]
        wanted = place.interest.lanes(record.owner or "") if inside else frozenset()
        pending = bool(wanted - {link.lane_id for link in its_links})
        needed = pending or bool(due)
        row = {
            "feed_id": self.feed.id,
            "id": record.id,
            "version": record.version,
            "owner": record.owner or "",
            "presence": "present" if inside else "left",
            "in_scope": inside,
            "pending": pending,
            "marker": record.marker,
            "modified_at": _seconds(record.modified),
            "writable_json": _writable(record),
            "digests_json": digests.dump(current),
            "payload": self.world.database.vault.seal(dict(record.fields)) if needed else None,
            "generation": generation,
        }
        return row, due

    def _revive(self, tx: Connection, its_links: list[Row[Any]]) -> None:
        """A record that is back: a severed link is made new, a frozen one goes on."""
        frozen = [link.id for link in its_links if link.status == "out_of_scope"]
        links.change(tx, frozen, status="linked", dirty=True)
        severed = [link.id for link in its_links if _is_severed_here(link, self.feed.side)]
        links.change(
            tx,
            severed,
            status="linked",
            dirty=True,
            left_base_json=None,
            right_base_json=None,
            **{f"{self.feed.side}_version": None},
        )

    def _keys(self, record: Record) -> list[tuple[str, str]]:
        vault = self.world.database.vault
        return [
            (name, vault.digest(f"match:{name}", key))
            for name, matcher in self._matchers
            for key in matcher(record.fields)
        ]

    @cached_property
    def _matchers(self) -> tuple[tuple[str, Matcher], ...]:
        """Those by which any of the lanes matches. Asked for each record, and lanes may be many."""
        names = dict.fromkeys(name for lane, _side in self.readers for name in lane.policy.match)
        return tuple((name, self.world.plugins.matchers[name]) for name in names)

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
        place: _Place,
        seen: Seen,
    ) -> None:
        rows: list[dict[str, Any]] = []
        forgotten: list[str] = []
        unread = Unread(self.feed, self.readers, place.interest, self.world.seconds)
        dirty: list[int] = []
        for record_id, absence in gone.items():
            its_links = linked.get(record_id, [])
            if absence.reason is AbsenceReason.MERGED and absence.into is not None:
                self._repoint(tx, its_links, absence.into, seen)
                forgotten.append(record_id)
                continue
            old = known.get(record_id)
            if is_kept_waiting(absence):
                self.began_waiting.extend(unread.waits(tx, absence, its_links, old))
            elif not its_links:
                forgotten.append(record_id)
                continue
            presence = _PRESENCE[absence.reason]
            if old is not None and old.presence == presence:
                continue
            seen.changed.add(record_id)
            rows.append(self._absent_row(record_id, presence, old))
            dirty.extend(link.id for link in its_links)
        records.forget(tx, self.feed.id, forgotten)
        records.save(tx, rows)
        # Nothing may be paired with a record while nobody knows what is in it.
        records.save_keys(tx, self.feed.id, {row["id"]: () for row in rows}, known)
        links.change(tx, dirty, dirty=True)

    def _mended(self, tx: Connection, known: Mapping[str, Row[Any]], ids: Iterable[str]) -> None:
        """What of a record could not be read is now, or is gone: it waits for that no more."""
        were = [id for id in ids if id in known and known[id].presence == "unreadable"]
        attention.over(tx, self.feed.side, self.feed.id, were, REASON)

    def _absent_row(self, record_id: str, presence: str, old: Row[Any] | None) -> dict[str, Any]:
        row = {"feed_id": self.feed.id, "id": record_id, "digests_json": "{}", "owner": ""}
        if old is not None:
            row.update(old._mapping)
        row.update(presence=presence, in_scope=False, pending=False)
        if presence == "deleted":
            row.update(version="", payload=None)
        return {**_EMPTY_ROW, **row}

    def _repoint(
        self, tx: Connection, its_links: list[Row[Any]], winner: RecordId, seen: Seen
    ) -> None:
        """The service merged two records: links follow to the winner, if their lane has none."""
        taken = {
            row.lane_id for row in links.by_records(tx, self.feed.side, self.feed.id, [winner])
        }
        side = self.feed.side
        for link in its_links:
            if link.lane_id in taken:
                links.change(tx, [link.id], status="severed", dirty=False)
            else:
                links.change(
                    tx, [link.id], **{f"{side}_id": winner, f"{side}_version": None, "dirty": True}
                )
        seen.to_read.add(winner)


_EMPTY_ROW: Mapping[str, Any] = {
    "version": "",
    "marker": None,
    "modified_at": None,
    "writable_json": None,
    "payload": None,
    "generation": 0,
}


def _same_place(old: Row[Any], record: Record, inside: bool) -> bool:
    """Whether it is where it was, and its values were kept if somebody needs them."""
    return bool(
        old.presence == "present"
        and old.in_scope == inside
        and old.owner == (record.owner or "")
        and not (old.pending and old.payload is None)
    )


def _seconds(moment: datetime | None) -> float | None:
    """Seconds since 1970; None for an instant at the very ends of the calendar, which is nobody's
    and does not come back from a number in every time zone.
    """
    return moment.timestamp() if moment and 1 < moment.year < datetime.max.year else None


def _writable(record: Record) -> str | None:
    if record.writable == WRITABLE:
        return None
    names = record.writable.fields
    return json.dumps([sorted(names) if names is not None else None, record.writable.reason])


def writable_of(text: str | None) -> Writable:
    """What may be written on a record, from its row."""
    if text is None:
        return WRITABLE
    names, reason = json.loads(text)
    return Writable(frozenset(names) if names is not None else None, reason)


@dataclass(frozen=True)
class _Place:
    """Where a page's records are, for each link that holds one: in its lane's data set or not."""

    feed: FeedState
    interest: Interest
    outside: frozenset[str]

    def holds(self, record: Record, link: Row[Any]) -> bool:
        """Whether the record is in the data set of the link's lane."""
        wanted = self.interest.lanes(record.owner or "")
        return record.id not in self.outside and link.lane_id in wanted

    def is_due(self, record: Record, link: Row[Any], current: Digests) -> bool:
        """Whether the link has to be decided about: the record changed, left or came back."""
        side, inside = self.feed.side, self.holds(record, link)
        if link.status == "out_of_scope":
            return inside
        if link.status == "severed":
            return inside and _is_severed_here(link, side)
        left = link._mapping[f"{side}_inside"] and not inside
        base = digests.load(link._mapping[f"{side}_base_json"])
        return bool(left or link.status != "linked" or differs(current, base))


def _is_severed_here(link: Row[Any], side: Side) -> bool:
    """Whether the link ended because this side's record was gone."""
    return bool(link.status == "severed" and link._mapping[f"{side}_version"] == "gone")
