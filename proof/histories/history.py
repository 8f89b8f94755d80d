"""A history: one world, what happens in it, and the checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from proof.crashes import LEASE_IS_OVER, Died
from proof.histories.border import drawn, redrawn
from proof.histories.checks import Checks
from proof.histories.clocks import ahead
from proof.histories.deeds import Deed, Deeds, People
from proof.histories.events import Event
from proof.histories.foreseen import foreseen, unforeseen
from proof.histories.ground import Ground
from proof.histories.lanes import pairs_now
from proof.histories.mending import MENDS, SPOILS, Mending
from proof.histories.runs import Run, Settled
from proof.histories.watch import Calls, Commits, Watch
from proof.quick_state import QuickState
from syncline.connectors.memory import MemoryOptions
from syncline.errors import StateError
from syncline.model.records import RecordId
from syncline.model.reports import RunReport
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.manager import PluginManager
from syncline.policy.schema import Records
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld


class History(Ground):
    """One world, its people, and the checks."""

    def __init__(
        self,
        folder: Path,
        left: MemoryOptions | None = None,
        right: MemoryOptions | None = None,
        *,
        members: tuple[str, ...] = ("ada",),
        skew: PerSide[float] = PerSide(0.0, 0.0),
        quick: QuickState | None = None,
        plugins: PluginManager | None = None,
        **policy: Any,
    ) -> None:
        options = PerSide(left or MemoryOptions(), right or MemoryOptions())
        world = _world(folder, options, skew, quick, plugins)
        world.people = members
        world.set(**policy)
        super().__init__(world, folder)
        self.deeds = Deeds(self.ledger, lambda: world.people)
        self.watch = Watch(self, self)
        for side in SIDES:
            self.stores[side].fault = Calls(self.watch, side)
        world.commits = Commits(self.watch)
        self._settled = Settled()
        self._approved = 0
        self.mending = Mending(self.kept, self.stores)
        self._alone: tuple[str, ...] = ()
        self._meanwhile: Callable[[], None] | None = None

    # --- what happens ---------------------------------------------------------------------------

    def people(self, deed: Deed, side: Side, record: int = 0, field: int = 0) -> None:
        """Somebody does something; nothing, if there is no such record."""
        self.do(People(deed, side, record, field))
        self.world.clock.advance(1)

    def do(self, people: People) -> Mapping[RecordId, set[str]]:
        """The same, without time passing; what was typed into records that were there."""
        ledger = self.ledger
        before = self.past.moment()
        resting = {f for s in SIDES for f in ledger.families(s) if self._rests(s, f)}
        typed = self.deeds.do(people)
        self.look_at_borders()
        self.counted["deeds"] += 1
        self.past.happened(people, before, typed, self.world.policy, self.members, resting)
        if self.watch.run is None and people.deed in MENDS:
            for id in typed:
                self.mending.mended(people.deed, people.side, id, self.world.people)
        if people.deed in SPOILS:
            for id in typed:
                self.mending.spoiled(people.side, id)
        return typed

    def run(
        self,
        *events: Event,
        full: bool = False,
        meanwhile: Callable[[], None] | None = None,
        after: float = 30,
        members: tuple[str, ...] = (),
    ) -> RunReport | None:
        """One run, with events, `after` so many seconds; None if it died. `meanwhile` is done
        before another run begins in the middle of this one, or at its end. `members`: of these
        alone; then another run is one of the others, and both work.
        """
        self.world.clock.advance(after)
        session = self.session()
        self._alone = tuple(name for name in members if name in self.world.people)
        run = self._new_run(full=full, members=self._alone)
        self.past.calm = self.past.calm and not events
        self.watch.begin(run, events)
        self._meanwhile = meanwhile
        report = None
        try:
            report = session.run(Selection(full=full, members=self._alone))
        except (Died, StateError):
            self.reopen()
        finally:
            self.watch.begin(None)
            for store in self.stores:
                store.told_ahead = 0.0
        if report is not None and report.interrupted:
            self.reopen()
        assert not self.watch.broken, self.watch.broken[0]
        self._ended(run, report)
        if not events and report is not None and not any(each.error for each in report.lanes):
            self.mending.read(run.members)
            if not self._alone:
                self.ledger.a_run_saw_all()
        self._do_meanwhile()
        return report

    def _do_meanwhile(self) -> None:
        done, self._meanwhile = self._meanwhile, None
        if done is not None:
            done()

    def another_run(self, *, asleep: bool = False) -> RunReport:
        """A second process runs to its end, with the configuration of this moment. `asleep`: after
        the lease of the first one has expired.
        """
        if asleep:
            holders = self.kept.holders(self.world.clock().timestamp())
            self.world.clock.advance(LEASE_IS_OVER)
            if self.watch.run is not None:
                self.watch.run.asleep = bool(holders - self.watch.run.former)
        self.past.calm = False
        self._do_meanwhile()
        others = tuple(name for name in self.world.people if name not in self._alone)
        members = others if self._alone else ()
        run = self._new_run(members=members)
        with self.watch.beside(run), self.world.another_session() as session:
            report = session.run(Selection(members=members))
        self._ended(run, report)
        return report

    def interrupt(self) -> None:
        """Somebody presses Ctrl-C."""
        self.process.interrupt()

    def plan(self) -> RunReport:
        """P21: a plan writes nothing, here or there."""
        before = self._everything()
        report = self.session().plan(Selection())
        assert self._everything() == before, "P21: a plan wrote something"
        return report

    def plan_and_run(self) -> None:
        """P21: what a plan shows is what a run does that begins at once, and no more."""
        self.world.clock.advance(30)
        planned = foreseen(self.plan())
        report = self.run(after=0)
        done = Counter() if report is None else foreseen(report)
        more = unforeseen(done, planned)
        assert not more, f"P21: not in the plan: {more}"

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.clock.advance(seconds)

    def lose_state(self) -> None:
        """The database is gone, and what lies beside it is not. Then equal records are one, and
        those of which one was edited wait, unless a mark or a match key tells what they were.
        """
        self.reopen()
        self.kept.lose()
        self.past.state_lost(PerSide(*(self._out_of_reach(side) for side in SIDES)))
        self.mending.forget()
        self.questions.forget()
        self.ledger.state_lost()
        self.borders = drawn(self.ledger, self.world.policy.where)
        self._settled.forget()
        self._approved = 0

    def _out_of_reach(self, side: Side) -> set[str]:
        """Who is outside of the data set, where neither a match key nor a mark leads there: there
        are no marks, or it was deleted once and made again, with a mark nobody knows any more.
        """
        if self.world.policy.match:
            return set()
        border, live = self.borders[side], self.ledger.live(side)
        outside = {self.ledger.family(side, each.id) for each in live if border.is_outside(each)}
        marked = self.stores[side].options.idempotency != "none"
        return outside & self.past.ever_deleted[side] if marked else outside

    def reconfigure(self, *members: str, **policy: Any) -> None:
        """Somebody edits the configuration: who takes part (if named), what the policy says. A
        run that is under way does not know.
        """
        self.world.people = members or self.world.people
        self.members = tuple(dict.fromkeys((*self.members, *members)))
        for name in members:
            for store in self.stores:
                store.add_account(name)
        before = self.world.policy.records
        self.world.set(**policy)
        self.mending.forget()  # other fields, other data sets: other feeds are read
        for side in SIDES:
            if (before[side], self.world.policy.records[side]) == (Records.VISIBLE, Records.OWN):
                self.owners.no_longer_visible(side, self.members)
            elif before[side] is not self.world.policy.records[side]:
                self.owners.visible_again()
        self.past.calm, self.past.baseless = False, True

    def run_ahead(self, seconds: float) -> None:
        """A run while our clock, and it alone, is so far ahead."""
        with ahead(self.world, seconds):
            self.run()
        self.past.calm = False

    def decide(self, winner: Side) -> None:
        """Somebody decides every conflict that waits."""
        for each in self.session().conflicts():
            self.past.decided.update(each.label.split())
            self.session().resolve(each.handle, winner)
            self.past.calm = False

    def approve(self) -> int:
        """Somebody releases everything that guards hold."""
        held = self.session().held()
        handles = tuple(each.handle for each in held)
        self.questions.answered(held, self.world.policy)
        self._approved += self.session().approve(handles) if handles else 0
        return len(handles)

    def settle(self, *, full: bool = True) -> None:
        """P1 and P2: three clean runs bring both sides in step, and the next one writes nothing.
        Then everything else is looked at. Without `full` nothing is listed that is not due: what
        feeds do not tell is not found, and what waits for its pause is excused (P12).
        """
        self.world.clock.advance(LEASE_IS_OVER)
        late = any(s.options.visibility_lag or s.options.rewrites_later for s in self.stores)
        for _run in range(3 + 2 * late):  # what is seen late, or rewritten later, takes longer
            self.world.clock.advance(120)
            self.approve()
            self.run(full=full)
        self.world.clock.advance(120)
        before = self._written()
        report = self.run(full=full)
        assert self._written() == before, f"P2: still writing: {report and report.operations}"
        waiting = frozenset() if full else self._pausing()
        Checks(self, "P1" if full else "P12", waiting).all()
        if not waiting:
            self._all_is_quiet()
        if full:
            self.past.shown.clear()

    def _pausing(self) -> frozenset[str]:
        """The records that wait for their pause."""
        now = self.world.clock().timestamp()
        return frozenset(each.record for each in self.kept.waiting() if each.at(now))

    def _written(self) -> int:
        """Writes that services carried out: a full run may ask again for what they refuse."""
        return sum(store.writes.total() for store in self.stores)

    # --- sessions -------------------------------------------------------------------------------

    def reopen(self) -> None:
        """The process ends; the next one opens the same database."""
        self.process.end()

    # --- runs as the oracle sees them -----------------------------------------------------------

    def _new_run(self, *, full: bool = False, members: tuple[str, ...] = ()) -> Run:
        stores, policy = self.stores, self.world.policy
        whose = members or self.world.people
        self.ledger.a_run_may_see()
        self.counted["runs"] += 1
        self.borders = redrawn(self.ledger, self.borders, policy.where)
        self.past.begins(policy)
        return Run(
            number=self.counted["runs"],
            policy=policy,
            borders=self.borders,
            people=self.world.people,
            members=whose,
            settled=self._settled.policies,
            writable=stores.map(lambda s: {e.id: e.writable for e in s.entries.values()}),
            live=stores.map(lambda s: sum(not e.deleted for e in s.entries.values())),
            pairs=len(self._linked(whose)),
            began=self.world.clock().timestamp(),
            waiting=frozenset(self.kept.waiting()),
            former=self.kept.holders(self.world.clock().timestamp()),
            full=full,
            approved=self._approved,
            unapproved=self.questions.unapproved(policy),
        )

    def _linked(self, members: tuple[str, ...]) -> set[tuple[str, str]]:
        """The pairs of these members that are linked for certain, but for those that rest."""
        then = {pair for name in members for pair in self._settled.pairs.get(name, ())}
        return then & pairs_now(self).keys() - self.owners.given

    def _ended(self, run: Run, report: RunReport | None) -> None:
        """A run is over; no report, if it died."""
        self._settled.note(run, report, pairs_now(self))
        self.ledger.a_run_may_see()
        self.questions.told(report)
        self.past.notice_kept(run.policy)  # what was deleted while it was at work, too
        self.past.calm = self.past.calm and not run.eventful
        self.past.notice_shared()

    def _all_is_quiet(self) -> None:
        undecided = bool(self.session().conflicts())
        self.past.all_is_quiet(pairs_now(self), self.world.policy, undecided=undecided)
        self._approved = 0
        self.ledger.all_is_quiet()

    def _rests(self, side: Side, family: str) -> bool:
        """Whether nothing travels to or from a record of somebody's."""
        found = self.ledger.families(side).get(family, [])
        return any(self.borders[side].rest(each, self.ledger.made) for each in found)

    def _everything(self) -> Any:
        self.session()
        written = [store.writes.total() for store in self.stores]
        return self.kept.everything(), written, self.watch.writes


def _world(
    folder: Path,
    options: PerSide[MemoryOptions],
    skew: PerSide[float],
    quick: QuickState | None,
    plugins: PluginManager | None,
) -> EngineWorld:
    if quick is not None:
        quick.clear()
    opened = None if quick is None else quick.open
    return EngineWorld(folder, *options, skew=skew, plugins=plugins, open_state=opened)
