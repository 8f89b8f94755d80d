"""Values as people read them, and never as a terminal would obey them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from syncline.cli.render.invisible import shown
from syncline.model.fields import Element, Value
from syncline.model.reports import LaneName

LONGEST = 70
EMPTY = "(empty)"

_LINE_END = "⏎"
_TAB = "⇥"


def printable(text: str) -> str:
    """The text on one line, with numbers in place of characters that are not seen, or that would
    steer the terminal.
    """
    lines = text.replace("\r\n", _LINE_END).replace("\n", _LINE_END)
    return shown(lines.replace("\t", _TAB))


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, cut with an ellipsis if it is longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def value_text(value: Value) -> str:
    """A field's value: texts in quotes, sets with commas, the parts of an address in order."""
    if value is None or value in ((), [], {}, ""):
        return EMPTY
    if isinstance(value, Mapping):
        return shortened(printable(", ".join(str(part) for part in value.values() if part)))
    if isinstance(value, list | tuple):
        return shortened(printable(", ".join(map(_element_text, value))))
    return f'"{shortened(printable(str(value)))}"'


def _element_text(element: Element) -> str:
    """A text, or what is said of one of several people."""
    if isinstance(element, Mapping):
        return " ".join(str(part) for part in element.values() if part)
    return str(element)


def change_text(before: Value, after: Value) -> str:
    """Old → new; of a set, what goes and what comes."""
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        gone = [f"- {_element_text(each)}" for each in before if each not in after]
        new = [f"+ {_element_text(each)}" for each in after if each not in before]
        if gone or new:
            return shortened(printable("  ".join(gone + new)), 2 * LONGEST)
    return f"{value_text(before)} → {value_text(after)}"


def lane_text(lane: LaneName) -> str:
    """A lane in words."""
    return printable(f"{lane.sync} · {lane.type} · {lane.left} ↔ {lane.right}")


def label_text(label: str, id: str | None) -> str:
    """What a record is called; its id where it has no name."""
    return shortened(printable(label)) if label.strip() else printable(id or "(no name)")


def instant_text(instant: datetime | None) -> str:
    """An instant in UTC, to the second."""
    return "never" if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def count_text(count: int, one: str, many: str = "") -> str:
    """`1 record`, `2 records`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
