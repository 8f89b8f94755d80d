"""A plan or a run as a whole: lanes, totals, problems, guards, calls, and how to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

from syncline.cli.render.operations import Detail, operations_by_lane
from syncline.cli.render.parts import COLOR, blank, heading, line, table
from syncline.cli.render.text import count_text, label_text, lane_text, printable
from syncline.model.reports import WRITES, GuardTrip, LaneReport, Problem, RunReport

MOST_PROBLEMS = 20


def plan_parts(report: RunReport, detail: Detail) -> Iterator[Any]:
    """What a run would do. Nothing has been written."""
    yield from operations_by_lane(report, detail)
    yield from _totals(report)
    yield from attention_parts(report, detail)
    yield from _calls(report)
    yield heading(_plan_verdict(report))


def run_parts(report: RunReport, detail: Detail, *, operations: bool) -> Iterator[Any]:
    """What a run did; with every single operation if `operations`."""
    if operations:
        yield from operations_by_lane(report, detail)
    else:
        yield from _lanes(report.lanes)
    yield from _totals(report)
    yield from attention_parts(report, detail)
    yield from _calls(report)
    yield heading(_run_verdict(report))


def _lanes(lanes: Iterable[LaneReport]) -> Iterator[Text]:
    """A line for each lane in which something happened."""
    busy = [lane for lane in lanes if lane.counts or lane.held or lane.conflicts or lane.error]
    for lane in busy:
        done = [_count_words(name, count) for name, count in lane.counts.items()]
        waiting = {"held": lane.held, "waiting": lane.waiting, "in conflict": lane.conflicts}
        done += [f"{count} {name}" for name, count in waiting.items() if count]
        yield heading(lane_text(lane.lane))
        yield line(", ".join(done), indent=2)
        if lane.error:
            yield line(("error: ", COLOR["error"]), lane.error, indent=2)
    if busy:
        yield blank()


_DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "link": "linked",
    "sever": "severed",
    "repoint": "re-pointed",
}


def _count_words(name: str, count: int) -> str:
    """`create:crm`, 2 → `2 created in crm`."""
    action, _, connection = name.partition(":")
    return f"{count} {_DONE.get(action, action)}" + (f" in {connection}" if connection else "")


def _totals(report: RunReport) -> Iterator[Any]:
    """Writes and held operations per connection."""
    counts = Counter((each.connection, "held") for each in report.operations if each.held)
    for lane in report.lanes:
        for name, number in lane.counts.items():
            action, _, connection = name.partition(":")
            if action in WRITES:
                counts[connection, action] += number
    names = sorted({connection for connection, _ in counts})
    columns = [*(action.value for action in WRITES), "held"]
    if names:
        rows = [[name, *(counts[name, column] for column in columns)] for name in names]
        yield table(["", *columns], rows, numbers=len(columns))
        yield blank()


def attention_parts(report: RunReport, detail: Detail) -> Iterator[Text]:
    """Guards and problems, each with its way out."""
    for guard in report.guards:
        yield line((f"guard {guard.guard}: ", COLOR["held"]), f"{guard.message} ({guard.scope})")
        yield from _advice(guard)
    if report.dry and report.guards:
        yield line("A run does the rest and holds these; from then on they can be approved.")
    most = None if detail.most is None else MOST_PROBLEMS
    for problem in report.problems[:most]:
        yield from _problem(problem)
    if most is not None and (rest := len(report.problems) - most) > 0:
        yield line(f"… and {count_text(rest, 'more problem')} (--all shows them)")
    if report.guards or report.problems:
        yield blank()


def _advice(guard: GuardTrip) -> Iterator[Text]:
    """Why it stopped, how to go on if it was meant, where to look if it was not."""
    if guard.why:
        yield line(guard.why, indent=2)
    for text in (guard.intended, guard.otherwise) if guard.intended else (guard.hint,):
        yield line(f"hint: {text}", indent=2)


def _problem(problem: Problem) -> Iterator[Text]:
    record = label_text(problem.label, problem.id) if problem.label or problem.id else ""
    place = lane_text(problem.lane) if problem.lane else ""
    where = " · ".join(part for part in (place, problem.connection or "", record) if part)
    code = f" [{problem.code}]" if problem.code else ""
    yield line((f"{problem.kind}: ", COLOR["error"]), printable(problem.message) + code)
    if where:
        yield line(where, indent=2)
    if problem.hint:
        yield line(f"hint: {printable(problem.hint)}", indent=2)


def _calls(report: RunReport) -> Iterator[Any]:
    if report.calls:
        rows = [[each.connection, each.reads, each.writes, each.checks] for each in report.calls]
        yield table(["calls", "reads", "writes", "checks"], rows, numbers=3)
        yield blank()


def _plan_verdict(report: RunReport) -> str:
    changes = count_text(report.writes, "write")
    would = "Nothing is left to do" if not report.writes else f"A run would make {changes}"
    return f"{would}{_waiting(report)}. Nothing has been written."


def _run_verdict(report: RunReport) -> str:
    seconds = (report.finished - report.started).total_seconds()
    done = (
        "Nothing to write" if not report.writes else f"Done: {count_text(report.writes, 'write')}"
    )
    stop = "Interrupted. The next run goes on from here. " if report.interrupted else ""
    return f"{stop}{done}{_waiting(report)}, in {seconds:.1f} s (run {report.run_id})."


def _waiting(report: RunReport) -> str:
    held = sum(lane.held for lane in report.lanes)
    parts = [f"{held} held"] if held else []
    if report.conflicts:
        parts.append(f"{count_text(report.conflicts, 'conflict')} for a person")
    if report.problems:
        parts.append(count_text(len(report.problems), "problem"))
    return "; " + ", ".join(parts) if parts else ""
