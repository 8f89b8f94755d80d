"""`python -m prove HOURS [SEED]`: turn after turn until the hours are over."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from prove.profiles import PROFILES, Profile
from prove.turn import FINDINGS, keep, play


def main(words: Sequence[str]) -> int:
    """Print what was played and found; 1 if a promise was broken, or none put to the test."""
    hours = float(words[0]) if words else 0.1
    chance = random.Random(int(words[1]) if words[1:] else None)  # noqa: S311 - no secret
    until = time.monotonic() + hours * 3600
    total: Counter[str] = Counter()
    for profile in _turns(hours):
        left = until - time.monotonic()
        if left <= 0:
            break
        seed = chance.randrange(1, 2**31)
        turn = play(profile, seed, left)
        total += turn.counted
        total["violations"] += turn.violated
        ending = "time is up" if turn.cut else "VIOLATED" if turn.violated else "holds"
        _say(f"{profile.name:<16} seed {seed:<11} {ending:<11} {_numbers(turn.counted)}")
        if turn.violated:
            _say(f"    see {keep(profile, seed, turn).relative_to(FINDINGS.parent)}")
    _say(f"\n{_numbers(total)}; {total['violations']} violations in {hours:g} h")
    if not total["tests"]:
        _say("nothing was played to its end: give it more HOURS")
    return 1 if total["violations"] or not total["tests"] else 0


def _turns(hours: float) -> Iterator[Profile]:
    """Each profile once, then those that play something new every time."""
    for profile in PROFILES:
        if hours >= profile.hours:
            yield profile
        else:
            _say(f"{profile.name:<16} left out: it needs {profile.hours:g} h or more")
    while True:
        yield from (each for each in PROFILES if each.seeds and hours >= each.hours)


def _numbers(counted: Counter[str]) -> str:
    shown = {name: number for name, number in counted.items() if name != "violations"}
    return ", ".join(f"{number} {name}" for name, number in shown.items())


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
