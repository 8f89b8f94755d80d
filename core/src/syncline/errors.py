"""The one tree of errors, grouped by what the caller should do.

    SynclineError
    ├── ConfigurationError   change the configuration file        (exit code 3)
    ├── UsageError           call the command otherwise           (exit code 2)
    ├── ConnectionFailure    a whole call to a system failed
    │   ├── Retry            the same call may succeed later
    │   ├── Reconnect        the credentials are refused          (exit code 4)
    │   ├── Resync           the cursor is dead: read from the beginning
    │   └── Stop             a person is needed; nothing will heal by itself (exit code 4)
    ├── Busy                 somebody else holds the lease        (exit code 8)
    └── StateError           our own database cannot be used      (exit code 3)

Every error carries a `message` (what happened), a `hint` (the way out) and `context`: names and
numbers that are safe to show anywhere. No error ever carries a payload, a secret or a value a
user entered.
"""

from __future__ import annotations

from typing import Final


class SynclineError(Exception):
    """The root. `exit_code` is what the command line ends with when it meets this error."""

    exit_code: int = 1

    def __init__(self, message: str, *, hint: str = "", **context: str | float | None) -> None:
        super().__init__(message)
        self.message: Final = message
        self.hint: Final = hint
        self.context: Final = {key: value for key, value in context.items() if value is not None}


class ConfigurationError(SynclineError):
    """The configuration cannot be used. Names the file, the key's path and what is allowed."""

    exit_code = 3


class UsageError(SynclineError):
    """The command was called in a way that cannot be carried out."""

    exit_code = 2


class ConnectionFailure(SynclineError):
    """A whole call to a connected system failed. Writes without an outcome are then unknown."""

    exit_code = 5


class Retry(ConnectionFailure):
    """The same call may succeed later.

    `after` is what the service asked for, in seconds; None where it said nothing.
    `reached` is False only where the request certainly never took effect at the service
    (connection refused, 429). `sent` is False only where no byte of it left this machine
    (connection refused): an answer may come from a gateway, after the service has done what it was
    asked, so that a create without a key is looked for before it is sent again, unless it never
    was.
    """

    def __init__(
        self,
        message: str,
        *,
        after: float | None = None,
        reached: bool = True,
        sent: bool = True,
        hint: str = "The service is busy or unreachable; a later run goes on where this stopped.",
        **context: str | float | None,
    ) -> None:
        super().__init__(message, hint=hint, **context)
        self.after: Final = after
        self.reached: Final = reached
        self.sent: Final = sent or reached


class Reconnect(ConnectionFailure):
    """The credentials are refused or expired, and asking for a new token did not help."""

    exit_code = 4


class Resync(ConnectionFailure):
    """The cursor is dead; the feed must be read from the beginning. Never means deletion."""


class Stop(ConnectionFailure):
    """A person is needed: a permission is missing, a quota is used up, an answer is malformed."""

    exit_code = 4


class Busy(SynclineError):
    """Another process works on the same accounts at this moment."""

    exit_code = 8


class StateError(SynclineError):
    """Our own database cannot be used: wrong key, newer version, not reachable."""

    exit_code = 3


CALL_FAILED: Final = (ConnectionFailure, ConfigurationError)
"""What a call to a connected system may end with: the system's failure, or settings that cannot
be used (any more): a secret's file that is gone is only noticed when the secret is needed. Either
ends the work on what was called, and nothing else.
"""
CallFailed = ConnectionFailure | ConfigurationError
