"""The table of docs/explanation/promises.md, from the faults that `make mutants` plants.

Called by generate.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docs import marked
from mutants.catalogue import MUTANTS
from mutants.planted import Mutant
from mutants.properties import PROPERTIES, Property

PAGE = Path(__file__).parent / "explanation" / "promises.md"


def current(text: str) -> str:
    """The page with its properties as they are now."""
    return marked.filled(text, "properties", "\n".join(_lines()))


def _lines() -> Iterator[str]:
    for number, each in PROPERTIES.items():
        yield from _section(number, each, [m for m in MUTANTS if m.caught_by == number])


def _section(number: str, each: Property, mutants: list[Mutant]) -> Iterator[str]:
    yield f"### {number} {each.name}"
    yield ""
    yield each.sentence
    yield ""
    for mutant in mutants:
        yield f"- *{mutant.wrong}* {_test(mutant)}"
    yield ""


def _test(mutant: Mutant) -> str:
    """The first test that is to notice, with a link to its file."""
    path, _, name = mutant.paths_of_tests[0].partition("::")
    shown = name.partition("[")[0] or Path(path).stem
    return f"[`{shown}`](../../{path})"
