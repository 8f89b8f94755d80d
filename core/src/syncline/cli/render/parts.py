"""The few shapes everything people see is made of."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from syncline.cli.render.text import printable

COLOR = {
    "create": "green",
    "update": "yellow",
    "delete": "red",
    "held": "magenta",
    "link": "cyan",
    "sever": "cyan",
    "repoint": "cyan",
    "ok": "green",
    "warning": "yellow",
    "error": "red",
}


def line(*parts: str | tuple[str, str], indent: int = 0) -> Text:
    """One line of plain and styled parts. Nothing in a part is read as markup."""
    return Text.assemble(" " * indent, *parts)


def heading(text: str) -> Text:
    """The first line of a section."""
    return Text(text, style="bold")


def blank() -> Text:
    """An empty line."""
    return Text("")


def table(columns: Iterable[str], rows: Iterable[Iterable[object]], *, numbers: int = 0) -> Table:
    """Columns without frames, easy to copy; the last `numbers` of them are numbers."""
    names = list(columns)
    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for index, name in enumerate(names):
        right = index >= len(names) - numbers
        grid.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(printable(str(cell))) for cell in row))
    return grid
