"""Looking after the database as a whole: copies, and newer versions of Syncline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from syncline.errors import UsageError
from syncline.policy.settings import StateSettings
from syncline.run.surroundings import MACHINE, Surroundings
from syncline.state import backup, engines
from syncline.state.careful import be_careful
from syncline.state.database import Database
from syncline.state.epochs import Epochs, Standing
from syncline.state.migrate import upgrade, version
from syncline.state.vault import Vault


@dataclass(frozen=True)
class MovedUp:
    """The database's version before (None: it was empty) and after; the copy made before."""

    before: str | None
    after: str | None
    backup: Path | None


def back_up(settings: StateSettings, target: Path) -> Path:
    """Copy a SQLite database, whatever its version and key.

    Raises:
        UsageError: there is no database, it is on a server, or the target exists.
        StateError: the copy cannot be written.

    """
    source = backup.database_file(engines.parsed(settings.url))
    if source is not None and not source.exists():
        raise UsageError(f"there is no database {source} yet", hint="The first run makes it.")
    engine = engines.unopened(settings.url)
    try:
        return backup.backup(engine, target)
    finally:
        engine.dispose()


def move_up(settings: StateSettings, *, backed_up: bool) -> MovedUp:
    """Move the database to the newest version. The key has to fit.

    Raises:
        StateError: it is of a newer Syncline, on a server without a backup, or another key's.

    """
    vault = Vault.from_key(settings.key.resolve().get_secret_value())
    engine = engines.unopened(settings.url)
    try:
        before = version(engine)
        kept = upgrade(engine, backed_up=backed_up)
        after = version(engine)
    finally:
        engine.dispose()
    Database.open(settings.url, vault).close()
    return MovedUp(before, after, kept)


def adopt(settings: StateSettings, surroundings: Surroundings = MACHINE) -> bool:
    """A copy of the state belongs here from now on. False if it did before.

    The other one may have gone on since: the next run takes this for an older state.

    Raises:
        StateError: the database cannot be used.

    """
    vault = Vault.from_key(settings.key.resolve().get_secret_value())
    opened = Database.open(settings.url, vault, surroundings.commits)
    epochs = Epochs(opened, surroundings.own_folder)
    try:
        if epochs.standing() is not Standing.ELSEWHERE:
            return False
        with opened.transaction() as tx:
            epoch = epochs.adopt(tx, surroundings.new_id())
            be_careful(tx, surroundings.now().timestamp())
        epochs.raised(epoch)
    finally:
        opened.close()
    return True
