"""Which state a database is: the latest of this place, an older one, another place's."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from syncline.errors import StateError
from syncline.state.database import Database
from syncline.state.epochs import Epoch, Epochs, Standing, standing
from syncline.state.vault import Vault

VAULT = Vault.from_key("a key for these tests, and no secret")


def opened(file: Path) -> Epochs:
    return Epochs(Database.open(f"sqlite:///{file}", VAULT), lambda: file.parent / "own")


def run(epochs: Epochs, home: str = "first") -> Standing:
    with epochs.database.transaction() as tx:
        found, epoch = epochs.begin(tx, home)
    epochs.raised(epoch)
    return found


@pytest.mark.parametrize(
    ("kept", "beside", "found"),
    [
        (None, None, Standing.KNOWN),
        (None, Epoch("a", 3), Standing.OLDER),
        (None, Epoch("a", 0), Standing.KNOWN),
        (Epoch("a", 3), Epoch("a", 3), Standing.KNOWN),
        (Epoch("a", 4), Epoch("a", 3), Standing.KNOWN),
        (Epoch("a", 2), Epoch("a", 3), Standing.OLDER),
        (Epoch("a", 3), None, Standing.ELSEWHERE),
        (Epoch("a", 3), Epoch("b", 3), Standing.ELSEWHERE),
    ],
)
def test_what_a_database_is_follows_from_both_epochs(
    kept: Epoch | None, beside: Epoch | None, found: Standing
) -> None:
    assert standing(kept, beside, shared=False) is found


@pytest.mark.parametrize("beside", [None, Epoch("b", 3)])
def test_a_server_belongs_to_whoever_works_with_it(beside: Epoch | None) -> None:
    assert standing(Epoch("a", 3), beside, shared=True) is Standing.KNOWN
    assert standing(Epoch("a", 2), Epoch("a", 3), shared=True) is Standing.OLDER


def test_each_run_raises_the_epoch_in_the_database_and_beside_it(tmp_path: Path) -> None:
    epochs = opened(tmp_path / "state.sqlite")
    beside = tmp_path / "state.sqlite-epoch"

    assert [run(epochs), run(epochs)] == [Standing.KNOWN, Standing.KNOWN]

    assert Epoch.from_json(beside.read_text()) == Epoch("first", 2)
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600


def test_known_as_older_once_it_goes_on_from_where_the_later_one_was(tmp_path: Path) -> None:
    epochs = opened(tmp_path / "state.sqlite")
    run(epochs)
    (tmp_path / "state.sqlite-epoch").write_text(Epoch("first", 40).to_json())

    assert run(epochs) is Standing.OLDER
    assert run(epochs) is Standing.KNOWN
    text = (tmp_path / "state.sqlite-epoch").read_text()
    assert Epoch.from_json(text) == Epoch("first", 42)


@pytest.mark.parametrize("beside", [None, Epoch("first", 0)])
def test_a_file_that_cannot_be_written_stops_nobody(tmp_path: Path, beside: Epoch | None) -> None:
    """There is room for its name, and none for that of the file which is to take its place."""
    name = "s" * (255 - len("-journal"))
    if beside is not None:
        (tmp_path / f"{name}-epoch").write_text(beside.to_json())
    epochs = opened(tmp_path / name)

    assert [run(epochs) for _run in range(3)] == [Standing.KNOWN] * 3
    assert [each.name for each in tmp_path.glob("*-epoch")] == ([f"{name}-epoch"] if beside else [])


def begun(epochs: Epochs) -> Epoch:
    with epochs.database.transaction() as tx:
        _found, epoch = epochs.begin(tx, "first")
    assert epoch is not None
    return epoch


def test_of_two_runs_that_begin_at_once_the_later_one_is_noted(tmp_path: Path) -> None:
    one, two = (opened(tmp_path / "state.sqlite") for _run in range(2))
    earlier, later = begun(one), begun(two)

    two.raised(later)
    one.raised(earlier)

    text = (tmp_path / "state.sqlite-epoch").read_text()
    assert Epoch.from_json(text) == later == Epoch("first", 2)


def test_runs_that_note_their_epochs_at_once_never_leave_a_file_that_says_nothing(
    tmp_path: Path,
) -> None:
    """A third run would take its state for a copy of another place's."""
    runs = [opened(tmp_path / "state.sqlite") for _run in range(4)]
    run(runs[0])
    said: list[Epoch | None] = []

    def work(epochs: Epochs) -> None:
        for number in range(1, 200):
            epochs.raised(Epoch("first", number))
            said.append(Epoch.from_json((tmp_path / "state.sqlite-epoch").read_text()))

    with ThreadPoolExecutor() as threads:
        list(threads.map(work, runs))

    assert None not in said
    assert [each.name for each in tmp_path.glob("*-epoch*")] == ["state.sqlite-epoch"]


def test_a_state_that_was_adopted_is_noted_however_far_the_other_one_had_come(
    tmp_path: Path,
) -> None:
    epochs = opened(tmp_path / "state.sqlite")
    run(epochs)
    (tmp_path / "state.sqlite-epoch").write_text(Epoch("other", 40).to_json())

    with epochs.database.transaction() as tx:
        epoch = epochs.adopt(tx, "second")
    epochs.raised(epoch)

    assert Epoch.from_json((tmp_path / "state.sqlite-epoch").read_text()) == Epoch("second", 2)


def test_a_run_that_dies_around_its_first_commit_makes_the_database_nobody_elses(
    tmp_path: Path,
) -> None:
    epochs = opened(tmp_path / "state.sqlite")
    with suppress(KeyboardInterrupt), epochs.database.transaction() as tx:
        epochs.begin(tx, "died before")
        raise KeyboardInterrupt
    assert epochs.standing() is Standing.KNOWN

    with epochs.database.transaction() as tx:
        epochs.begin(tx, "died after")

    assert run(epochs) is Standing.KNOWN


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"home": "a", "epoch": "x"}', "\x00"])
def test_a_file_that_says_nothing_is_no_epoch(text: str) -> None:
    assert Epoch.from_json(text) is None


def test_another_places_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    epochs = opened(tmp_path / "state.sqlite")
    run(epochs)
    other = Epoch("other", 1).to_json()
    (tmp_path / "state.sqlite-epoch").write_text(other)

    with pytest.raises(StateError), epochs.database.transaction() as tx:
        epochs.begin(tx, "second")

    assert (tmp_path / "state.sqlite-epoch").read_text() == other
    assert epochs.standing() is Standing.ELSEWHERE


def test_a_database_in_memory_is_always_the_latest() -> None:
    epochs = Epochs(Database.open("sqlite://", VAULT))

    assert [run(epochs), run(epochs)] == [Standing.KNOWN, Standing.KNOWN]
