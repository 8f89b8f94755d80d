"""Links: which records belong together, their state in words, what they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from syncline.cli.render.parts import blank, heading, line
from syncline.cli.render.status import waiting_parts
from syncline.cli.render.text import count_text, label_text, lane_text, printable
from syncline.model import handles
from syncline.model.reports import LinkEntry, WaitingRecord
from syncline.model.sides import SIDES

if TYPE_CHECKING:
    from syncline.look.links import LinkList


def link_list_parts(found: LinkList) -> Iterator[Any]:
    """Each link in a few lines, then what waits without a link, then the numbers."""
    yield from link_parts(found.entries)
    yield from waiting_alone_parts(found.waiting)
    total = sum(found.counts.values())
    parts = [f"{number} {status}" for status, number in sorted(found.counts.items())]
    words = f": {', '.join(parts)}" if parts else ""
    yield line(f"{count_text(total, 'link')}{words}.")


def waiting_alone_parts(waiting: Sequence[WaitingRecord]) -> Iterator[Any]:
    """What waits without a link; nothing, if nothing does."""
    if waiting:
        yield heading(f"Waiting without a link ({len(waiting)})")
        for each in waiting:
            yield from waiting_parts(each)
        yield blank()


def link_parts(entries: Iterable[LinkEntry]) -> Iterator[Text]:
    """Each link: both records, its state, what it waits for."""
    for entry in entries:
        yield from _link(entry)
        yield blank()


def _link(entry: LinkEntry) -> Iterator[Text]:
    name = label_text(entry.label, None) if entry.label else ""
    number = handles.handle(handles.LINK, entry.number)
    yield line(f"{number}  ", (name, "bold"), f"   {lane_text(entry.lane)}")
    yield line(printable(entry.state), indent=4)
    for side in SIDES:
        record = printable(entry.ids[side] or "-")
        yield line(f"{entry.connections[side]}: {record}  ({entry.presence[side]})", indent=4)
    for each in entry.waiting:
        yield from waiting_parts(each)
