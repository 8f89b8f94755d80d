"""What the state knows: lanes, records that wait, held operations, conflicts, earlier runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.text import Text

from syncline.cli.render.parts import blank, heading, line, table
from syncline.cli.render.text import instant_text, label_text, lane_text, printable, value_text
from syncline.model.reports import (
    HeldOperation,
    LaneStatus,
    StatusReport,
    WaitingConflict,
    WaitingRecord,
    WithheldWrites,
)
from syncline.model.sides import PerSide

MOST = 20


def status_parts(report: StatusReport, *, everything: bool) -> Iterator[Any]:
    """The whole state, at most `MOST` of what waits unless `everything`."""
    if not report.lanes:
        yield line("No lane has run yet. Look with `syncline plan`, then `syncline run`.")
        return
    yield table(
        [
            "sync",
            "type",
            "left",
            "right",
            "last run",
            "now",
            "links",
            "waiting",
            "conflicts",
            "held",
        ],
        (_lane_row(lane) for lane in report.lanes),
        numbers=4,
    )
    most = None if everything else MOST
    if report.waiting:
        yield from _section("Waiting", report.waiting, most, waiting_parts)
    if report.held:
        yield from held_parts(report.held, everything=everything)
    if report.withheld:
        number = sum(each.number for each in report.withheld)
        yield from (blank(), heading(f"Decided, and not sent ({number})"))
        yield from map(_withheld, report.withheld)
    if report.last_runs:
        yield from (blank(), heading("Last runs"))
        runs = [[id, instant_text(when), code] for id, when, code in report.last_runs]
        yield table(["run", "at", "exit code"], runs, numbers=1)


def _lane_row(lane: LaneStatus) -> list[object]:
    now = f"busy until {instant_text(lane.busy_until)}" if lane.busy_until else lane.last_error
    who = [lane.lane.sync, lane.lane.type, lane.lane.left, lane.lane.right]
    numbers = [lane.links, lane.waiting, lane.conflicts, lane.held]
    return [*who, instant_text(lane.last_run), now, *numbers]


def held_parts(held: tuple[HeldOperation, ...], *, everything: bool) -> Iterator[Any]:
    """Held operations with their handles, and how they are released."""
    most = None if everything else MOST
    yield from _section("Held until `syncline approve HANDLE…`", held, most, _held)


def _section(title: str, entries: tuple[Any, ...], most: int | None, show: Any) -> Iterator[Text]:
    yield from (blank(), heading(f"{title} ({len(entries)})"))
    for entry in entries[:most]:
        yield from show(entry)
    if most is not None and (rest := len(entries) - most) > 0:
        yield line(f"… and {rest} more (--all shows them)", indent=2)


def waiting_parts(record: WaitingRecord) -> Iterator[Text]:
    """A record that waits: why, since when, when it is looked at next, what would release it."""
    label = label_text(record.label, record.id)
    code = f" [{record.code}]" if record.code else ""
    yield line((label, "bold"), f"   in {record.connection}: {record.message}{code}", indent=2)
    again = instant_text(record.next_at) if record.next_at else "when something changes"
    since = f"since {instant_text(record.since)}, {record.reason}, again {again}"
    yield line(f"{lane_text(record.lane)}   {since}", indent=4)
    if record.release:
        yield line(f"hint: {record.release}", indent=4)


def _held(operation: HeldOperation) -> Iterator[Text]:
    label = label_text(operation.label, operation.id)
    what = f"   {operation.action.value} in {operation.connection} ({operation.guard})"
    yield line(f"{operation.handle}  ", (label, "bold"), what, indent=2)


def _withheld(writes: WithheldWrites) -> Text:
    since = f"since {instant_text(writes.since)}   {lane_text(writes.lane)}"
    what = f"{writes.action.value} in {writes.connection}: {writes.number}"
    return line((what, "bold"), f"   {printable(writes.message)}   {since}", indent=2)


def conflict_parts(
    conflicts: Iterable[WaitingConflict], names: Mapping[str, PerSide[str]]
) -> Iterator[Text]:
    """Each conflict with both sides' values. `names`: the connections of each sync."""
    for conflict in conflicts:
        between = names.get(conflict.lane.sync, PerSide("left", "right"))
        yield line(f"{conflict.handle}  ", (label_text(conflict.label, None), "bold"))
        yield line(f"{lane_text(conflict.lane)}   since {instant_text(conflict.since)}", indent=2)
        for name in conflict.fields:
            for connection, values in zip(between, (conflict.left, conflict.right), strict=True):
                yield line(f"{name}  {connection}: {value_text(values.get(name))}", indent=4)
        yield blank()
    yield line(
        "Decide with `syncline conflicts resolve HANDLE --winner CONNECTION`; the next run does it."
    )
