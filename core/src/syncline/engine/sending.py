"""One batch on its way: what must be so each time it is sent, also after a pause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from syncline.engine.answer import look
from syncline.engine.created import CreatedSearch, Sought, made_since
from syncline.engine.decide.created import Fate, Finding
from syncline.engine.prepared import Prepared
from syncline.engine.world import World
from syncline.model.records import RecordId
from syncline.plugin.requests import Applied, Create, Outcome, Unknown
from syncline.state import intents, leases

_JUST_NOW: Final = 1.0
"""Seconds since the commit of the intents, which renewed the leases, in which nobody asks again."""


@dataclass
class Sending:
    """A batch whose intents were committed at `began`. `held_leases`: how many the run holds."""

    world: World
    held_leases: int
    writes: Sequence[Prepared]
    intents: Sequence[int]
    began: float
    _calls: int = 0

    def begin(self) -> None:
        """A call is about to be made. The process may have slept since the last one, for longer
        than its lease: whoever holds that now settles what was sent.

        Raises:
            Busy: the lease has passed to another run; nothing may be sent any more.

        """
        world, now = self.world, self.world.seconds
        if self._calls or abs(now - self.began) >= _JUST_NOW:
            long_enough = world.lease_seconds / 2  # than which no call takes longer
            with world.transaction() as tx:
                leases.ensure(
                    tx, world.run_id, now, world.lease_seconds, self.held_leases,
                    outlasting=long_enough,
                )  # fmt: skip
                if self._calls:
                    intents.sent_again(tx, self.intents, now)
        self._calls += 1

    def look(self, positions: Sequence[int], outcomes: Mapping[int, Outcome]) -> dict[int, Outcome]:
        """What became of creates that were refused by who knows whom. Those that are not there
        are left out: they may be sent again.
        """
        feed = self.writes[0].feed
        ask = partial(look, feed, scoped=feed.feed.scope is not None)
        search = CreatedSearch(self.world, feed, ask)
        sought = {position: self._sought(self.writes[position]) for position in positions}
        traces = search.traces([*sought.values()])
        ours = {o.id for o in outcomes.values() if isinstance(o, Applied)}
        made = {p: search.weigh(each, traces, ours) for p, each in sought.items()}
        ours |= set(_made(made.values()))
        return {
            position: outcome
            for position, each in sought.items()
            if (outcome := _outcome(made[position], search.weigh(each, traces, ours))) is not None
        }

    def _sought(self, write: Prepared) -> Sought:
        feed, operation = write.feed, write.operation
        service_time = None if feed.ahead is None else self.began + feed.ahead
        return Sought(
            lane=write.lane,
            side=write.side,
            key=operation.key if isinstance(operation, Create) else "",
            fields=write.after,
            wanted=(write.new,),
            since=made_since(feed, self.began, service_time),
        )


def _made(findings: Iterable[Finding]) -> list[RecordId]:
    return [f.candidates[0].id for f in findings if f.fate is Fate.MADE]


def _outcome(finding: Finding, among_the_rest: Finding) -> Outcome | None:
    """`among_the_rest`: the same when what others have made is taken away."""
    if finding.fate is Fate.MADE:
        # What it holds by now may be somebody's: the version stands for nothing that we know.
        return Applied(id=finding.candidates[0].id)
    if among_the_rest.fate is Fate.NOT_THERE:
        return None
    return Unknown(message="it may have been created all the same")
