"""The decision table as data: every row as people read it, and the cells it stands for.

The tests ask the planner for each cell of each row, and check that every cell there is belongs to
exactly one row. The page `docs/explanation/decision-table.md` is made from the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from proof.decisions.cells import BOTH, ONE_TO_OTHER, OTHER_TO_ONE, THERE, Dimensions
from syncline.engine.decide.link import Mode, Reason, Verdict


@dataclass(frozen=True)
class Row:
    """Cells with one outcome. `side` is the one that is written by a deletion or a creation;
    `carries` are sources with the way their value travels.
    """

    one: str
    other: str
    when: str
    cells: Dimensions
    verdict: Verdict
    reason: Reason | None = None
    side: str = ""
    carries: tuple[tuple[str, Mode], ...] = field(default=())
    settles: bool = False

    @property
    def id(self) -> str:
        """The row in words."""
        return " | ".join(each for each in (self.one, self.other, self.when) if each)


_LET_GO: Final = (
    ({"delete": ("off",)}, "`delete` is off there", Verdict.SEVER, Reason.NO_DELETE),
    (
        {"delete": ("on",), "others link it": ("sever",)},
        "others link it, `shared_delete = sever`",
        Verdict.SEVER,
        Reason.SHARED,
    ),
    ({"delete": ("on",), "others link it": ("no", "propagate")}, "", Verdict.DELETE, None),
)
_AGAIN: Final = (
    ({"create": ("on",)}, "", Verdict.RECREATE, None),
    ({"create": ("off",)}, "`create` is off there", Verdict.HOLD, Reason.NO_CREATE),
)


def _deletes(one: str, other: str, when: str, cells: Dimensions, why: Reason) -> Iterator[Row]:
    for more, also, verdict, reason in _LET_GO:
        words = ", ".join(each for each in (when, also) if each)
        side = "other" if verdict is Verdict.DELETE else ""
        yield Row(one, other, words, {**cells, **more}, verdict, reason or why, side)


def _recreates(one: str, other: str, when: str, cells: Dimensions, why: Reason) -> Iterator[Row]:
    for more, also, verdict, reason in _AGAIN:
        words = ", ".join(each for each in (when, also) if each)
        yield Row(one, other, words, {**cells, **more}, verdict, reason or why, "one")


def _link_rows() -> Iterator[Row]:
    there: Dimensions = {"other": THERE}
    yield Row("cannot be read", "", "", {"one": ("unreadable",)}, Verdict.WAIT, Reason.UNREADABLE)
    yield Row(
        "left the data set, or deleted", "cannot be read", "",
        {"one": ("left", "deleted"), "other": ("unreadable",)}, Verdict.WAIT, Reason.UNREADABLE,
    )  # fmt: skip
    yield Row(
        "deleted", "deleted", "",
        {"one": ("deleted",), "other": ("deleted",)}, Verdict.END, Reason.BOTH_DELETED,
    )  # fmt: skip
    yield Row(
        "left the data set", "deleted, or left too", "",
        {"one": ("left",), "other": ("left", "deleted")}, Verdict.FREEZE, Reason.LEFT_SCOPE,
    )  # fmt: skip
    yield Row(
        "deleted", "left the data set", "",
        {"one": ("deleted",), "other": ("left",)}, Verdict.FREEZE, Reason.LEFT_SCOPE,
    )  # fmt: skip
    yield from _scope_rows({"one": ("left",), **there})
    gone: Dimensions = {"one": ("deleted",), **there}
    yield from _one_way_deletions(gone)
    yield from _two_way_deletions({**gone, "direction": (BOTH,)})


def _scope_rows(left: Dimensions) -> Iterator[Row]:
    one, freeze, why = "left the data set", Verdict.FREEZE, Reason.LEFT_SCOPE
    keep, delete = {"left_scope": ("keep",)}, {"left_scope": ("delete",)}
    yield Row(one, "there", "`left_scope = keep`", {**left, **keep}, freeze, why)
    against: Dimensions = {**left, **delete, "direction": (OTHER_TO_ONE,)}
    yield Row(one, "there", "`left_scope = delete`, the other is the source", against, freeze, why)
    along: Dimensions = {**left, **delete, "direction": (ONE_TO_OTHER, BOTH)}
    off: Dimensions = {**along, "delete": ("off",)}
    yield Row(one, "there", "`left_scope = delete`, `delete` is off there", off, freeze, why)
    on: Dimensions = {**along, "delete": ("on",)}
    shared: Dimensions = {**on, "others link it": ("sever", "propagate")}
    yield Row(one, "there", "`left_scope = delete`, others link it", shared, freeze, why)
    alone: Dimensions = {**on, "others link it": ("no",)}
    reason = Reason.LEFT_SCOPE_DELETE
    source: Dimensions = {**alone, "direction": (ONE_TO_OTHER,)}
    words = "`left_scope = delete`, it is the source"
    yield Row(one, "there", words, source, Verdict.DELETE, reason, "other")
    both: Dimensions = {**alone, "direction": (BOTH,)}
    words = "`left_scope = delete`, both ways"
    unedited: Dimensions = {**both, "other": ("unedited",)}
    yield Row(one, "not edited", words, unedited, Verdict.DELETE, reason, "other")
    edited: Dimensions = {**both, "other": ("edited",)}
    yield Row(one, "edited", words, edited, freeze, Reason.LEFT_SCOPE_EDITED)


def _one_way_deletions(gone: Dimensions) -> Iterator[Row]:
    source: Dimensions = {**gone, "direction": (ONE_TO_OTHER,)}
    yield from _deletes(
        "deleted", "there, edited or not", "it is the source", source, Reason.SOURCE_DELETED
    )
    target: Dimensions = {**gone, "direction": (OTHER_TO_ONE,)}
    unedited: Dimensions = {**target, "other": ("unedited",)}
    when = "it is the target"
    ignored: Dimensions = {**unedited, "drift": ("ignore",)}
    yield Row("deleted", "not edited", when, ignored, Verdict.NOTHING, Reason.TARGET_DELETED)
    reverted: Dimensions = {**unedited, "drift": ("revert",)}
    words = f"{when}, `drift = revert`"
    yield from _recreates("deleted", "not edited", words, reverted, Reason.TARGET_DELETED_DRIFT)
    edited: Dimensions = {**target, "other": ("edited",)}
    yield from _recreates("deleted", "edited", when, edited, Reason.TARGET_DELETED_EDITED)


def _two_way_deletions(both: Dimensions) -> Iterator[Row]:
    unedited: Dimensions = {**both, "other": ("unedited",)}
    yield from _deletes("deleted", "not edited", "both ways", unedited, Reason.DELETED_UNEDITED)
    edited: Dimensions = {**both, "other": ("edited",)}
    wins: Dimensions = {**edited, "conflict": ("one wins",)}
    when = "both ways, the side that deleted wins"
    yield from _deletes("deleted", "edited", when, wins, Reason.DELETION_WINS)
    loses: Dimensions = {**edited, "conflict": ("other wins", "newest wins")}
    when = "both ways, the side that edited wins, or `newest_wins`"
    yield from _recreates("deleted", "edited", when, loses, Reason.EDIT_WINS)
    manual: Dimensions = {**edited, "conflict": ("manual",)}
    words = "both ways, `manual`"
    yield Row("deleted", "edited", words, manual, Verdict.CONFLICT, Reason.DELETED_EDITED)


# --- both are there ---------------------------------------------------------------------------

_READ: Final = ("same", "changed", "no base")
_KNOWN: Final = ("same", "changed")
_FROM_ONE: Final = (("one", Mode.REPLACE),)
_FROM_OTHER: Final = (("other", Mode.REPLACE),)
_ELEMENTS: Final = (("one", Mode.MERGE), ("other", Mode.MERGE))
_ONE_WINS: Final = ("one wins", "newest wins, one")
_OTHER_WINS: Final = ("other wins", "newest wins, other")


def _field_rows() -> Iterator[Row]:
    yield Row("was not read", "", "", {"one": ("unread",)}, Verdict.NOTHING)
    yield Row("was read", "was not read", "", {"one": _READ, "other": ("unread",)}, Verdict.NOTHING)
    read: Dimensions = {"one": _READ, "other": _READ}
    yield from _agreeing({**read, "agree": ("yes",)})
    differ: Dimensions = {**read, "agree": ("no",)}
    yield from _two_way({**differ, "direction": (BOTH,)})
    yield from _first_two_way({**differ, "direction": (BOTH,)})
    yield from _one_way({**differ, "direction": (ONE_TO_OTHER,)}, "one", "other")
    yield from _one_way({**differ, "direction": (OTHER_TO_ONE,)}, "other", "one")


def _agreeing(agree: Dimensions) -> Iterator[Row]:
    same: Dimensions = {**agree, "one": ("same",), "other": ("same",)}
    yield Row("unchanged", "unchanged", "they agree", same, Verdict.NOTHING)
    for one, other in product(_READ, _READ):
        if (one, other) != ("same", "same"):
            cells: Dimensions = {**agree, "one": (one,), "other": (other,)}
            words = (_state(one), _state(other), "they agree")
            yield Row(*words, cells, Verdict.NOTHING, settles=True)


def _state(name: str) -> str:
    return {"same": "unchanged"}.get(name, name)


def _two_way(both: Dimensions) -> Iterator[Row]:
    way = "both ways"
    same: Dimensions = {**both, "one": ("same",), "other": ("same",)}
    yield Row("unchanged", "unchanged", way, same, Verdict.NOTHING)
    for source, one, other in (("one", "changed", "same"), ("other", "same", "changed")):
        edited: Dimensions = {**both, "one": (one,), "other": (other,)}
        for kind, mode in (("value", Mode.REPLACE), ("set", Mode.MERGE)):
            yield Row(
                _state(one), _state(other), f"{way}, a {kind}", {**edited, "kind": (kind,)},
                Verdict.UPDATE, Reason.EDITED_ONE_SIDE, carries=((source, mode),),
            )  # fmt: skip
    clash: Dimensions = {**both, "one": ("changed",), "other": ("changed",)}
    words = f"{way}, a set, `merge = fields`"
    sets: Dimensions = {**clash, "kind": ("set",), "merge": ("fields",)}
    yield Row("changed", "changed", words, sets, Verdict.UPDATE, Reason.ELEMENTS, carries=_ELEMENTS)
    value: Dimensions = {**clash, "kind": ("value",)}
    yield from _by_rule(f"{way}, a value", value)
    record: Dimensions = {**clash, "kind": ("set",), "merge": ("record",)}
    yield from _by_rule(f"{way}, a set, `merge = record`", record)


def _by_rule(way: str, clash: Dimensions) -> Iterator[Row]:
    for words, rule, carries in (
        ("the first wins", _ONE_WINS, _FROM_ONE),
        ("the second wins", _OTHER_WINS, _FROM_OTHER),
    ):
        cells: Dimensions = {**clash, "conflict": rule}
        when = f"{way}, {words}"
        yield Row("changed", "changed", when, cells, Verdict.UPDATE, Reason.WON, carries=carries)
    manual: Dimensions = {**clash, "conflict": ("manual",)}
    when = f"{way}, `manual`"
    yield Row("changed", "changed", when, manual, Verdict.CONFLICT, Reason.BOTH_EDITED)


def _first_two_way(both: Dimensions) -> Iterator[Row]:
    for one, other in (("no base", _READ), (_KNOWN, "no base")):
        names: Dimensions = {"one": _tuple(one), "other": _tuple(other)}
        here, there = ("no base", "any") if one == "no base" else ("with a base", "no base")
        cells: Dimensions = {**both, **names}
        update = Verdict.UPDATE
        yield Row(
            here, there, "both ways, a set", {**cells, "kind": ("set",)},
            update, Reason.FIRST_ELEMENTS, carries=_ELEMENTS,
        )  # fmt: skip
        value: Dimensions = {**cells, "kind": ("value",)}
        for filled, carries in (("one", _FROM_ONE), ("other", _FROM_OTHER)):
            words = f"both ways, a value, only the {_ordinal(filled)} has one"
            fills: Dimensions = {**value, "filled": (filled,)}
            yield Row(here, there, words, fills, update, Reason.FIRST_FILLS, carries=carries)
        clash: Dimensions = {**value, "filled": ("both",)}
        for rule, carries, who in (
            (_ONE_WINS, _FROM_ONE, "first"),
            (_OTHER_WINS, _FROM_OTHER, "second"),
        ):
            words = f"both ways, a value, both have one, the {who} wins"
            won: Dimensions = {**clash, "conflict": rule}
            yield Row(here, there, words, won, update, Reason.FIRST_WON, carries=carries)
        words = "both ways, a value, both have one, `manual`"
        manual: Dimensions = {**clash, "conflict": ("manual",)}
        yield Row(here, there, words, manual, Verdict.CONFLICT, Reason.BOTH_EDITED)


def _one_way(way: Dimensions, source: str, target: str) -> Iterator[Row]:
    words = f"the {_ordinal(source)} is the source"
    update, nothing = Verdict.UPDATE, Verdict.NOTHING

    def row(
        at_source: tuple[str, ...], at_target: tuple[str, ...], when: str, found: Verdict,
        reason: Reason | None = None, mode: Mode | None = None, **more: tuple[str, ...],
    ) -> Row:  # fmt: skip
        cells: Dimensions = {**way, source: at_source, target: at_target, **more}
        states = {source: _words(at_source), target: _words(at_target)}
        carries = () if mode is None else ((source, mode),)
        return Row(states["one"], states["other"], when, cells, found, reason, carries=carries)

    keep = Mode.KEEP_TARGET_IF_EMPTY
    yield row(("no base",), _READ, words, update, Reason.FIRST_ONE_WAY, keep)
    yield row(_KNOWN, ("no base",), words, update, Reason.FIRST_ONE_WAY, keep)
    yield row(("changed",), _KNOWN, words, update, Reason.EDITED_SOURCE, Mode.REPLACE)
    yield row(("same",), ("same",), words, nothing)
    yield row(("same",), ("changed",), f"{words}, `drift = ignore`", nothing, drift=("ignore",))
    yield row(
        ("same",), ("changed",), f"{words}, `drift = revert`", update, Reason.DRIFT, Mode.REPLACE,
        drift=("revert",),
    )  # fmt: skip


def _words(states: tuple[str, ...]) -> str:
    if states == _READ:
        return "any"
    return "with a base" if states == _KNOWN else _state(states[0])


def _ordinal(role: str) -> str:
    return "first" if role == "one" else "second"


def _tuple(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


LINK_ROWS: Final = tuple(_link_rows())
FIELD_ROWS: Final = tuple(_field_rows())
