"""Moving a database from version to version with Alembic, and refusing one from the future.

Nothing of a user's state is changed by an upgrade without a way back: a SQLite database is copied
first, beside itself; for a server, somebody has to say that there is a backup.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from syncline.errors import StateError
from syncline.state.backup import backup_beside

SCRIPTS: Final = Path(__file__).with_name("migrations")
_log = logging.getLogger("syncline.state")


def upgrade(engine: Engine, *, backed_up: bool = False, scripts: Path = SCRIPTS) -> Path | None:
    """Bring the database to the newest version; one that is there already is untouched.

    Returns the backup, if one was made. `backed_up`: a server's administrator has made one.

    Raises:
        StateError: it was made by a newer Syncline, or is on a server and of an older version.

    """
    config = _config(scripts)
    directory = ScriptDirectory.from_config(config)
    if version(engine) == directory.get_current_head():
        return None
    with engine.begin() as connection:  # several may open it at once: one of them moves it
        found = version_in(connection)
        if found == directory.get_current_head():
            return None
        _require_known(found, directory)
        kept = None if found is None else _way_back(engine, found, backed_up=backed_up)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if kept is not None:
        _log.warning("the state database was upgraded from version %s; before: %s", found, kept)
    return kept


def version(engine: Engine) -> str | None:
    """The version the database has; None if it is empty."""
    with engine.connect() as connection:
        return version_in(connection)


def version_in(connection: Connection) -> str | None:
    """The version the database has, as seen in a transaction; None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def is_newest(connection: Connection, *, scripts: Path = SCRIPTS) -> bool:
    """Whether the database has the newest version, and need not be moved."""
    newest = ScriptDirectory.from_config(_config(scripts)).get_current_head()
    return version_in(connection) == newest


def _config(scripts: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    return config


def _require_known(found: str | None, directory: ScriptDirectory) -> None:
    if found is not None and found not in {each.revision for each in directory.walk_revisions()}:
        raise StateError(
            f"the state database has version {found}, which this Syncline does not know",
            hint="It was made by a newer Syncline: upgrade this installation.",
        )


def _way_back(engine: Engine, found: str, *, backed_up: bool) -> Path | None:
    kept = backup_beside(engine, found)
    if kept is None and not backed_up:
        raise StateError(
            f"the state database has the older version {found}",
            hint="Make a backup (pg_dump), then: syncline state upgrade --backed-up",
        )
    return kept
