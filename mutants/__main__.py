"""`python -m mutants [WORD …]`: plant every fault (or those with these words in their names)."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from mutants.catalogue import MUTANTS
from mutants.planted import Mutant
from mutants.properties import PROPERTIES
from mutants.trial import SURVIVED, Trial, passes_unplanted, try_out

AT_ONCE = 2


def main(words: Sequence[str]) -> int:
    """Print which test caught which fault; 1 if one survived or could not be planted."""
    began = time.monotonic()
    chosen = [each for each in MUTANTS if not words or any(word in each.name for word in words)]
    sound = passes_unplanted(chosen)
    if sound.by != SURVIVED:
        sys.stdout.write(f"without any fault: {sound.by} {sound.said}\n")
        return 1
    planted, caught = Counter(each.caught_by for each in chosen), Counter[str]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, trial in zip(chosen, pool.map(try_out, chosen), strict=True):
            caught[mutant.caught_by] += trial.caught
            sys.stdout.write(_line(mutant, trial))
            sys.stdout.flush()
    seconds = time.monotonic() - began
    sys.stdout.write(_table(planted, caught))
    found, all_of_them = caught.total(), planted.total()
    sys.stdout.write(f"\n{found} of {all_of_them} planted faults caught, {seconds:.0f} s\n")
    return 0 if chosen and found == all_of_them else 1


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
