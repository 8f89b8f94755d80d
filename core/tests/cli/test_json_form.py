"""Values as JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from syncline.cli.json_form import report_json, to_json
from syncline.model.reports import (
    Action,
    FieldChange,
    LaneName,
    LaneReport,
    PlannedOperation,
    RunReport,
)
from syncline.model.sides import Side

WHEN = datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (WHEN, "2026-11-21T09:00:00Z"),
        (WHEN.astimezone(timezone(timedelta(hours=2))), "2026-11-21T09:00:00Z"),
        (date(2026, 11, 21), "2026-11-21"),
        (Side.LEFT, "left"),
        (Path("a/b"), "a/b"),
        (("a", None, 1.5, True), ["a", None, 1.5, True]),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({Action.CREATE: ()}, {"create": []}),
        (
            FieldChange("emails", None, ("a@x",)),
            {"name": "emails", "before": None, "after": ["a@x"]},
        ),
    ],
)
def test_forms(value, form):
    assert to_json(value) == form


def test_what_has_no_form_is_an_error_and_never_a_guess():
    with pytest.raises(TypeError):
        to_json(object())


def test_a_report_says_how_many_writes_it_holds():
    operation = PlannedOperation(
        lane=LaneName("s", "contact", "a", "b"),
        action=Action.CREATE,
        side=Side.RIGHT,
        connection="crm",
        id=None,
        label="Ada",
        reason="new in mail",
    )
    report = RunReport(
        run_id="r1",
        dry=True,
        started=WHEN,
        finished=WHEN,
        lanes=(LaneReport(lane=operation.lane, counts={"create:crm": 1}),),
        operations=(operation,),
    )
    document = report_json(report)
    assert (document["writes"], document["dry"]) == (1, True)
    assert document["operations"][0]["lane"] == {
        "sync": "s", "type": "contact", "left": "a", "right": "b"
    }  # fmt: skip
