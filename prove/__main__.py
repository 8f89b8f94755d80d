"""`python -m prove HOURS [SEED]`: turn after turn until the hours are over."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle
from typing import Final

from prove.profiles import PROFILES, Profile
from prove.turn import FINDINGS, keep, listed, note, play

_HOUR: Final = 3600


def main(words: Sequence[str]) -> int:
    """Print what was played and found; 1 if a promise was broken, or none put to the test."""
    hours = float(words[0]) if words else 0.1
    chance = random.Random(int(words[1]) if words[1:] else None)  # noqa: S311 - no secret
    until = time.monotonic() + hours * 3600
    total: Counter[str] = Counter()
    spent: Counter[Profile] = Counter()
    began = datetime.now(UTC)
    for profile in turns(hours, spent):
        left = until - time.monotonic()
        if left <= 0:
            break
        seed = chance.randrange(1, 2**31)
        turn = play(profile, seed, left)
        spent[profile] += round(turn.seconds)
        note(began, profile, seed, turn)
        total += turn.counted
        total["violations"] += turn.violated
        ending = "time is up" if turn.cut else "VIOLATED" if turn.violated else "holds"
        _say(f"{profile.name:<16} seed {seed:<11} {ending:<11} {_numbers(turn.counted)}")
        if turn.violated:
            _say(f"    see {keep(profile, seed, turn).relative_to(FINDINGS.parent)}")
    _say(f"\n{_numbers(total)}; {total['violations']} violations in {hours:g} h")
    _say(f"every turn, with its seed: {listed(began).relative_to(FINDINGS.parent)}")
    if not total["tests"]:
        _say("nothing was played to its end: give it more HOURS")
    return 1 if total["violations"] or not total["tests"] else 0


def turns(hours: float, spent: Mapping[Profile, int]) -> Iterator[Profile]:
    """Each profile once, then those that play something new every time: one after the other, and
    the first of them, whose histories have everything in them, for as long as all others together.
    What plays the same each time, and takes so long that it may not end, comes after half of the
    time was spent on histories. `spent`: how many seconds each has had by now.
    """
    first, *others = (each for each in PROFILES if each.seeds and hours >= each.hours)
    for profile in PROFILES:
        if hours < profile.hours:
            _say(f"{profile.name:<16} left out: it needs {profile.hours:g} h or more")
            continue
        while profile.is_long and spent[first] < hours * _HOUR / 2:
            yield first
        yield profile
    for each in cycle(others):
        while 2 * spent[first] < sum(spent.values()):
            yield first
        yield each


def _numbers(counted: Counter[str]) -> str:
    shown = {name: number for name, number in counted.items() if name != "violations"}
    return ", ".join(f"{number} {name}" for name, number in shown.items())


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
