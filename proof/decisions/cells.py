"""The cells of the decision table: the dimensions there are, and what the planner says to a cell.

A cell names two sides by their part in it, `one` and `other`; either may be the left one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Final

from syncline.engine.decide.deltas import Change
from syncline.engine.decide.link import Decision, Presence, SideView, decide_link
from syncline.model.contact import CONTACT
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import (
    Conflict,
    Direction,
    Drift,
    LeftScope,
    Merge,
    ObjectPolicy,
    SharedDelete,
)

Cell = Mapping[str, str]
Dimensions = Mapping[str, tuple[str, ...]]

THERE: Final = ("unedited", "edited")
ONE_TO_OTHER, OTHER_TO_ONE, BOTH = "one to other", "other to one", "both"
ANY_WAY: Final = (ONE_TO_OTHER, OTHER_TO_ONE, BOTH)

LINK_DIMENSIONS: Final[Dimensions] = {
    "one": ("unreadable", "left", "deleted"),
    "other": ("unreadable", "left", "deleted", *THERE),
    "direction": ANY_WAY,
    "conflict": ("one wins", "other wins", "newest wins", "manual"),
    "create": ("on", "off"),
    "delete": ("on", "off"),
    "drift": ("ignore", "revert"),
    "others link it": ("no", "sever", "propagate"),
    "left_scope": ("keep", "delete"),
}
"""`create` is the switch at `one`, `delete` the one at `other`."""

FIELD_DIMENSIONS: Final[Dimensions] = {
    "one": ("same", "changed", "no base", "unread"),
    "other": ("same", "changed", "no base", "unread"),
    "agree": ("no", "yes"),
    "kind": ("value", "set"),
    "filled": ("both", "one", "other"),
    "direction": ANY_WAY,
    "conflict": ("one wins", "other wins", "newest wins, one", "newest wins, other", "manual"),
    "merge": ("record", "fields"),
    "drift": ("ignore", "revert"),
}


def cells_of(dimensions: Dimensions, chosen: Dimensions | None = None) -> Iterator[Cell]:
    """Every cell of these dimensions, or those that a row has chosen."""
    wanted = {**dimensions, **(chosen or {})}
    for values in product(*wanted.values()):
        yield dict(zip(wanted, values, strict=True))


def decide_link_cell(cell: Cell, one: Side) -> Decision:
    """The decision about a link of which a side is not there, with `one` at this side."""
    policy = ObjectPolicy(
        type=CONTACT,
        direction=_direction(cell, one),
        conflict=_conflict(cell, one),
        create=PerSide(True, True).with_side(one, cell["create"] == "on"),
        delete=PerSide(True, True).with_side(one.other, cell["delete"] == "on"),
        drift=Drift(cell["drift"]),
        shared_delete=SharedDelete(cell["others link it"].replace("no", "sever")),
        left_scope=LeftScope(cell["left_scope"]),
    )
    others = 0 if cell["others link it"] == "no" else 2
    views = PerSide(_presence(cell["one"], 0), _presence(cell["one"], 0))
    views = views.with_side(one.other, _presence(cell["other"], others))
    return decide_link(views.left, views.right, policy)


def decide_field_cell(cell: Cell, one: Side) -> Decision:
    """The decision about a record of one field, with `one` at this side."""
    name = "emails" if cell["kind"] == "set" else "job_title"
    policy = ObjectPolicy(
        type=CONTACT,
        direction=_direction(cell, one),
        conflict=_conflict(cell, one),
        merge=Merge(cell["merge"]),
        drift=Drift(cell["drift"]),
    )
    later = "other" if cell["conflict"].endswith("other") else "one"
    views = {
        role: SideView(
            Presence.PRESENT,
            {name: _CHANGES[cell[role]]},
            frozenset() if cell["filled"] in ("both", role) else frozenset({name}),
            datetime(2026, 5, 2 if role == later else 1, tzinfo=UTC),
        )
        for role in ("one", "other")
    }
    left, right = (views["one" if side is one else "other"] for side in Side)
    return decide_link(left, right, policy, frozenset({name} if cell["agree"] == "yes" else ()))


_CHANGES: Final = {
    "same": Change.SAME,
    "changed": Change.CHANGED,
    "no base": Change.UNKNOWN,
    "unread": Change.UNREAD,
}


def _presence(state: str, others: int) -> SideView:
    if state not in THERE:
        return SideView(Presence(state), also_linked=others)
    change = Change.CHANGED if state == "edited" else Change.SAME
    return SideView(Presence.PRESENT, {"job_title": change}, also_linked=others)


def _direction(cell: Cell, one: Side) -> Direction:
    if cell["direction"] == BOTH:
        return Direction.BOTH
    source = one if cell["direction"] == ONE_TO_OTHER else one.other
    return Direction.LEFT_TO_RIGHT if source is Side.LEFT else Direction.RIGHT_TO_LEFT


def _conflict(cell: Cell, one: Side) -> Conflict | None:
    if cell["direction"] != BOTH:
        return None
    if cell["conflict"] == "manual":
        return Conflict.MANUAL
    if cell["conflict"].startswith("newest"):
        return Conflict.NEWEST_WINS
    winner = one if cell["conflict"] == "one wins" else one.other
    return Conflict.LEFT_WINS if winner is Side.LEFT else Conflict.RIGHT_WINS
