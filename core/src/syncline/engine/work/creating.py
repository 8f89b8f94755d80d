"""Creates carried out: looked for in the whole connection, claimed, then sent.

A create is the only write that cannot be made safe by a condition. So each has a deterministic
key, is preceded by a search for the marker and the match keys, and holds a claim on its match
keys, so that two members who know the same person make one record. All this goes for a record that
is made again, too: it may be there already, and several members may have held the one that is gone.

No search shows what was made a moment ago, nor goes by a key that the connection cannot be searched
for. Where the state knows of a record that may be the one, it is read by id: what was made by
whoever has the claim, and the counterpart of a record that was deleted and may have been entered
anew. Whether it is the one, its own keys say, as they would if a search had found it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from syncline.engine.intake.place import Whereabouts
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import FeedState
from syncline.engine.match.claiming import Claiming, Follower, Holder, holder_of
from syncline.engine.match.joining import join_to
from syncline.engine.match.lookup import Lookup, Twin
from syncline.engine.match.survivors import Known, Survivors
from syncline.engine.report import RoundReport
from syncline.engine.send.give_way import TAKEN
from syncline.engine.send.writer import Writer
from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.model.records import Record, RecordId
from syncline.model.reports import Action
from syncline.model.sides import Side
from syncline.state import attention, links, records
from syncline.state.claims import release_holder
from syncline.state.crowds import Crowds

_SAME_KEY: Final = "another record on the same side carries the same match key"
_UNDER_WAY: Final = (
    "another record that carried the same match key is being created, with an unknown outcome"
)
_HIDDEN: Final = (
    "what was created for another record with the same match key cannot be read at the moment"
)


@dataclass
class Creating:
    """Carries the creates of a round out. `crowds`: the keys that so many records of a side carry
    that they say nothing. `put_off`: by lane, records whose twins may have changed in the next
    pass.
    """

    world: World
    readers: Mapping[int, FeedReader]
    report: RoundReport
    writer: Writer
    crowds: Crowds
    put_off: set[tuple[int, Side, str]] = field(default_factory=set)
    _survivors: Survivors = field(init=False)

    def __post_init__(self) -> None:
        self._survivors = Survivors(self.world, self.readers, self.writer.failures)

    def send(self, creates: Sequence[Prepared]) -> int:
        """Create what does not exist yet, and link the rest; returns how many there were."""
        self.world.writing_at_once(self._send_to_account, _by_account(creates))
        return len(creates)

    def _send_to_account(self, feeds: Sequence[tuple[FeedState, Sequence[Prepared]]]) -> None:
        """One feed after the other: they share their claims, and who comes second follows."""
        for feed, group in feeds:
            self._send_to(feed, group)

    def _send_to(self, feed: FeedState, group: Sequence[Prepared]) -> None:
        """Also a matcher that fails, at whatever step it is asked, ends the work on this feed."""
        with self.writer.failures.caught(feed):
            missing = self._not_entered_anew(feed, self._not_found(feed, group))
            leaders, followers = self._claiming.claimed(missing)
            self.writer.send(leaders)
            self._follow(feed, followers)

    def link_duplicates(self) -> int:
        """Creates that the service refused as duplicates: link to what is there, if it is one."""
        refused = list(self.writer.aftermath.duplicates)
        self.writer.aftermath.duplicates.clear()
        for create, ids in refused:
            if create.feed not in self.writer.failures:
                with self.writer.failures.caught(create.feed):
                    self._link_duplicate(create, ids)
        return len(refused)

    def _link_duplicate(self, create: Prepared, ids: Sequence[RecordId]) -> None:
        there = self.readers[create.feed.id].by_id(ids) if len(ids) == 1 else []
        why = "the service refuses it as a duplicate of a record that cannot be read"
        if len(ids) > 1:
            why = f"the service refuses it as a duplicate of {len(ids)} records"
        self._link_twin(create, Twin(next(iter(there), None), why))

    def stop(
        self, create: Prepared, kind: attention.Reason, why: str, *, patient: bool = True
    ) -> None:
        """The record waits for a person, or for a change; what is not `patient`, for a while."""
        lane, side, source = create.lane, create.side.other, create.source_id
        waiting = attention.Waiting(lane.id, side, str(source), kind, why, patient=patient)
        with self.world.transaction() as tx:
            attention.wait(tx, waiting, self.world.seconds)
        self.report.waits(lane, side, source, kind, why, label=create.planned.label)

    # --- look -----------------------------------------------------------------------------------

    @property
    def _claiming(self) -> Claiming:
        return Claiming(self.world, self.crowds)

    def _not_found(self, feed: FeedState, group: Sequence[Prepared]) -> list[Prepared]:
        """Those whose counterpart does not exist yet; the others are linked or reported."""
        if feed in self.writer.failures:
            return []
        twins: Mapping[int, Twin] | None = None
        began = self.readers[feed.id].revision()
        with self.writer.failures.caught(feed):
            twins = Lookup(self.world, feed).search(group, self._claiming.says_nothing)
        if twins is None:
            return []
        missing = []
        for create in group:
            twin = twins.get(id(create))
            if twin is None:
                missing.append(create)
            else:
                self._link_twin(create, twin, began)
        return missing

    def _not_entered_anew(self, feed: FeedState, group: Sequence[Prepared]) -> list[Prepared]:
        """Those that take the place of no deleted record whose counterpart is there still. Where
        every match key can be searched for, the search has told.
        """
        lookup = Lookup(self.world, feed)
        lanes = {c.lane.id: c.lane for c in group if lookup.misses_keys(c)}
        if not lanes:
            return list(group)
        survivors = self._survivors.of(feed, lanes.values())
        if survivors is None:
            return []
        known, ids = survivors
        return [c for c in group if not self._link_known(c, known, ids.get(c.lane.id, ()))]

    def _link_known(self, create: Prepared, known: Known, ids: Sequence[str]) -> bool:
        """Whether one of these records carries a match key of the create, which is done then."""
        there = known.there(ids)
        if not there:
            return False
        lookup = Lookup(self.world, create.feed)
        twin = lookup.among(create, there, self._claiming.says_nothing)
        if twin is None:
            return False
        self._link_twin(create, twin, known.began)
        return True

    def _link_twin(self, create: Prepared, twin: Twin, began: int | None = None) -> None:
        """`began`: the revision of the feed before the twin was looked for; None if it is noted."""
        if twin.record is None:
            self.stop(create, "ambiguous", twin.why)
            return
        reader = self.readers[create.feed.id]
        overtaken: set[RecordId] = set()
        with self.world.transaction() as tx:
            if self._is_put_off(tx, create, twin.record.id):
                return
            if began is not None:
                overtaken = _note_twin(tx, reader, twin.record, began)
            joined = self._join(tx, create, twin.record.id, twin.record.marker)
        with self.writer.failures.caught(create.feed):
            reader.by_id(overtaken)
        if not joined:
            self.stop(create, "ambiguous", TAKEN)

    def _is_put_off(self, tx: Connection, create: Prepared, target: RecordId) -> bool:
        """Whether the twin may not be one any more in the next pass: it is linked to a record whose
        edit has yet to reach it, and may take the key away. Nobody waits for that twice.
        """
        mine = (create.lane.id, create.side, str(create.source_id))
        if mine in self.put_off:
            return False
        held = links.by_records(tx, create.side, create.feed.id, [target])
        others = [link for link in held if link.dirty and link.id != create.link_id]
        if not any(links.is_edited(tx, link, create.side.other) for link in others):
            return False
        self.put_off.add(mine)
        return True

    def _join(
        self, tx: Connection, create: Prepared, target: RecordId, marker: str | None = None
    ) -> bool:
        joined = join_to(tx, self.world.installation, create, target, marker)
        if joined:
            self.report.count(create.lane, Action.LINK, create.feed.connection.name)
        return joined

    # --- claim ----------------------------------------------------------------------------------

    def _follow(self, feed: FeedState, followers: Sequence[Follower]) -> None:
        """Somebody else has the claim: link to what it made, or wait until it is settled. A claim
        of which nothing can come any more, or what it made is gone, or carries the key no more, is
        free for the next pass.
        """
        behind: list[tuple[Follower, Holder]] = []
        for follower in followers:
            with self.world.transaction() as tx:
                holder = holder_of(tx, self.world, follower.create, follower.claim)
                if holder is None:
                    release_holder(tx, follower.claim)
                else:
                    behind.append((follower, holder))
        asked = [h.target for f, h in behind if h.target is not None and not f.certain]
        known = self._survivors.read(feed, asked)
        for follower, holder in behind:
            if follower.certain:
                self._follow_certainly(follower, holder)
            elif known is not None:
                self._follow_known(follower, holder, known)

    def _follow_certainly(self, follower: Follower, holder: Holder) -> None:
        if follower.same_lane:
            self.stop(follower.create, "ambiguous", _SAME_KEY)
        elif holder.target is not None:
            with self.world.transaction() as tx:
                joined = self._join(tx, follower.create, holder.target)
            if not joined:
                self.stop(follower.create, "ambiguous", TAKEN)

    def _follow_known(self, follower: Follower, holder: Holder, known: Known) -> None:
        """The claim is of an earlier moment: what was made says whether it is the same still."""
        create, target = follower.create, holder.target
        if target is None:
            if follower.same_lane:
                self.stop(create, "ambiguous", _UNDER_WAY, patient=False)
        elif target in known.answer.records or known.answer.is_gone(target):
            if not self._link_known(create, known, [target]):
                with self.world.transaction() as tx:
                    self._claiming.void(tx, follower)
        else:
            self.stop(create, "ambiguous", _HIDDEN, patient=False)


def _note_twin(tx: Connection, reader: FeedReader, record: Record, began: int) -> set[RecordId]:
    """Nothing says that it is in the data set, or that it has left it: it stays where it was seen
    last. Returns it if somebody has noted it since it was looked for.
    """
    row = records.find(tx, reader.feed.id, [record.id]).get(record.id)
    inside = reader.feed.feed.scope is None or (row is not None and row.in_scope)
    whereabouts = Whereabouts(frozenset() if inside else frozenset({record.id}))
    return reader.observer.note(tx, [record], began=began, whereabouts=whereabouts).overtaken


def _by_account(
    creates: Sequence[Prepared],
) -> list[list[tuple[FeedState, list[Prepared]]]]:
    """The creates of each feed, those of one account's feeds together."""
    accounts: dict[tuple[int, str | None], list[tuple[FeedState, list[Prepared]]]] = {}
    for feed, group in _by_feed(creates):
        accounts.setdefault((feed.store_id, feed.feed.account), []).append((feed, group))
    return list(accounts.values())


def _by_feed(creates: Sequence[Prepared]) -> list[tuple[FeedState, list[Prepared]]]:
    groups: dict[int, tuple[FeedState, list[Prepared]]] = {}
    for create in creates:
        groups.setdefault(create.feed.id, (create.feed, []))[1].append(create)
    return list(groups.values())
