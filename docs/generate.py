"""Fills the field tables of docs/connectors/*.md from what the connectors declare, the tables of
docs/explanation/decision-table.md from the rows that the tests check, promises.md beside it from
the faults that are planted, and the commands of docs/reference/sandbox.md.

python -m docs.generate            writes what has changed
python -m docs.generate --check    writes nothing; exit code 1 names the pages that are not current

A page of a connector is about the one it is named after. Whatever stands between the two marks is
replaced: a table for each object type.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from docs import decision_table, marked, promises, sandbox_commands
from syncline.model.capacity import Capacity
from syncline.plugin.connector import Connector
from syncline.plugin.manager import PluginManager
from syncline.plugin.spec import Field, TypeSpec

PAGES = Path(__file__).parent / "connectors"


def main(arguments: list[str]) -> int:
    """Writes or checks every page that has the marks."""
    stale = [(page, text) for page, text in current_pages() if page.read_text("utf-8") != text]
    if "--check" in arguments:
        for page, _ in stale:
            print(f"not current: {_name(page)} (run: make docs)", file=sys.stderr)
        return 1 if stale else 0
    for page, text in stale:
        page.write_text(text, "utf-8")
        print(f"wrote {_name(page)}")
    return 0


def _name(page: Path) -> str:
    return page.relative_to(PAGES.parents[1]).as_posix()


def current_pages() -> Iterator[tuple[Path, str]]:
    """Every page with marks, and what it must say."""
    for each in (decision_table, promises, sandbox_commands):
        yield each.PAGE, each.current(each.PAGE.read_text("utf-8"))
    connectors = PluginManager.discover().connector_types
    for page in sorted(PAGES.glob("*.md")):
        before = page.read_text("utf-8")
        if page.stem in connectors:
            yield page, marked.filled(before, "fields", tables(connectors[page.stem]))


def tables(connector: type[Connector]) -> str:
    """A table for each object type of a connector."""
    return "\n\n".join(_table(spec) for spec in connector.types)


def _table(spec: TypeSpec) -> str:
    head = f"| `{spec.name}` | There | What it can hold | Remarks |\n|---|---|---|---|"
    return "\n".join([head, *(_row(field) for field in spec.fields)])


def _row(field: Field) -> str:
    there = ", ".join(f"`{name}`" for name in field.native)
    limits = list(_limits(field.capacity))
    remarks = [each for each in _remarks(field) if each not in limits]
    cells = (f"`{field.name}`", there, ", ".join(limits) or "no limit", "; ".join(remarks))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _limits(capacity: Capacity) -> Iterator[str]:
    unit = "UTF-16 units" if capacity.unit == "utf16" else "characters"
    if capacity.many is not None:
        yield "one" if capacity.many == 1 else f"at most {capacity.many}"
    if capacity.max_length is not None:
        yield f"{capacity.max_length} {unit}"
    for part, length in (capacity.part_lengths or {}).items():
        yield f"{part.replace('_', ' ')} {length}"
    if capacity.vocabulary is not None:
        yield "only: " + ", ".join(sorted(capacity.vocabulary))
    if capacity.full_dates:
        yield "full dates only"


def _remarks(field: Field) -> Iterator[str]:
    marks = {
        "required": field.required,
        "unique": field.unique,
        "only at creation": field.create_only,
        "read-only": field.read_only,
    }
    yield from (name for name, holds in marks.items() if holds)
    yield from (part for part in field.note.split("; ") if part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
