"""`python -m mutants [WORD …]`: plant every fault (or those with these words in their names)."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from mutants.catalogue import MUTANTS
from mutants.planted import PROPERTIES, Mutant
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
    escaped = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, trial in zip(chosen, pool.map(try_out, chosen), strict=True):
            escaped += not trial.caught
            sys.stdout.write(_line(mutant, trial))
            sys.stdout.flush()
    seconds = time.monotonic() - began
    caught = len(chosen) - escaped
    sys.stdout.write(f"\n{caught} of {len(chosen)} planted faults caught, {seconds:.0f} s\n")
    return 1 if escaped or not chosen else 0


def _line(mutant: Mutant, trial: Trial) -> str:
    of = f"{mutant.caught_by} {PROPERTIES[mutant.caught_by]}"
    lines = [f"{mutant.name:<36} {of:<24} {trial.by}"]
    if not trial.caught:
        lines.append(f"    {mutant.wrong}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
