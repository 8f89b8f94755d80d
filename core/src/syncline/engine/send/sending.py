"""One batch on its way: what must be so each time it is sent, also after a pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from syncline.engine.decide.created import Fate, Finding
from syncline.engine.intake.read import FeedReader
from syncline.engine.send.created import CreatedSearch, Sought, made_since
from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.plugin.requests import Applied, Outcome, Unknown
from syncline.state import intents

_JUST_NOW: Final = 1.0
"""Seconds since the commit of the intents, which renewed the leases, in which nobody asks again."""


@dataclass
class Sending:
    """A batch for the feed of `reader`, whose intents were committed at `began`."""

    world: World
    reader: FeedReader
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
            with world.transaction() as tx:
                world.ensure_leases(tx)
                if self._calls:
                    intents.sent_again(tx, self.intents, now)
        self._calls += 1

    @property
    def once(self) -> bool:
        """Whether it was sent no more than once."""
        return self._calls <= 1

    def look(self, positions: Sequence[int], outcomes: Mapping[int, Outcome]) -> dict[int, Outcome]:
        """What became of creates that were refused by who knows whom. Those that are not there
        are left out: they may be sent again.
        """
        search = CreatedSearch(self.world, self.reader)
        sought = [self._sought(self.writes[position]) for position in positions]
        made = [each.id for each in outcomes.values() if isinstance(each, Applied)]
        findings = search.weigh(sought, search.traces(sought), made)
        return {
            position: outcome
            for position, finding in zip(positions, findings, strict=True)
            if (outcome := _outcome(finding)) is not None
        }

    def _sought(self, write: Prepared) -> Sought:
        feed = write.feed
        service_time = None if feed.ahead is None else self.began + feed.ahead
        return Sought(
            lane=write.lane,
            side=write.side,
            key=write.key,
            fields=write.write.after,
            wanted=(write.write.new,),
            since=made_since(feed, self.began, service_time),
        )


def _outcome(finding: Finding) -> Outcome | None:
    """None: it is not there."""
    if finding.fate is Fate.MADE:
        # What it holds by now may be somebody's: the version stands for nothing that we know.
        return Applied(id=finding.candidates[0].id)
    if finding.fate is Fate.NOT_THERE:
        return None
    return Unknown(message="it may have been created all the same")
