"""The decision table, cell by cell, in the order of docs/explanation/decision-table.md.

A row stands for all cells it does not tell apart; each of them is asked, on either side.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from proof.decisions.cells import (
    FIELD_DIMENSIONS,
    LINK_DIMENSIONS,
    Dimensions,
    cells_of,
    decide_field_cell,
    decide_link_cell,
)
from proof.decisions.table import FIELD_ROWS, LINK_ROWS, Row
from syncline.engine.decide.link import Decision, Reason, Verdict
from syncline.model.sides import SIDES, Side


def ids(rows: tuple[Row, ...]) -> list[str]:
    return [row.id for row in rows]


def expect(decision: Decision, row: Row, one: Side) -> None:
    sides = {"one": one, "other": one.other, "": None}
    assert decision.verdict is row.verdict
    assert decision.side is sides[row.side]
    assert says(decision.reason, row.reason)
    carries = {(carry.source, carry.mode) for carry in decision.carries}
    assert carries == {(sides[role], mode) for role, mode in row.carries}
    assert bool(decision.settled) is row.settles
    assert bool(decision.conflicts) is (decision.reason == Reason.BOTH_EDITED)


def says(text: str, reason: Reason | None) -> bool:
    if reason is None:
        return text == ""
    return re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(reason)), text) is not None


@pytest.mark.parametrize("row", LINK_ROWS, ids=ids(LINK_ROWS))
def test_a_side_is_not_there(row: Row) -> None:
    for cell in cells_of(LINK_DIMENSIONS, row.cells):
        for one in SIDES:
            expect(decide_link_cell(cell, one), row, one)


@pytest.mark.parametrize("row", FIELD_ROWS, ids=ids(FIELD_ROWS))
def test_both_are_there(row: Row) -> None:
    for cell in cells_of(FIELD_DIMENSIONS, row.cells):
        for one in SIDES:
            expect(decide_field_cell(cell, one), row, one)


@pytest.mark.parametrize(
    ("dimensions", "rows"),
    [(LINK_DIMENSIONS, LINK_ROWS), (FIELD_DIMENSIONS, FIELD_ROWS)],
    ids=["links", "fields"],
)
def test_every_cell_belongs_to_exactly_one_row(
    dimensions: Dimensions, rows: tuple[Row, ...]
) -> None:
    found = Counter(
        tuple(cell[name] for name in dimensions)
        for row in rows
        for cell in cells_of(dimensions, row.cells)
    )
    every = {tuple(cell[name] for name in dimensions) for cell in cells_of(dimensions)}

    assert set(found) == every
    assert set(found.values()) == {1}


def test_the_table_has_every_verdict() -> None:
    assert {row.verdict for row in (*LINK_ROWS, *FIELD_ROWS)} == set(Verdict)


def test_the_page_explains_every_reason() -> None:
    page = Path(__file__).parents[4] / "docs/explanation/decision-table.md"
    text = page.read_text("utf-8")
    assert [each for each in Reason if each.replace("{why}", "…") not in text] == []
