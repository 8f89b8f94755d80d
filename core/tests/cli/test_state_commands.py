"""`syncline state`: what an administrator does with the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OLD, NEW = "an old key for the tests of state, no secret", "a new one for the same tests, no secret"

Command = Callable[..., Any]


@pytest.fixture
def ran(syncline: Command, tmp_path: Path, two_stores: Callable[..., Any]) -> Command:
    """The command line after a first run."""
    (tmp_path / "new.key").write_text(NEW)
    left, _right = two_stores("state", key=OLD)
    left.create("ann", {"given_name": "Grace", "family_name": "Hopper"})
    assert syncline("run").code == 0
    return syncline


def test_a_new_key_is_given_and_the_configuration_follows(ran: Command, tmp_path: Path) -> None:
    done = ran("state", "rekey", "--file", "new.key", "--json")

    assert done.code == 0
    assert done.document["values"] > 0
    assert done.document["key"] == {"file": "new.key"}
    assert NEW not in done.out + done.err
    assert ran("status").code == 3
    file = tmp_path / "syncline.toml"
    file.write_text(file.read_text().replace("syncline.key", "new.key"))
    assert ran("run", "--json").document["writes"] == 0


def test_a_new_key_has_one_place(ran: Command) -> None:
    assert ran("state", "rekey").code == 2
    assert ran("state", "rekey", "--file", "new.key", "--env", "NEW").code == 2
    assert ran("state", "rekey", "--file", "absent.key").code == 3


def test_a_backup_is_written_once(ran: Command, tmp_path: Path) -> None:
    first, second = (ran("state", "backup", "copy.sqlite") for _each in range(2))

    assert (first.code, second.code) == (0, 2)
    assert "copy.sqlite" in first.out
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o777 == 0o600


def test_an_upgrade_of_the_newest_version_says_so(ran: Command) -> None:
    done = ran("state", "upgrade", "--json")

    assert done.code == 0
    assert done.document["before"] == done.document["after"]
    assert done.document["backup"] is None


def test_a_copy_that_came_without_its_epoch_runs_once_it_is_adopted(
    ran: Command, tmp_path: Path
) -> None:
    [epoch] = tmp_path.glob("*-epoch")
    epoch.unlink()

    refused = ran("run")
    assert refused.code == 3
    assert "syncline state adopt" in refused.err
    assert ran("doctor").code == 3
    assert ran("status").code == 0

    assert ran("state", "adopt", "--json").document["adopted"] is True
    assert "already" in ran("state", "adopt").out
    report = ran("run", "--json")
    assert (report.code, report.document["writes"]) == (0, 0)


def test_a_backup_that_was_put_back_is_said_once(ran: Command, tmp_path: Path) -> None:
    ran("state", "backup", "copy.sqlite")
    [epoch] = tmp_path.glob("*-epoch")
    ran("run")
    database = tmp_path / epoch.name.removesuffix("-epoch")
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    (tmp_path / "copy.sqlite").replace(database)

    first, second = ran("run", "--json"), ran("run", "--json")

    assert [problem["kind"] for problem in first.document["problems"]] == ["state"]
    assert second.document["problems"] == []
