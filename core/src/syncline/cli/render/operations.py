"""The operations of a plan or a run, lane by lane: what, to which record, why, and old → new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.text import Text

from syncline.cli.render.parts import COLOR, blank, heading, line
from syncline.cli.render.text import change_text, label_text, lane_text
from syncline.model.reports import Action, LaneName, LaneReport, PlannedOperation, RunReport

MOST_PER_GROUP = 10

_ORDER = list(Action)
_SIGN = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.LINK: "=",
    Action.SEVER: "/",
    Action.REPOINT: ">",
}


@dataclass(frozen=True)
class Detail:
    """How much is shown: `most` operations of one kind in a lane (None: all of them), and whether
    the fields of what is created are listed, too.
    """

    most: int | None = MOST_PER_GROUP
    fields_of_creates: bool = False


def operations_by_lane(report: RunReport, detail: Detail) -> Iterator[Text]:
    """A section for each lane with something to say, and the number of lanes without."""
    by_lane: dict[LaneName, list[PlannedOperation]] = {}
    for operation in report.operations:
        by_lane.setdefault(operation.lane, []).append(operation)
    quiet = 0
    for lane in report.lanes:
        operations = by_lane.get(lane.lane, [])
        if operations or lane.error:
            yield from _lane(lane, operations, detail)
        else:
            quiet += 1
    if quiet:
        yield line(f"{quiet} of {len(report.lanes)} lanes: nothing to do")
        yield blank()


def _lane(lane: LaneReport, operations: list[PlannedOperation], detail: Detail) -> Iterator[Text]:
    note = "   (first sync)" if lane.first_sync else ""
    yield heading(lane_text(lane.lane) + note)
    if lane.error:
        yield line(("error: ", COLOR["error"]), lane.error, indent=2)
    ordered = sorted(operations, key=_group_key)
    for _key, group in groupby(ordered, key=_group_key):
        yield from _group(list(group), detail)
    yield blank()


def _group_key(operation: PlannedOperation) -> tuple[bool, int, str, str]:
    """What will be done first, then what is held; in the order of `Action`."""
    place = _ORDER.index(operation.action)
    return bool(operation.held), place, operation.connection, operation.held


def _group(operations: Sequence[PlannedOperation], detail: Detail) -> Iterator[Text]:
    first = operations[0]
    words = _group_words(first)
    color = COLOR["held"] if first.held else COLOR[first.action]
    yield line((f"{words}: {len(operations)}", color), indent=2)
    if first.held:
        yield line(first.held, indent=4)
    for operation in operations[: detail.most]:
        yield from _operation(operation, detail)
    if detail.most is not None and (rest := len(operations) - detail.most) > 0:
        yield line(f"… and {rest} more (--all shows them)", indent=4)


def _group_words(operation: PlannedOperation) -> str:
    where = "in" if operation.action in {Action.CREATE, Action.UPDATE, Action.DELETE} else "at"
    words = f"{operation.action.value} {where} {operation.connection}"
    return f"held, {words}" if operation.held else words


def _operation(operation: PlannedOperation, detail: Detail) -> Iterator[Text]:
    label = label_text(operation.label, operation.id)
    handle = f"  [{operation.handle}]" if operation.handle else ""
    sign = (f"{_SIGN[operation.action]} ", COLOR[operation.action])
    yield line(sign, (label, "bold"), handle, (f"   {operation.reason}", "dim"), indent=4)
    if operation.action is not Action.CREATE or detail.fields_of_creates:
        yield from _changes(operation)


def _changes(operation: PlannedOperation) -> Iterable[Text]:
    width = max((len(change.name) for change in operation.changes), default=0)
    for change in operation.changes:
        text = change_text(change.before, change.after)
        yield line(f"{change.name:<{width}}  {text}", indent=8)
