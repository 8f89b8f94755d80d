"""What happened: to one record, in words; and run by run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from syncline.cli.render.parts import COLOR, heading, line, table
from syncline.cli.render.text import change_text, instant_text, label_text, lane_text, printable
from syncline.model.reports import Action, HistoryEntry, RunEntry

MOST = 20

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.LINK: "linked",
    Action.SEVER: "severed",
    Action.REPOINT: "re-pointed",
}


def record_parts(entries: Sequence[HistoryEntry], *, everything: bool) -> Iterator[Any]:
    """Newest first; a section for each lane the record is in."""
    if not entries:
        yield line("Nothing was written to this record, or longer ago than the history is kept.")
    most = None if everything else MOST
    lane = None
    for entry in entries[:most]:
        if entry.lane != lane:
            lane = entry.lane
            yield heading(lane_text(lane))
        yield from _entry(entry)
    if most is not None and (rest := len(entries) - most) > 0:
        yield line(f"… and {rest} more (--all shows them)")


def _entry(entry: HistoryEntry) -> Iterator[Text]:
    done = (f"{_DONE[entry.action]} in {entry.connection}", COLOR[entry.action])
    label = (label_text(entry.label, entry.id), "bold")
    yield line(f"{instant_text(entry.at)}  ", done, "  ", label, f"  ({entry.id})", indent=2)
    undo = f", undoing run {entry.undoes}" if entry.undoes else ""
    yield line(f"because: {printable(entry.reason)}   (run {entry.run}{undo})", indent=4)
    width = max((len(change.name) for change in entry.changes), default=0)
    for change in entry.changes:
        text = change_text(change.before, change.after)
        yield line(f"{change.name:<{width}}  {text}", indent=6)


def run_list_parts(runs: Sequence[RunEntry]) -> Iterator[Any]:
    """A line for each run."""
    if not runs:
        yield line("No run is remembered.")
        return
    rows = [[run.id, instant_text(run.started), _ended(run), _did(run)] for run in runs]
    yield table(["run", "started", "ended", "did"], rows)
    yield line("`syncline undo RUN --plan` shows what undoing one of them would do.")


def _ended(run: RunEntry) -> str:
    if run.finished is None:
        return "under way, or died"
    seconds = (run.finished - run.started).total_seconds()
    return f"{run.exit_code} after {seconds:.0f} s"


def _did(run: RunEntry) -> str:
    counts = ", ".join(f"{number} {_words(name)}" for name, number in sorted(run.counts.items()))
    undo = f"undid {run.undoes}: " if run.undoes else ""
    return undo + (counts or "nothing to write")


def _words(name: str) -> str:
    action, _, connection = name.partition(":")
    done = _DONE[Action(action)] if action in {each.value for each in Action} else action
    return f"{done} in {connection}" if connection else done
