"""What went wrong with the database, as an error that says what to do about it."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from syncline.errors import Busy, StateError, SynclineError


def not_opened(error: DBAPIError) -> SynclineError:
    """For one that came while the database was being opened."""
    if isinstance(busy := translated(error), Busy):
        return busy
    return StateError(
        f"the state database cannot be opened: {type(error.orig).__name__}",
        hint="Check [state] url, the folder's permissions, and that the server runs.",
    )


def translated(error: DBAPIError) -> SynclineError:
    """For one that came in a transaction."""
    text = str(error.orig).lower()
    if "locked" in text or "lock timeout" in text:
        return Busy(
            "another process keeps the state database locked",
            hint="Wait until the other run has ended; nothing was changed.",
        )
    if any(sign in text for sign in ("disk is full", "no space", "disk i/o error")):
        return StateError(
            "the state database cannot be written: its disk is full or failing",
            hint="Make room and run again: the next run goes on from here.",
        )
    # psycopg: an error that the server did not send has no state
    if error.connection_invalidated or getattr(error.orig, "sqlstate", "") is None:
        return StateError(
            "the state database's server went away",
            hint="See that it runs and can be reached, then run again: the next run goes on from "
            "here.",
        )
    return StateError(f"the state database failed: {type(error.orig).__name__}")
