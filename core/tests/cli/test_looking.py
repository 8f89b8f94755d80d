"""Commands that only look: while a run holds the state, and before there is any."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

LOOKS = [
    ("status",),
    ("links", "list", "--all"),
    ("links", "show", "l1"),
    ("history", "runs"),
    ("history", "record", "Ada"),
    ("conflicts", "list"),
]


@pytest.fixture
def state(tmp_path, syncline, two_stores):
    """A configuration, and where its database will be."""
    left, _right = two_stores("looking")
    left.create("ann", {"given_name": "Ada"})
    return tmp_path / "syncline.sqlite"


def test_a_look_answers_while_a_run_is_in_the_middle_of_a_commit(state, syncline):
    syncline("run")
    before = {look: syncline(*look, "--json") for look in LOOKS}

    with closing(sqlite3.connect(state, isolation_level=None)) as run:
        run.execute("BEGIN IMMEDIATE")
        run.execute("DELETE FROM lane")
        answers = {look: syncline(*look, "--json") for look in LOOKS}
        run.execute("ROLLBACK")

    assert answers == before
    assert {answer.code for answer in answers.values()} == {0}


@pytest.mark.parametrize("look", ["status", "conflicts list", "history runs", "links list"])
def test_before_the_first_run_there_is_nothing_to_see(state, syncline, look):
    assert syncline(*look.split()).code == 0
    assert state.exists()
