"""What people see of a plan, a run and the state."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from syncline.cli.answer import print_for_people
from syncline.cli.failures import Failure, print_failure
from syncline.cli.invocation import Invocation
from syncline.cli.render.operations import Detail
from syncline.cli.render.report import plan_parts, run_parts
from syncline.cli.render.status import conflict_parts, status_parts
from syncline.cli.render.text import change_text, printable, value_text
from syncline.model.records import RecordId
from syncline.model.reports import (
    Action,
    CallCounts,
    FieldChange,
    GuardTrip,
    HeldOperation,
    LaneName,
    LaneReport,
    LaneStatus,
    PlannedOperation,
    Problem,
    RunReport,
    StatusReport,
    WaitingConflict,
    WaitingRecord,
    WithheldWrites,
)
from syncline.model.sides import PerSide, Side

WHEN = datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC)
LANE = LaneName("sales", "contact", "ann@example.com", "ann")


def shown(parts) -> str:
    stream = io.StringIO()
    print_for_people(parts, stream, color=False)
    return stream.getvalue()


def operation(action=Action.CREATE, label="Ada Lovelace", **more) -> PlannedOperation:
    given = {"side": Side.RIGHT, "connection": "crm", "id": None, "reason": "new in mail"}
    return PlannedOperation(lane=LANE, action=action, label=label, **{**given, **more})


def report(*operations, lanes=None, **more) -> RunReport:
    counts = Counter(f"{each.action}:{each.connection}" for each in operations if not each.held)
    held = sum(1 for each in operations if each.held)
    lanes = lanes or (LaneReport(lane=LANE, counts=counts, held=held),)
    given = {"run_id": "r1", "dry": True, "started": WHEN, "finished": WHEN + timedelta(seconds=2)}
    return RunReport(operations=operations, lanes=lanes, **{**given, **more})


def plan(*operations, detail=None, **more) -> str:
    return shown(plan_parts(report(*operations, **more), detail or Detail()))


def test_a_plan_shows_what_to_which_record_and_why():
    text = plan(operation(), operation(Action.DELETE, "Old Man", reason="deleted in mail"))
    assert text.splitlines()[:5] == [
        "sales · contact · ann@example.com ↔ ann",
        "  create in crm: 1",
        "    + Ada Lovelace   new in mail",
        "  delete in crm: 1",
        "    - Old Man   deleted in mail",
    ]
    assert "A run would make 2 writes. Nothing has been written." in text


def test_an_update_shows_each_field_old_and_new():
    changes = (
        FieldChange("job_title", "Commodore", "Rear Admiral"),
        FieldChange("emails", ("a@x", "b@x"), ("b@x", "c@x")),
        FieldChange("notes", None, "two\nlines"),
    )
    text = plan(operation(Action.UPDATE, changes=changes))
    assert '        job_title  "Commodore" → "Rear Admiral"\n' in text
    assert "        emails     - a@x  + c@x\n" in text
    assert '        notes      (empty) → "two⏎lines"\n' in text


def test_fields_of_a_create_are_shown_when_asked_for():
    created = operation(changes=(FieldChange("company", None, "Analytical Engines"),))
    assert "Analytical Engines" not in plan(created)
    assert "Analytical Engines" in plan(created, detail=Detail(fields_of_creates=True))


def test_long_groups_are_cut_with_a_count_and_all_shows_them():
    many = [operation(label=f"Person {number}") for number in range(25)]
    text = plan(*many)
    assert text.count("+ Person") == 10
    assert "… and 15 more (--all shows them)" in text
    assert plan(*many, detail=Detail(most=None)).count("+ Person") == 25


def test_held_operations_say_why_and_by_what_they_are_released():
    held = operation(Action.DELETE, held="waits for approval: deletions", handle="h-17")
    text = plan(held)
    assert "  held, delete in crm: 1\n    waits for approval: deletions\n" in text
    assert "[h-17]" in text
    assert "Nothing is left to do; 1 held." in text


def test_lanes_without_anything_are_only_counted():
    other = LaneReport(lane=LaneName("sales", "contact", "bob@example.com", "bob"))
    assert "2 of 2 lanes: nothing to do" in plan(lanes=(LaneReport(lane=LANE), other))


def test_problems_and_guards_come_with_their_way_out():
    problem = Problem(
        kind="rejected", message="last name is missing", hint="Give it one.", lane=LANE,
        connection="crm", id=RecordId("003"), label="?", code="REQUIRED_FIELD_MISSING",
    )  # fmt: skip
    guard = GuardTrip(
        guard="deletions", scope="crm", message="12 of 40 deleted", hint="approve", held=12
    )
    text = plan(problems=(problem,), guards=(guard,))
    assert "rejected: last name is missing [REQUIRED_FIELD_MISSING]" in text
    assert "hint: Give it one." in text
    assert "guard deletions: 12 of 40 deleted (crm)" in text


def test_totals_and_calls_are_tables():
    calls = (CallCounts(connection="crm", reads=3, writes=1, checks=2),)
    lines = [line.split() for line in plan(operation(), operation(), calls=calls).splitlines()]
    assert ["crm", "2", "0", "0", "0"] in lines
    assert ["crm", "3", "1", "2"] in lines


def test_a_run_is_summed_up_per_lane():
    lane = LaneReport(lane=LANE, counts={"create:crm": 2}, held=1, conflicts=1)
    done = report(operation(), operation(), lanes=(lane,), dry=False, conflicts=1)
    text = shown(run_parts(done, Detail(), operations=False))
    assert (
        "sales · contact · ann@example.com ↔ ann\n  2 created in crm, 1 held, 1 in conflict" in text
    )
    assert "Done: 2 writes; 1 held, 1 conflict for a person, in 2.0 s (run r1)." in text
    assert "Ada" not in text
    assert "Ada" in shown(run_parts(done, Detail(), operations=True))


def test_an_interrupted_run_says_that_the_next_one_goes_on():
    text = shown(run_parts(report(dry=False, interrupted=True), Detail(), operations=False))
    assert "Interrupted. The next run goes on from here." in text


def test_status_shows_lanes_and_what_waits():
    status = StatusReport(
        lanes=(
            LaneStatus(lane=LANE, links=7, waiting=1, conflicts=0, held=1, last_run=WHEN),
        ),
        waiting=(
            WaitingRecord(
                lane=LANE, side=Side.LEFT, connection="mail", id=RecordId("1"), reason="rejected",
                message="too long", since=WHEN, next_at=None, attempts=2, label="Ada",
                code="STRING_TOO_LONG",
            ),
        ),
        held=(
            HeldOperation(
                handle="h-1", lane=LANE, action=Action.DELETE, connection="crm",
                id=RecordId("2"), label="Old Man", guard="deletions", since=WHEN,
            ),
        ),
        withheld=(
            WithheldWrites(
                lane=LANE, action=Action.CREATE, connection="crm", reason="veto", number=3,
                message="vetoed by hr: not \x1b[2Jyet", since=WHEN,
            ),
        ),
        last_runs=(("r1", WHEN, 7),),
    )  # fmt: skip
    text = shown(status_parts(status, everything=False))
    assert (
        "Decided, and not sent (3)\n  create in crm: 3   vetoed by hr: not <U+001B>[2Jyet" in text
    )
    assert "2026-11-21 09:00:00Z" in text
    assert "Ada   in mail: too long [STRING_TOO_LONG]" in text
    assert "h-1  Old Man   delete in crm (deletions)" in text


def test_conflicts_show_both_sides_under_the_connections_names():
    conflict = WaitingConflict(
        handle="c-1", lane=LANE, label="Ada", fields=("job_title",),
        left={"job_title": "Countess"}, right={"job_title": None}, since=WHEN,
    )  # fmt: skip
    text = shown(conflict_parts([conflict], {"sales": PerSide("mail", "crm")}))
    assert 'job_title  mail: "Countess"' in text
    assert "job_title  crm: (empty)" in text


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x07", "\u202egnp.exe", "a\x00b", "\x9b31m"])
def test_a_name_cannot_steer_the_terminal(evil):
    text = plan(operation(label=f"Ada {evil}"))
    assert "<U+" in text
    assert not any(each in text for each in "\x1b\x07\u202e\x00\x9b")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u202eb", "a<U+202E>b"),
        ("Ada\u200b", "Ada<U+200B>"),
        ("pay\u200dpal", "pay<U+200D>pal"),
        ("a\u00adb\ufeff", "a<U+00AD>b<U+FEFF>"),
        ("x\U000e0041\U000e0042", "x<U+E0041><U+E0042>"),
        ("\u3164", "<U+3164>"),
        ("one\ttwo\nthree\u2028four", "one⇥two⏎three<U+2028>four"),
        ("\ufe0f", "<U+FE0F>"),
        ("Žo\u200cža", "Žo<U+200C>ža"),
        ("ß\u200cß", "ß<U+200C>ß"),
        ("日\u200d本", "日<U+200D>本"),
        ("Miri\ufe0fam", "Miri<U+FE0F>am"),
        ("🚀\ufe0f\ufe0f\U000e0105", "🚀\ufe0f<U+FE0F><U+E0105>"),
        ("1\ufe0f2", "1<U+FE0F>2"),
        ("🏴\U000e0068\U000e0069", "🏴<U+E0068><U+E0069>"),
        ("🏴" + "\U000e0068" * 7 + "\U000e007f", "🏴" + "<U+E0068>" * 7 + "<U+E007F>"),
        (
            "a\u180eb\u2065c\ufff0\U000e0000\U000e0fff",
            "a<U+180E>b<U+2065>c<U+FFF0><U+E0000><U+E0FFF>",
        ),
        ("\ud800", "<U+D800>"),
    ],
)
def test_what_is_not_seen_is_shown_by_its_number(text, seen):
    assert printable(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "Zoë O'Hara-Ng", "👩‍👩‍👧", "❤️", "1\ufe0f\u20e3", "می‌خواهم", "क्‍ष", "ന്\u200d",
        "葛\U000e0100", "👍🏽\u200d🚀", "عبد الله",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "山田\u3000太郎",
    ],
)  # fmt: skip
def test_what_is_seen_is_shown_as_it_is(text):
    assert printable(text) == text


def test_an_error_cannot_steer_the_terminal_and_keeps_its_lines():
    stream = StringIO()
    failure = Failure("Stop", "one\ntwo \x1b[2J", 4, "a\u202eb", {"place": "x\x07"})

    print_failure(failure, Invocation(color=False), stream)

    assert stream.getvalue() == (
        "error: one\ntwo <U+001B>[2J\n  place: x<U+0007>\nhint: a<U+202E>b\n"
    )


def test_a_name_is_not_read_as_markup():
    assert "[bold]Ada[/bold] :smile:" in plan(operation(label="[bold]Ada[/bold] :smile:"))


def test_values():
    assert value_text(None) == value_text(()) == value_text("") == "(empty)"
    assert value_text({"street": "1 Way", "city": None, "country": "UK"}) == "1 Way, UK"
    assert len(value_text("x" * 500)) < 80
    assert change_text(("A@x",), ("a@x",)) == "- A@x  + a@x"
    assert printable("a\r\nb") == "a⏎b"


def test_people_are_shown_with_what_is_said_of_them():
    ada = {"address": "ada@x", "name": "Ada", "role": "chair"}
    assert value_text((ada, {"address": "bob@x"})) == "ada@x Ada chair, bob@x"
    assert change_text((ada,), ({**ada, "role": "optional"},)) == (
        "- ada@x Ada chair  + ada@x Ada optional"
    )
