"""An undo: what is put back, and what is kept, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from syncline.cli.render.operations import MOST_PER_GROUP, Detail, operations_by_lane
from syncline.cli.render.parts import COLOR, blank, heading, line
from syncline.cli.render.report import attention_parts
from syncline.cli.render.text import count_text, label_text, lane_text
from syncline.model.reports import KeptRecord, UndoReport

MOST = 20


def undo_parts(report: UndoReport, *, everything: bool) -> Iterator[Any]:
    """Lane by lane what is put back, then what is kept."""
    detail = Detail(None if everything else MOST_PER_GROUP)
    yield from operations_by_lane(report.run, detail)
    if report.kept:
        yield heading(f"Kept as they are ({len(report.kept)})")
        most = None if everything else MOST
        for each in report.kept[:most]:
            yield from _kept(each)
        if most is not None and (rest := len(report.kept) - most) > 0:
            yield line(f"… and {rest} more (--all shows them)", indent=2)
        yield blank()
    yield from attention_parts(report.run, detail)
    yield heading(_verdict(report))


def _kept(record: KeptRecord) -> Iterator[Text]:
    label = label_text(record.label, record.id)
    what = f"   {record.action.value} in {record.connection}: "
    yield line((label, "bold"), what, (record.reason, COLOR["warning"]), indent=2)
    yield line(lane_text(record.lane), indent=4)


def _verdict(report: UndoReport) -> str:
    run, kept = report.run, f", {len(report.kept)} kept" if report.kept else ""
    writes = count_text(run.writes, "write")
    if run.dry:
        return f"Undoing run {report.undone} would make {writes}{kept}. Nothing has been written."
    stop = "Interrupted: undo it again to go on. " if run.interrupted else ""
    return f"{stop}Run {report.undone} is undone: {writes}{kept} (run {run.run_id})."
