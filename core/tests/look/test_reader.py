"""What is read of a state: complete, of one moment, in as many questions however large it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, insert, select, update

from bench.large_state import KEY, Size
from syncline.errors import UsageError
from syncline.look.reader import Reader
from syncline.run.selection import Selection
from syncline.state.attention import ATTENTION
from syncline.state.database import Database
from syncline.state.history import HISTORY
from syncline.state.intents import INTENT
from syncline.state.lanes import LANE
from syncline.state.links import LINK
from syncline.state.records import RECORD
from syncline.state.vault import Vault

Readers = Callable[[str, Size], Reader]

SMALL = Size(lanes=2, links=10, waiting=2, held=2, conflicts=2, busy=1)
LARGE = Size(lanes=60, links=600, waiting=90, held=40, conflicts=20, busy=30)
"""Who waits in `SMALL`: left-1 and left-6, whose values are kept; who is held: right-1 and right-6,
who were written.
"""

QUESTIONS: dict[str, Callable[[Reader], object]] = {
    "status": lambda reader: reader.status(),
    "held": lambda reader: reader.held(),
    "conflicts": lambda reader: reader.conflicts(),
    "links that wait": lambda reader: reader.links(Selection()),
    "all links": lambda reader: reader.links(Selection(), everything=True),
    "a link": lambda reader: reader.link("left-1"),
    "history": lambda reader: reader.record_history("right-1"),
    "runs": lambda reader: reader.runs(),
}


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to any database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def asked(reader: Reader) -> dict[str, int]:
    """How many statements each answer takes."""
    numbers = {}
    for name, question in QUESTIONS.items():
        with statements() as sent:
            question(reader)
        numbers[name] = len(sent)
    return numbers


def waiting_labels(reader: Reader) -> list[str]:
    return [record.label for record in reader.status().waiting]


def test_more_lanes_links_and_waiting_records_take_no_more_statements(
    readers: Readers, tmp_path: Path
) -> None:
    small = readers(f"sqlite:///{tmp_path / 'small.sqlite'}", SMALL)
    large = readers(f"sqlite:///{tmp_path / 'large.sqlite'}", LARGE)

    assert asked(large) == asked(small)


def test_each_lane_has_its_own_numbers(readers: Readers, url: str) -> None:
    status = readers(url, SMALL).status()

    numbers = [(lane.links, lane.waiting, lane.conflicts, lane.held) for lane in status.lanes]
    assert numbers == [(5, 1, 1, 1), (5, 1, 1, 1)]
    assert [lane.lane.left for lane in status.lanes] == ["left1", "left2"]
    assert [lane.busy_until is not None for lane in status.lanes] == [True, False]
    assert [operation.handle for operation in status.held] == ["h1", "h6"]
    assert len(status.last_runs) == 10


def test_what_a_run_has_not_committed_is_neither_shown_nor_waited_for(
    readers: Readers, url: str
) -> None:
    reader = readers(url, SMALL)
    before = {name: question(reader) for name, question in QUESTIONS.items()}
    run = Database.open(url, Vault.from_key(KEY))

    with run.transaction() as tx:
        for table in (LANE, LINK, ATTENTION, HISTORY):
            tx.execute(delete(table))
        assert {name: question(reader) for name, question in QUESTIONS.items()} == before
    run.close()

    assert reader.status().lanes == ()


def test_a_record_is_called_by_its_values_while_they_are_kept(readers: Readers, url: str) -> None:
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        tx.execute(update(RECORD).values(payload=reader.database.vault.seal({"given_name": "Ada"})))

    assert waiting_labels(reader) == ["Ada", "Ada"]


def test_a_record_is_called_as_when_its_name_was_last_written(readers: Readers, url: str) -> None:
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        tx.execute(update(RECORD).values(payload=None))
        written = {"action": "update", "reason": "left wins", "run_id": "run1", "at": 1.0}
        whose = {"lane_id": 1, "link_id": 1, "side": "left", "record_id": "left-1"}
        in_turn = {"given_name": "Old"}, {"given_name": "New"}, {"job_title": "Countess"}
        for id, after in enumerate(in_turn, start=1000):
            sealed = reader.database.vault.seal({"before": {}, "after": after})
            tx.execute(insert(HISTORY).values(id=id, **written, **whose, values_sealed=sealed))

    assert waiting_labels(reader)[0] == "New"


def test_a_record_nobody_knows_is_called_as_its_counterpart(readers: Readers, url: str) -> None:
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        tx.execute(update(RECORD).values(payload=None))

    assert waiting_labels(reader) == ["Grace Hopper", "Grace Hopper"]


def test_a_record_nothing_is_known_of_has_no_label(readers: Readers, url: str) -> None:
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        tx.execute(update(RECORD).values(payload=None))
        tx.execute(delete(HISTORY))

    assert waiting_labels(reader) == ["", ""]


def test_a_link_tells_of_both_records_and_of_a_write_without_an_outcome(
    readers: Readers, url: str
) -> None:
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        tx.execute(update(LINK).where(LINK.c.id == 2).values(right_id=None, status="creating"))
        tx.execute(update(RECORD).where(RECORD.c.id == "left-3").values(presence="deleted"))
        tx.execute(delete(RECORD).where(RECORD.c.id == "right-3"))
        sent = {"side": "left", "action": "update", "plan": b"", "sent_at": 1.0}
        tx.execute(insert(INTENT).values(lane_id=1, link_id=3, **sent))

    [creating] = reader.link("l2").entries
    [uncertain] = reader.link("left-3").entries

    assert tuple(creating.presence) == ("present", "not created yet")
    assert creating.state.startswith("being created")
    assert tuple(uncertain.presence) == ("deleted", "unknown")
    assert uncertain.state.startswith("a write was sent")


def test_links_are_listed_that_are_not_in_step_or_that_wait(readers: Readers, url: str) -> None:
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        tx.execute(update(LINK).where(LINK.c.id == 3).values(status="out_of_scope"))
        tx.execute(update(ATTENTION).where(ATTENTION.c.lane_id == 1).values(record_id="alone"))

    found = reader.links(Selection())
    mine = reader.links(Selection(members=("LEFT2",)))

    assert [entry.number for entry in found.entries] == [3, 6]
    assert [record.id for record in found.waiting] == ["alone"]
    assert found.counts == {"linked": 9, "out_of_scope": 1}
    assert [entry.number for entry in mine.entries] == [6]
    assert mine.counts == {"linked": 5}


def test_a_person_is_found_by_name_in_what_was_written_and_in_what_waits(
    readers: Readers, url: str
) -> None:
    reader = readers(url, SMALL)
    vault = reader.database.vault
    with reader.database.transaction() as tx:
        only_waiting = update(RECORD).where(RECORD.c.id == "left-6")
        tx.execute(only_waiting.values(payload=vault.seal({"emails": ["Ada@example.test"]})))

    assert {entry.number for entry in reader.link("hopper").entries} == set(range(1, 11))
    assert [entry.number for entry in reader.link("ada@EXAMPLE").entries] == [6]
    assert [entry.id for entry in reader.record_history("ada@example.test")] == ["right-6"]


def test_what_an_older_state_called_by_the_same_number_is_no_history_of_another_member(
    readers: Readers, url: str
) -> None:
    """Before version 0011 the number of a link that had ended was given to another one."""
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        assert len(set(tx.scalars(select(HISTORY.c.lane_id)))) == 2
        tx.execute(update(HISTORY).values(link_id=1))

    assert {entry.lane.left for entry in reader.record_history("right-1")} == {"left1"}


def test_a_member_who_has_left_is_in_the_history_and_not_in_the_status(
    readers: Readers, url: str
) -> None:
    reader = readers(url, SMALL)
    with reader.database.transaction() as tx:
        retired = update(LANE).where(LANE.c.id == 1)
        tx.execute(retired.values(left_feed=None, right_feed=None))

    status = reader.status()

    assert [lane.lane.left for lane in status.lanes] == ["left2"]
    assert [record.id for record in status.waiting] == ["left-6"]
    assert [operation.handle for operation in status.held] == ["h6"]
    assert len(reader.conflicts()) == 1
    assert [entry.lane.left for entry in reader.record_history("left-1")] == ["left1"]


@pytest.mark.parametrize("question", [Reader.link, Reader.record_history])
def test_somebody_nobody_knows_is_an_error_that_says_how_to_ask(
    readers: Readers, url: str, question: Callable[[Reader, str], object]
) -> None:
    with pytest.raises(UsageError) as refused:
        question(readers(url, SMALL), "nobody")

    assert "name" in refused.value.hint
