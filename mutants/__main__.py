"""`python -m mutants [--histories N] [WORD …]`: plant every fault (or those with these words in
their names).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from mutants.alone import Alone, Histories, of_this_commit, share
from mutants.catalogue import MUTANTS
from mutants.planted import Mutant
from mutants.process import SURVIVED, Trial
from mutants.properties import PROPERTIES
from mutants.trial import passes_unplanted, try_out

AT_ONCE = 2


def main(arguments: Sequence[str]) -> int:
    """Print which test caught which fault; 1 if one survived or could not be planted."""
    began = time.monotonic()
    asked = _parsed(arguments)
    words: list[str] = asked.words
    chosen = [each for each in MUTANTS if not words or any(word in each.name for word in words)]
    if unsound := _unsound(chosen):
        sys.stdout.write(unsound)
        return 1
    found = _try_all(chosen)
    seconds = time.monotonic() - began
    sys.stdout.write(f"\n{found} of {len(chosen)} planted faults caught, {seconds:.0f} s\n")
    if asked.histories > 0 and not _play_all(chosen, asked.histories):
        return 1
    return 0 if chosen and found == len(chosen) else 1


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutants", description="Plant faults.")
    parser.add_argument("words", nargs="*", metavar="WORD", help="a part of the faults' names")
    parser.add_argument(
        "--histories", type=int, default=0, metavar="N",
        help="then play so many random histories over each, and say which they catch alone",
    )  # fmt: skip
    return parser.parse_args(arguments)


def _unsound(chosen: Sequence[Mutant]) -> str:
    """What fails without any fault."""
    sound = passes_unplanted(chosen)
    return "" if sound.by == SURVIVED else f"without any fault: {sound.by} {sound.said}\n"


def _try_all(chosen: Sequence[Mutant]) -> int:
    """Run the tests of each; how many were caught."""
    planted, caught = Counter(each.caught_by for each in chosen), Counter[str]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, trial in zip(chosen, pool.map(try_out, chosen), strict=True):
            caught[mutant.caught_by] += trial.caught
            _say(_line(mutant, trial))
    _say(_table(planted, caught))
    return caught.total()


def _play_all(chosen: Sequence[Mutant], number: int) -> bool:
    """Play histories over each; false if they break a promise without any fault."""
    histories, seed = of_this_commit(number)
    _say(f"\n{seed}\n")
    sound = histories.play()
    if sound.caught or not sound.ended:
        _say(f"histories without any fault: {sound.said}\n")
        return False
    _say(share(_played(chosen, histories)))
    return True


def _played(chosen: Sequence[Mutant], histories: Histories) -> list[tuple[Mutant, Alone]]:
    """Each with what histories made of it, but those in code that they do not run."""
    theirs = [each for each in chosen if each.package.in_histories]
    for mutant in chosen:
        if mutant not in theirs:
            _say(f"{mutant.name:<42} histories alone: not asked (they run no connector's code)\n")
    tried = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, alone in zip(theirs, pool.map(histories.over, theirs), strict=True):
            tried.append((mutant, alone))
            _say(f"{mutant.name:<42} histories alone: {alone.said}\n")
    return tried


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _line(mutant: Mutant, trial: Trial) -> str:
    of = f"{mutant.caught_by:<3} {PROPERTIES[mutant.caught_by].name}"
    lines = [f"{mutant.name:<42} {of:<22} {trial.by}"]
    if not trial.caught:
        lines.append(f"    {mutant.wrong}")
    return "\n".join(lines) + "\n"


def _table(planted: Counter[str], caught: Counter[str]) -> str:
    """How many faults each property was to catch, and how many it caught."""
    lines = ["", "property                planted  caught"]
    for number, each in PROPERTIES.items():
        lines.append(f"{number:<3} {each.name:<20} {planted[number]:>6} {caught[number]:>7}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
