"""Around every call and commit of a run: planned events happen, and every write is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from proof.crashes import Died
from proof.histories.deeds import People
from proof.histories.events import (
    RIVALS,
    At,
    Event,
    Fault,
    Moment,
    Rival,
    answer_of,
    error_of,
    kinds_of,
)
from proof.histories.ground import Ground
from proof.histories.runs import Run
from proof.histories.writes import check_write
from proof.ledger import FOLLOWED, values_in
from syncline.connectors.memory import Call
from syncline.model.records import RecordId
from syncline.model.reports import RunReport
from syncline.model.sides import Side
from syncline.plugin.requests import (
    ApplyRequest,
    Create,
    Delete,
    DeletedRequest,
    DeleteRequest,
    IdsRequest,
    Update,
)
from syncline.policy.schema import Direction
from syncline.testing.memory import IN_A_SECOND_CALL

What = People | Fault | Rival


class Acts(Protocol):
    """What may happen in the middle of a run."""

    def do(self, people: People) -> Mapping[RecordId, set[str]]:
        """Somebody does something; what was typed into records that were there."""
        ...

    def another_run(self, *, asleep: bool = False) -> RunReport:
        """Another process runs to its end."""
        ...

    def interrupt(self) -> None:
        """Somebody presses Ctrl-C."""
        ...


@dataclass
class Watch:
    """`run` is the run that is under way, `writes` the number of calls that wrote so far.

    `broken` says which promises a write broke: an error raised in a call would only look like one
    of the connector. What people typed into a record during this run races with our writes, as
    long as it was not read after that: a write without condition goes over it, unknowingly.
    `_binned` is what deletions went over so; the bin may still tell. `_there`: the records of the
    side that a write is for, before it.
    """

    ground: Ground
    acts: Acts
    run: Run | None = None
    writes: int = 0
    dead: bool = False
    broken: list[str] = field(default_factory=list)
    _events: dict[tuple[At, int, Moment], list[What]] = field(default_factory=dict)
    _counts: Counter[At] = field(default_factory=Counter)
    _races: dict[tuple[Side, RecordId], set[str]] = field(default_factory=dict)
    _binned: dict[tuple[Side, RecordId], set[str]] = field(default_factory=dict)
    _there: set[RecordId] = field(default_factory=set)
    _beside: bool = False

    def begin(self, run: Run | None, events: Sequence[Event] = ()) -> None:
        """A run begins, or is over."""
        self.run, self.dead, self._events = run, False, {}
        self._counts.clear()
        self._races.clear()
        for each in events:
            self._events.setdefault((each.at, each.point, each.moment), []).append(each.what)

    @contextmanager
    def beside(self, run: Run) -> Iterator[None]:
        """Another run, while the first one stands still. Nothing is planned for it."""
        first, self.run, self._beside = self.run, run, True
        try:
            yield
        finally:
            self.run, self._beside = first, False

    # --- points ---------------------------------------------------------------------------------

    def before(self, side: Side | None, call: Call | None) -> None:
        """A call or commit (without `call`) is about to happen."""
        self._refuse_the_dead()
        if side is not None and call is not None and call.writes:
            self._there = {each.id for each in self.ground.ledger.live(side)}
            self._check(side, call)
        if side is not None and call is not None and call.kind == "deleted":
            for id, values in self._in_the_bin(side, call):
                self.ground.ledger.fall(id, values)
        if not self._beside:
            for kind in kinds_of(call):
                self._counts[kind] += 1
            self._pass("before", side, call)
        if side is not None and call is not None and call.writes:
            self.writes += 1
            self.ground.counted["operations"] += len(list(_operations(call)))
            self._lose_races(side, call)

    def after(self, side: Side | None, call: Call | None) -> None:
        """Its effect is there; its answer is not."""
        self._refuse_the_dead()
        if side is not None and call is not None:
            self._seen(side, call)
        if not self._beside:
            self._pass("after", side, call)
        if side is not None and call is not None and call.kind == "deleted":
            for id, values in self._in_the_bin(side, call):
                self.ground.ledger.stand(id, values)

    def _check(self, side: Side, call: Call) -> None:
        try:
            check_write(self.ground, self.run, side, call, self.raced)
        except AssertionError as error:
            self.broken.append(str(error))

    def _refuse_the_dead(self) -> None:
        if self.dead and not self._beside:
            raise Died

    def _seen(self, side: Side, call: Call) -> None:
        self.ground.stores[side].instead = None
        self.ground.stores[side].second_call_fails = frozenset()
        if call.writes:
            self.ground.ledger.look(side)
            self.ground.look_at_borders()
            self._made_within_another_border(side)
        elif isinstance(call.request, IdsRequest):
            for id in call.request.ids:
                self._races.pop((side, id), None)

    def _made_within_another_border(self, side: Side) -> None:
        """What a run makes that knows nothing of the border drawn meanwhile is inside of its own:
        nobody took it out, and it rests like what was there when the border was drawn.
        """
        border = self.ground.borders[side]
        if self.run is None or self.run.policy.where[side] == border.where:
            return
        there = {each.id for each in self.ground.ledger.live(side)}
        border.rests.update(there - self._there - self.ground.ledger.made)

    # --- events ---------------------------------------------------------------------------------

    def _pass(self, moment: Moment, side: Side | None, call: Call | None) -> None:
        for kind in kinds_of(call) if self._events else ():
            for what in self._events.pop((kind, self._counts[kind], moment), []):
                self._happen(what, moment, side, call)

    def _happen(self, what: What, moment: Moment, side: Side | None, call: Call | None) -> None:
        if isinstance(what, People):
            self._deed(what)
        elif (later := _later(what, moment, call)) is not None:
            self._postpone(what, *later)
        elif what in RIVALS:
            self.acts.another_run(asleep=what == "overtaken")
        else:
            self._fault(what, moment, side)

    def _postpone(self, what: What, at: At, more: int, moment: Moment) -> None:
        key = (at, self._counts[at] + more, moment)
        self._events.setdefault(key, []).append(what)

    def _deed(self, people: People) -> None:
        try:
            done = self.acts.do(people)
        except Exception as error:
            self.broken.append(f"{people} cannot be done: {error!r}")
            raise
        for id, typed in done.items():
            self._races.setdefault((people.side, id), set()).update(typed)

    def _fault(self, what: Any, moment: Moment, side: Side | None) -> None:
        if self.run is not None:
            self.run.eventful = True
        if what == "die":
            self.dead = True
            raise Died
        if what == "interrupt":
            self.acts.interrupt()
        elif (answer := answer_of(what)) is not None and side is not None:
            self.ground.stores[side].instead = answer
        elif what == "in part" and side is not None:
            self.ground.stores[side].second_call_fails = IN_A_SECOND_CALL
        else:
            raise error_of(what, moment)

    # --- races ----------------------------------------------------------------------------------

    def _lose_races(self, side: Side, call: Call) -> None:
        """Nothing is promised for what was typed after the last read, if the write has no exact
        condition: then it goes over it.
        """
        options, ledger = self.ground.stores[side].options, self.ground.ledger
        for each in _operations(call):
            if isinstance(each, Delete):
                ledger.fall(each.id, self._unread(side, each))
            if isinstance(each, Create) or (side, each.id) not in self._races:
                continue
            deletes = isinstance(each, Delete)
            condition = options.conditional_delete if deletes else options.conditional
            if condition == "version" and each.version is not None:
                continue
            fields = self.ground.stores[side].entries[each.id].fields
            names = each.fields if isinstance(each, Update) else fields
            lost = self._races[side, each.id] & set(values_in(fields, names))
            ledger.fall(each.id, lost)
            if deletes:
                self._binned[side, each.id] = lost

    def _in_the_bin(self, side: Side, call: Call) -> Iterator[tuple[RecordId, set[str]]]:
        """Of what deletions went over, what the bin tells: where it answers, that must be in the
        history from then on.
        """
        assert isinstance(call.request, DeletedRequest)
        store = self.ground.stores[side]
        for id in call.request.ids if store.options.bin and not store.options.reuses_ids else ():
            entry = store.entries[id]
            if entry.deleted and entry.readable and entry.merged_into is None:
                read = [name for name in FOLLOWED if name not in self._off | store.hidden_fields]
                yield id, self._binned.get((side, id), set()) & set(values_in(entry.fields, read))

    def _unread(self, side: Side, deletion: Delete) -> set[str]:
        """What a deletion takes along unseen: fields that are off are not read, nor those that we
        may not read, so they are not in the history either.
        """
        store = self.ground.stores[side]
        fields, unread = store.entries[deletion.id].fields, self._off | store.hidden_fields
        return set(values_in(fields, [name for name in FOLLOWED if name in unread]))

    @property
    def _off(self) -> set[str]:
        assert self.run is not None
        policy = self.run.policy
        return {name for name in FOLLOWED if policy.field_direction(name) is Direction.NONE}

    def raced(self, side: Side, id: RecordId) -> bool:
        """Whether somebody edited it in this run, and it was not read since."""
        return (side, id) in self._races


@dataclass(frozen=True)
class Calls:
    """The fault hook of one store."""

    watch: Watch
    side: Side

    def before(self, call: Call) -> None:
        self.watch.before(self.side, call)

    def after(self, call: Call) -> None:
        self.watch.after(self.side, call)


@dataclass(frozen=True)
class Commits:
    """The commit hook of the state."""

    watch: Watch

    def before(self, _tx: Connection) -> None:
        self.watch.before(None, None)

    def after(self) -> None:
        self.watch.after(None, None)


def _later(what: Any, moment: Moment, call: Call | None) -> tuple[At, int, Moment] | None:
    """Where an event that makes no sense here belongs: so many points of a kind later.

    Another run cannot begin within a commit. And a call that takes longer than the lease is
    excluded by its time limit: we may sleep before a write is announced, or after it.
    """
    if what == "disk full":
        return None if call is None and moment == "before" else ("commit", 1, "before")
    if what in ("die", "interrupt"):
        return None
    if answer_of(what) is not None:
        return None if call and call.writes and moment == "before" else ("write", 1, "before")
    if what == "resync":
        here = call is not None and call.kind == "changes" and moment == "before"
        return None if here else ("changes", 1, "before")
    if what in RIVALS:
        if call is None and moment == "before":
            return "commit", 0, "after"
        sleeps_in_a_write = what == "overtaken" and call and call.writes and moment == "before"
        return ("write", 0, "after") if sleeps_in_a_write else None
    return None if call is not None else ("any", 1, moment)


def _operations(call: Call) -> Iterable[Create | Update | Delete]:
    if isinstance(call.request, ApplyRequest | DeleteRequest):
        return call.request.operations
    return ()
