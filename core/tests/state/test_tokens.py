"""What connectors keep between runs: sealed, and never an older one in place of a newer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from syncline.errors import Retry
from syncline.state import leases
from syncline.state.database import Database
from syncline.state.tokens import TOKEN, StoredTokens
from syncline.state.vault import Vault


@dataclass
class Watch:
    """Seconds, which go by while somebody sleeps."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def tokens(database: Database, holder: str, watch: Watch | None = None) -> StoredTokens:
    watch = watch or Watch()
    return StoredTokens(database, "outlook", holder, watch, watch.sleep)


def kept_by_somebody_else(database: Database, seconds: float) -> None:
    key = leases.LeaseKey(0, "outlook", "token")
    with database.transaction() as tx:
        leases.acquire(tx, [key], "somebody else", Watch().seconds, seconds)


def test_tokens_are_kept_sealed_and_come_back(database: Database) -> None:
    store = tokens(database, "one")

    assert store.load("refresh") is None
    assert store.update("refresh", lambda old: f"{old} secret") == "None secret"
    assert store.update("refresh", lambda old: f"{old}!") == "None secret!"
    assert store.load("refresh") == "None secret!"
    with database.transaction() as tx:
        assert b"secret" not in bytes(tx.scalar(select(TOKEN.c.sealed)) or b"")


def test_a_token_can_be_forgotten(database: Database) -> None:
    store = tokens(database, "one")
    store.update("refresh", lambda _old: "secret")

    store.update("refresh", lambda _old: None)

    assert store.load("refresh") is None


def test_who_died_while_asking_for_a_token_is_waited_for_until_its_lease_has_run_out(
    database: Database,
) -> None:
    kept_by_somebody_else(database, 60.0)

    assert tokens(database, "one").update("refresh", lambda _old: "secret") == "secret"


def test_while_one_process_asks_for_a_token_another_waits_and_then_comes_again_later(
    database: Database,
) -> None:
    """As where a service is busy: nothing was sent, and other connections go on."""
    watch = Watch()
    kept_by_somebody_else(database, 3600.0)

    with pytest.raises(Retry) as later:
        tokens(database, "one", watch).update("refresh", lambda _old: "secret")

    assert not later.value.reached
    assert 60.0 < watch.seconds - Watch().seconds < 120.0


def test_a_database_that_somebody_keeps_locked_is_a_reason_to_ask_for_a_token_later(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    vault = Vault.from_key("a key for these tests, and no secret")
    Database.open(url, vault).close()
    impatient = Database.open(f"{url}?timeout=0", vault)
    with Database.open(url, vault).transaction():
        for call in (
            lambda store: store.load("refresh"),
            lambda store: store.update("refresh", lambda old: old),
        ):
            with pytest.raises(Retry):
                call(tokens(impatient, "one"))


def slept_while_another_changed_it(database: Database, change: Callable[[str], str | None]) -> str:
    """What a process gets that slept through its lease while it asked for a token."""
    watch = Watch()
    here, there = tokens(database, "one", watch), tokens(database, "two", watch)
    here.update("refresh", lambda _old: "first")

    def slowly(old: str | None) -> str:
        watch.sleep(61.0)
        there.update("refresh", lambda kept: change(str(kept)))
        return f"{old}, older"

    return str(here.update("refresh", slowly))


def test_a_token_that_was_slept_through_is_not_kept_in_place_of_a_newer_one(
    database: Database,
) -> None:
    """Where each use gives another refresh token, the sign-in would be lost."""
    assert slept_while_another_changed_it(database, lambda old: f"{old}, newer") == "first, newer"
    assert tokens(database, "one").load("refresh") == "first, newer"


def test_what_another_process_has_forgotten_meanwhile_stays_forgotten(database: Database) -> None:
    slept_while_another_changed_it(database, lambda _old: None)

    assert tokens(database, "one").load("refresh") is None


def test_a_token_that_was_slept_through_is_kept_where_nobody_has_a_newer_one(
    database: Database,
) -> None:
    """The old one may be used up."""
    watch = Watch()
    store = tokens(database, "one", watch)

    def slowly(_old: str | None) -> str:
        watch.sleep(3600.0)
        return "mine"

    assert store.update("refresh", slowly) == "mine"
    assert store.load("refresh") == "mine"


def test_who_slept_waits_for_whoever_asks_for_a_token_now(database: Database) -> None:
    """And keeps what it got itself, if nothing comes of that."""
    watch = Watch()

    def slowly(_old: str | None) -> str:
        watch.sleep(61.0)
        key = leases.LeaseKey(0, "outlook", "token")
        with database.transaction() as tx:
            leases.acquire(tx, [key], "somebody else", watch.seconds, 30.0)
        return "mine"

    before = watch.seconds
    assert tokens(database, "one", watch).update("refresh", slowly) == "mine"
    assert watch.seconds - before >= 61.0 + 30.0


def test_an_error_while_asking_keeps_the_old_token_and_frees_the_lock(database: Database) -> None:
    store = tokens(database, "one")
    store.update("refresh", lambda _old: "old")

    def fails(_old: str | None) -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store.update("refresh", fails)

    assert store.load("refresh") == "old"
    assert tokens(database, "two").update("refresh", lambda _old: "new") == "new"
