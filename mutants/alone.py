"""Whether random histories alone catch a fault: nobody has told them what to look for.

They are played over the planted copy until one breaks a promise: those of one installation, of
several lanes over one feed and of two installations, in the shares of `make prove`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutants.planted import ROOT, Mutant
from mutants.process import SURVIVED, Trial, copy_with, run_tests
from prove.profiles import PROFILES, Profile
from tests import seeds

KINDS: Final = tuple(each for each in PROFILES if each.played.startswith("histories"))
_OF: Final = {"lanes": " of several lanes", "installations": " of two installations"}
_SECONDS_BEFORE, _SECONDS_EACH = 60.0, 10.0
"""Measured: 1 to 5 seconds each on two cores that others used as well. Longer, and one hangs."""
_SEED_OF_STORY: Final = re.compile(r"^(?:E\s+)?(?:Failed: )?seed \d+:(\d+)$", re.MULTILINE)
_BROKEN: Final = re.compile(r"(?:Failed: )?(\w+)(?:: (P\d+)\b)?")


@dataclass(frozen=True)
class Alone:
    """What histories made of one fault: `said` is for the reader. `ended`: nothing kept them from
    being played, until one failed or all had passed.
    """

    caught: bool
    said: str
    ended: bool = True


@dataclass(frozen=True)
class Histories:
    """So many for each fault, of this seed."""

    number: int
    seed: str

    def shares(self) -> Iterator[tuple[Profile, int]]:
        """How many of each kind; the first kind takes what remains."""
        first, *others = KINDS
        whole = sum(each.size for each in KINDS)
        few = {each: self.number * each.size // whole for each in others}
        yield first, self.number - sum(few.values())
        yield from ((kind, number) for kind, number in few.items() if number)

    def over(self, mutant: Mutant) -> Alone:
        """Play them over a copy with the fault."""
        try:
            with copy_with(mutant) as copy:
                return self.play((copy,))
        except LookupError:
            return Alone(False, "ROTTEN", ended=False)

    def play(self, copies: Sequence[Path] = ()) -> Alone:
        """Play them until one fails; without copies over the engine as it is."""
        hindered = ""
        for kind, number in self.shares():
            trial = run_tests(copies, *self._asked(kind, number))
            if trial.caught:
                return Alone(True, f"caught {after(kind, number, trial)}")
            if trial.by != SURVIVED:
                hindered = trial.by
        return Alone(False, hindered or f"not in {self.number}", ended=not hindered)

    def _asked(self, kind: Profile, number: int) -> tuple[list[str], dict[str, str], float]:
        told = {
            "SYNCLINE_PROVE": str(number),
            seeds.VARIABLE: self.seed,
            "SYNCLINE_PROVE_SHORTEN": "0",  # which one fails is all that is asked
        }
        return ["-x", kind.path], told, _SECONDS_BEFORE + number * _SECONDS_EACH


def of_this_commit(number: int) -> tuple[Histories, str]:
    """So many, of the seed that `make test` takes; and the line that says which."""
    environment = dict(os.environ)
    line = seeds.settle(environment, ROOT)
    return Histories(number, environment[seeds.VARIABLE]), line


def after(kind: Profile, number: int, trial: Trial) -> str:
    """How many it took, played in the order of their numbers, and what the last one broke. A test
    that does not say which history failed has played at most all of them.
    """
    story = _SEED_OF_STORY.search(trial.output)
    took = f"after {int(story[1]) + 1}" if story else f"within {number}"
    broken = _BROKEN.match(trial.said)
    promise = f" ({broken[2] or broken[1]})" if broken else ""
    return f"{took}{_OF.get(kind.name, '')}{promise}"


def share(tried: Iterable[tuple[Mutant, Alone]]) -> str:
    """How many of the faults histories alone catch, and those they do not."""
    outcome = [(mutant.name, alone.caught) for mutant, alone in tried]
    caught = sum(found for _name, found in outcome)
    percent = 100 * caught / len(outcome) if outcome else 0
    lines = [f"histories alone catch {caught} of {len(outcome)} ({percent:.0f} %)"]
    if caught < len(outcome):
        lines.append("they do not catch:")
        lines.extend(f"    {name}" for name, found in outcome if not found)
    return "\n".join(lines) + "\n"
