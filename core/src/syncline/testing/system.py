"""`System`: what a connector's test provides so that the kit can act as the human user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from syncline.errors import SynclineError
from syncline.model.fields import Value
from syncline.model.records import RecordId

FAULTS: Final = (
    "throttled",
    "throttled_silent",
    "server_error",
    "drop_before",
    "drop_after",
    "malformed",
    "token_revoked",
    "page_loop",
    "stale_cursor",
    "clock_ahead",
    "second_call_fails",
)
"""`throttled`: 429 and how long to wait. `throttled_silent`: 429 without that. `server_error`: 5xx.
`drop_before`: the connection breaks before anything happened. `drop_after`: … after the effect.
`malformed`: an answer that is not what the protocol says. `token_revoked`: the token in use no
longer counts, a new one would. `page_loop`: the link to the next page leads back. `stale_cursor`:
cursors given out so far are dead. `clock_ahead`: the service tells a time that is minutes ahead,
though its stamps are right. `second_call_fails`: a write needs two calls, and of those the second
one fails."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A `where` in the connector's language, and fields of a record inside and one outside."""

    where: str
    inside: Mapping[str, Value]
    outside: Mapping[str, Value]
    nonsense: str
    """A text that is no data set in this language."""


class System(Protocol):
    """A system with at least two accounts, empty at the beginning of each test.

    Fields are canonical. Only the object type under test is meant; a connector with several has a
    `system` fixture that looks at `type_name`.
    """

    accounts: tuple[str, str]
    """Two accounts by the names the configuration would use."""

    faults: frozenset[str]
    """Those of `FAULTS` it can produce; the others are skipped, and listed as such."""

    def settings(self) -> dict[str, Any]:
        """The connection's settings as the configuration file has them, secrets as references."""
        ...

    def wrong_settings(self) -> Mapping[str, tuple[dict[str, Any], type[SynclineError]]]:
        """What is wrong → settings, and the error a check must raise (or report)."""
        ...

    def data_set(self) -> DataSet | None:
        """A data set to try, None if the connector has none."""
        ...

    def create(self, account: str, fields: Mapping[str, Value]) -> RecordId:
        """The user makes a record."""
        ...

    def update(self, account: str, id: RecordId, fields: Mapping[str, Value]) -> None:
        """The user edits fields; None clears."""
        ...

    def delete(self, account: str, id: RecordId) -> None:
        """The user deletes a record."""
        ...

    def read(self, account: str) -> Mapping[RecordId, Mapping[str, Value]]:
        """All records of the account that are there, as stored."""
        ...

    def fault(self, name: str) -> None:
        """From now on, until `clear_faults`, every call meets this fault."""
        ...

    def clear_faults(self) -> None:
        """The service behaves again."""
        ...

    def advance(self, seconds: float) -> None:
        """The service's clock goes on (visibility lag, stamps of one second)."""
        ...
