"""Commands that work on systems: two stores in memory, a real database, one person."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

import pytest

from syncline.connectors.memory.store import MemoryStore


@pytest.fixture
def stores(two_stores):
    return two_stores("cli")


@pytest.fixture
def configure(tmp_path, stores):
    def change(conflict: str) -> None:
        file = tmp_path / "syncline.toml"
        file.write_text(file.read_text().replace("left_wins", conflict))

    return change


def person(number: int) -> dict[str, object]:
    return {
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "emails": (f"person{number}@example.com",),
    }


def fill(store: MemoryStore, count: int) -> list[str]:
    return [store.create("ann", person(number)) for number in range(count)]


def records(store: MemoryStore) -> int:
    return sum(1 for entry in store.entries.values() if not entry.deleted)


def test_check_names_every_connection(syncline, stores):
    ended = syncline("check")
    assert (ended.code, ended.err) == (0, "")
    assert "left (memory)" in ended.out and "right (memory)" in ended.out
    document = syncline("check", "--json").document
    assert [each["ok"] for each in document["connections"]] == [True, True]


def test_plan_shows_and_writes_nothing_run_does_it_and_then_nothing_is_left(syncline, stores):
    left, right = stores
    fill(left, 2)
    ended = syncline("plan")
    assert (ended.code, ended.err) == (0, "")
    assert "create in right: 2" in ended.out
    assert "Given1 Family1" in ended.out
    assert "Nothing has been written." in ended.out
    assert records(right) == 0

    ended = syncline("run")
    assert (ended.code, ended.err) == (0, "")
    assert "2 created in right" in ended.out
    assert records(right) == 2
    assert "Nothing is left to do" in syncline("plan").out


def test_an_update_is_planned_field_by_field(syncline, stores):
    left, _ = stores
    (id,) = fill(left, 1)
    syncline("run")
    left.update(id, {"job_title": "Countess"})
    assert 'job_title  (empty) → "Countess"' in syncline("plan").out


@pytest.mark.parametrize("command", ["plan", "run", "status", "check"])
def test_json_is_exactly_one_document(syncline, stores, command):
    fill(stores[0], 1)
    ended = syncline(command, "--json")
    assert ended.document["command"] == command
    assert ended.document["exit_code"] == ended.code == 0
    assert ended.err == ""


def test_json_of_a_run_holds_operations_and_calls(syncline, stores):
    fill(stores[0], 1)
    document = syncline("run", "--json").document
    assert document["writes"] == 1
    (operation,) = document["operations"]
    assert (operation["action"], operation["connection"]) == ("create", "right")
    assert {each["connection"] for each in document["calls"]} == {"left", "right"}
    assert document["finished"].endswith("Z")


def test_status_before_and_after_the_first_run(syncline, stores):
    assert "syncline plan" in syncline("status").out
    fill(stores[0], 3)
    syncline("run")
    (lane,) = syncline("status", "--json").document["lanes"]
    assert (lane["links"], lane["held"]) == (3, 0)


def test_limit_leaves_the_rest_to_the_next_run(syncline, stores):
    left, right = stores
    fill(left, 5)
    assert syncline("run", "--limit", "2").code == 0
    assert records(right) == 2
    syncline("run")
    assert records(right) == 5


def test_a_name_the_configuration_does_not_have_is_refused_before_anything_is_read(
    syncline, stores
):
    ended = syncline("run", "--members", "anne")
    assert ended.code == 2
    assert "Did you mean: ann?" in ended.err
    assert sum(stores[0].calls.values()) == 0


def test_deletions_above_the_guard_are_held_until_they_are_approved(syncline, stores):
    left, right = stores
    ids = fill(left, 40)
    syncline("run")
    for id in ids[:15]:
        left.delete(id)
    ended = syncline("run")
    assert ended.code == 7
    assert "hint:" in ended.out
    assert records(right) == 40

    assert "15 operations are held" in syncline("approve").err
    ended = syncline("approve", "--all", "--json")
    assert (ended.code, ended.document["approved"]) == (0, 15)
    assert syncline("run").code == 0
    assert records(right) == 25


def make_conflict(stores, syncline) -> None:
    left, right = stores
    (id,) = fill(left, 1)
    syncline("run")
    (other,) = [entry for entry, each in right.entries.items() if not each.deleted]
    left.update(id, {"job_title": "Countess"})
    right.update(other, {"job_title": "Analyst"})


def test_a_conflict_waits_for_a_person_and_is_then_decided(syncline, configure, stores):
    configure(conflict="manual")
    make_conflict(stores, syncline)
    assert syncline("run").code == 0
    assert syncline("run", "--fail-on-conflict").code == 6

    listed = syncline("conflicts", "list")
    assert 'left: "Countess"' in listed.out and 'right: "Analyst"' in listed.out
    (conflict,) = syncline("conflicts", "list", "--json").document["conflicts"]
    handle = conflict["handle"]
    assert syncline("conflicts", "resolve", handle, "--winner", "middle").code == 2
    assert syncline("conflicts", "resolve", "c-none", "--winner", "right").code == 2
    assert syncline("conflicts", "resolve", handle, "--winner", "right").code == 0

    assert syncline("run", "--fail-on-conflict").code == 0
    (entry,) = [each for each in stores[0].entries.values() if not each.deleted]
    assert entry.fields["job_title"] == "Analyst"
    assert "No conflict waits." in syncline("conflicts", "list").out


@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_refused_credentials_end_with_4_and_name_the_connection(syncline, stores, command):
    stores[1].password = "changed"
    ended = syncline(command)
    assert ended.code == 4
    assert "right" in ended.out + ended.err


def test_a_missing_secret_ends_with_3_and_names_the_place(syncline, stores, tmp_path):
    (tmp_path / "syncline.key").unlink()
    ended = syncline("run")
    assert ended.code == 3
    assert "syncline.key" in ended.err


def test_another_key_than_before_is_refused(syncline, stores, tmp_path):
    fill(stores[0], 1)
    syncline("run")
    (tmp_path / "syncline.key").write_text("another-key-another-key-another-key-another")
    assert syncline("run").code == 3


@dataclass
class InterruptAtWrite:
    """The user presses Ctrl-C while the first batch is on its way."""

    pressed: bool = False

    def before(self, call) -> None:
        if call.writes and not self.pressed:
            self.pressed = True
            os.kill(os.getpid(), signal.SIGINT)

    def after(self, call) -> None:
        return


def test_ctrl_c_finishes_the_batch_and_the_next_run_goes_on(syncline, stores):
    left, right = stores
    fill(left, 100)
    right.fault = InterruptAtWrite()
    before = signal.getsignal(signal.SIGINT)
    ended = syncline("run")
    assert ended.code == 130
    assert "stopping after the batch in flight" in ended.err
    assert "The next run goes on from here" in ended.out
    assert 0 < records(right) < 100
    assert signal.getsignal(signal.SIGINT) is before

    assert syncline("run").code == 0
    assert records(right) == 100
