"""Looking for what a create has made whose answer nobody has.

Our mark decides alone where the service keeps one. Elsewhere it is looked for by match keys, and
among the feed's own news, in what was made since: by the service's clock, which is not ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from syncline.engine.decide.created import (
    Candidate,
    Finding,
    Likeness,
    decide_created,
    likeness,
)
from syncline.engine.decide.deltas import Digest, Digests
from syncline.engine.intake.answer import look
from syncline.engine.intake.read import FeedReader, is_since
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.match.lookup import MARKER, Lookup
from syncline.engine.world import World
from syncline.model.fields import Value
from syncline.model.records import Record, RecordId
from syncline.model.sides import Side
from syncline.plugin.requests import MatchKey
from syncline.plugin.spec import TypeSpec
from syncline.state import links

_MARGIN: Final = 60.0
"""Seconds by which two readings of a service's clock may differ: it has many servers."""
_OWN_CLOCK: Final = 3600.0
"""Seconds by which a clock may be wrong of which the service never said anything."""
_ON_ITS_WAY: Final = 10.0
"""Seconds in which a service may still carry out what was sent by somebody who is dead by now."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """A create without an answer: where it was sent, with which values (and, in `wanted`, their
    digests: as sent, and as they are at the source by now), and from when on its record may have
    been made. `told`: records a person was asked about.
    """

    lane: Lane
    side: Side
    key: str
    fields: Mapping[str, Value] = field(repr=False)
    wanted: Sequence[Mapping[str, Digest]]
    since: float
    told: Collection[str] = ()

    @property
    def what(self) -> Hashable:
        """The same for creates in one feed whose records nobody can tell apart."""
        wanted = tuple(frozenset(digests.items()) for digests in self.wanted)
        return self.lane.sides[self.side].account, self.since, wanted


@dataclass(frozen=True)
class Trace:
    """A record that may be the one. `deleted`: it was deleted since, and this is how it was."""

    record: Record
    deleted: bool = False


@dataclass(frozen=True)
class CreatedSearch:
    """Searches one feed, and takes note of nothing."""

    world: World
    reader: FeedReader
    _held: dict[RecordId, Digests] = field(default_factory=dict)

    @property
    def feed(self) -> FeedState:
        """The feed that is searched."""
        return self.reader.feed

    def traces(self, group: Sequence[Sought]) -> list[Trace]:
        """Everything made since that may be one of these, and that no link holds. To what has no
        key we could look for, or was renamed meanwhile, only the feed's own news lead.
        """
        since = min(sought.since for sought in group)
        traces = self._with_keys([k for sought in group for k in self._keys(sought)], since)
        if has_marks(self.feed.spec):
            return traces
        known = {trace.record.id for trace in traces}
        news = [Trace(record) for record in self.reader.news(since) if record.id not in known]
        return self._unlinked([*traces, *news])

    @property
    def _lookup(self) -> Lookup:
        return Lookup(self.world, self.feed)

    def _keys(self, sought: Sought) -> list[MatchKey]:
        """Our mark alone where there are marks, all match keys where there are none."""
        if has_marks(self.feed.spec):
            return [MatchKey(kind=MARKER, value=sought.key)]
        found = self._lookup.keys(sought.key, sought.fields, sought.lane.type.matchers)
        return [key for key in found if key.kind != MARKER]

    def _with_keys(self, keys: Sequence[MatchKey], since: float) -> list[Trace]:
        if not keys:
            return []
        forever = 0.0  # a mark decides alone, whatever a clock says of its record
        living = self._lookup.created_since(keys, forever if has_marks(self.feed.spec) else since)
        traces = [Trace(record) for record in living]
        if not self.feed.spec.finds_deleted:
            return traces
        return traces + self._certainly_gone(self._lookup.created_since(keys, since, deleted=True))

    def _certainly_gone(self, records: Sequence[Record]) -> list[Trace]:
        """A bin may be read before somebody takes a record out of it."""
        scoped = self.feed.feed.scope is not None
        answer = look(self.feed, [record.id for record in records], scoped=scoped)
        return [Trace(record, deleted=True) for record in records if answer.is_gone(record.id)]

    def _unlinked(self, traces: Sequence[Trace]) -> list[Trace]:
        side, ids = self.feed.side, [trace.record.id for trace in traces]
        with self.world.transaction() as tx:
            rows = links.by_records(tx, side, self.feed.id, ids)
        taken = {row._mapping[f"{side}_id"] for row in rows}
        return [trace for trace in traces if trace.record.id not in taken]

    def weigh(
        self, group: Sequence[Sought], traces: Sequence[Trace], taken: Iterable[str] = ()
    ) -> list[Finding]:
        """What the traces say of each create. What is certain comes first, since each record is
        one create's: what one has made is none of the others'; nor is what is `taken`.
        """
        findings: dict[int, Finding] = {}
        used, open_still = set(taken), Counter(sought.what for sought in group)
        everyone = range(len(group))
        for number in (*everyone, *everyone):
            if number in findings and findings[number].certain:
                continue
            sought = group[number]
            finding = self._weigh(sought, traces, used, open_still[sought.what])
            findings[number] = finding
            if finding.certain:
                used.update(each.id for each in finding.candidates)
                open_still[sought.what] -= 1
        return [findings[number] for number in everyone]

    def _weigh(
        self, sought: Sought, traces: Iterable[Trace], used: Collection[str], alike: int
    ) -> Finding:
        likely = [
            Candidate(trace.record.id, like, trace.deleted)
            for trace in traces
            if trace.record.id not in used
            and (like := self._likeness(sought, trace)) is not Likeness.OTHER
        ]
        return decide_created([each for each in likely if not _is_dismissed(each, sought)], alike)

    def _likeness(self, sought: Sought, trace: Trace) -> Likeness:
        record, marked = trace.record, has_marks(self.feed.spec)
        if (trace.deleted or not marked) and not is_since(record, sought.since):
            return Likeness.OTHER
        if marked:
            return Likeness.SAME if record.marker == sought.key else Likeness.OTHER
        lane, matchers = sought.lane, self.world.plugins.matchers
        holds = self._held.get(record.id)
        if holds is None:
            holds = self._held[record.id] = lane.digester.fields(record.fields)
        shares_key = any(
            not set(matchers[name](sought.fields)).isdisjoint(matchers[name](record.fields))
            for name in dict.fromkeys((*lane.type.matchers, *lane.policy.match))
        )
        names = _names(lane, sought.fields)
        found = [likeness(w, holds, names, shares_key=shares_key) for w in sought.wanted]
        made_equal = found[0] is not Likeness.OTHER and Likeness.SAME in found
        alike = Likeness.SAME if made_equal else found[0]
        if alike is Likeness.SAME and _is_somebody_elses(record, sought):
            return Likeness.SIMILAR
        return alike


def _is_somebody_elses(record: Record, sought: Sought) -> bool:
    """Given to another account since it was made, or what was made for that one."""
    here = sought.lane.sides[sought.side]
    return here.of_all_accounts and record.owner not in (None, here.account)


def _names(lane: Lane, fields: Mapping[str, Value]) -> tuple[str, ...]:
    """The fields a person is known by: the name, or what stands for it where there is none."""
    parts = lane.type.label_fields[:2]
    return parts if any(fields.get(part) for part in parts) else lane.type.label_fields


def _is_dismissed(candidate: Candidate, sought: Sought) -> bool:
    """A person was asked about it, and has deleted it: that was the answer."""
    similar = candidate.likeness is Likeness.SIMILAR
    return candidate.deleted and similar and candidate.id in sought.told


def has_marks(spec: TypeSpec) -> bool:
    """Whether a record that we made can be told from all others."""
    return spec.idempotency != "none" and MARKER in spec.match


def unseen_for(spec: TypeSpec) -> float:
    """Seconds after sending in which a record that is not found may be there all the same. With a
    key a second create makes no second record, whenever the first one arrives.
    """
    on_its_way = 0.0 if spec.idempotency == "key" else _ON_ITS_WAY
    return max(on_its_way, spec.change_detection.visibility_lag)


def made_since(feed: FeedState, sent_at: float, service_time: float | None) -> float:
    """The earliest moment, by the service's clock, at which what was sent then can have been made.
    `service_time` is what that clock showed; None where it is not known.
    """
    granularity = feed.spec.change_detection.granularity
    if service_time is None:
        return sent_at - _OWN_CLOCK - granularity
    return service_time - _MARGIN - granularity
