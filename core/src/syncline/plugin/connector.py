"""What the author of a connector writes: one class. Core adapts it to pluggy.

Optional methods *are* the capabilities: a connector without `fetch_match` cannot look for twins,
one without `scope` has no data sets; declared and real can then not drift apart.
"""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from syncline.errors import ConfigurationError
from syncline.model.fields import FieldType
from syncline.plugin.requests import (
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    ApplyRequest,
    ChangesRequest,
    CheckReport,
    CheckRequest,
    Containers,
    ContainersRequest,
    DeletedRequest,
    DeleteRequest,
    FetchRequest,
    IdsRequest,
    KeysRequest,
    MatchRequest,
    Outcome,
    Page,
    Scope,
)
from syncline.plugin.spec import Field, TypeSpec

if TYPE_CHECKING:
    from syncline.plugin.http import Authorization, HttpClient, Refusals

API_VERSION = (1, 0)
"""The version of this plugin API. A connector states the one it was written for."""


class ConnectorConfig(BaseModel):
    """The base of every connector's settings: unknown keys are errors, values are frozen.

    Secrets are annotated `Secret` (see `syncline.plugin.secrets`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


class TokenStore(Protocol):
    """Where a connector keeps tokens between runs: encrypted, and locked across processes."""

    def load(self, name: str) -> str | None:
        """The text kept under this name, or None.

        Raises:
            Retry: it cannot be read at the moment.

        """
        ...

    def update(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        """Replace the text by `change(old)` while no other process does the same; returns what is
        kept then. That is another process's text if this one was held up, and that one's is newer.

        Raises:
            Retry: another process does the same for long; nothing was changed.

        """
        ...


@dataclass(frozen=True)
class ConnectorContext:
    """What core hands to a connector. `now` is the local clock (UTC): for expiry of tokens, and as
    a bound of cursors (`read_until`). `installation` is the configured id that goes into markers.
    """

    connection: str
    installation: str
    now: Callable[[], datetime]
    tokens: TokenStore
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("syncline"))
    count_call: Callable[[str], None] = field(default=lambda _kind: None, repr=False)
    """To be called once for each HTTP request, with `read`, `write` or `check`; `http` does."""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    """Seconds, for deadlines: never set back, and of no day."""

    def http(
        self,
        base_url: str,
        *,
        refusals: Refusals,
        auth: Authorization | None = None,
        timeout: float = 60.0,
        at_once: int = 0,
    ) -> HttpClient:
        """HTTP to one service (see `syncline.plugin.http`); `timeout`: seconds for a whole answer
        (300 at most), the other parameters are those of `HttpClient`. The connector closes it.
        """
        from syncline.plugin.http import HttpClient
        from syncline.plugin.http.transport import Transport

        return HttpClient(
            base_url,
            Transport(refusals, timeout, self.clock),
            refusals=refusals,
            count_call=self.count_call,
            auth=auth,
            at_once=at_once,
            clock=self.clock,
        )


class Connector(ABC):
    """One configured system. Instances are used from several threads at once.

    Required: `check`, `accounts`, `fetch_changes`, `fetch_ids`, `fetch_keys`, `apply`, `delete`.
    Optional: `list_accounts` (who there is), `containers` (folders), `fetch_match` (needed unless
    `spec.match` is empty), `fetch_deleted` (the bin), `scope` (data sets), `custom_field` (fields
    named in the configuration), `close`.
    Errors for a whole call are those of `syncline.errors`; anything about one record is an
    outcome.
    """

    name: ClassVar[str]
    api_version: ClassVar[tuple[int, int]] = API_VERSION
    Config: ClassVar[type[ConnectorConfig]]
    types: ClassVar[tuple[TypeSpec, ...]]

    def __init__(self, config: Any, context: ConnectorContext) -> None:
        self.config = config
        self.context = context

    @abstractmethod
    def check(self, request: CheckRequest) -> CheckReport:
        """Credentials, permissions, identity of the store, and what this very tenant can do."""

    @abstractmethod
    def accounts(self, request: AccountsRequest) -> Containers:
        """Resolve account names to the system's own ids."""

    @abstractmethod
    def fetch_changes(self, request: ChangesRequest) -> Page:
        """A page of the feed. Raises `Resync` where the cursor is dead."""

    @abstractmethod
    def fetch_ids(self, request: IdsRequest) -> Page:
        """These records as they are now."""

    @abstractmethod
    def fetch_keys(self, request: KeysRequest) -> Page:
        """A page of the sweep: ids, versions, owners."""

    @abstractmethod
    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """Write; one outcome for each operation, in order."""

    @abstractmethod
    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """Delete; one outcome for each operation, in order."""

    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """A page of all accounts that could be synced, those nobody named included."""
        raise ConfigurationError(f"connector {self.name!r} cannot list accounts")

    def containers(self, request: ContainersRequest) -> Containers:
        """All folders of an account. Only for types with `containers=True`."""
        raise ConfigurationError(f"connector {self.name!r} has no containers")

    def fetch_match(self, request: MatchRequest) -> Page:
        """Records that carry one of these keys. Only asked for kinds in `spec.match`."""
        raise ConfigurationError(f"connector {self.name!r} cannot look for match keys")

    def fetch_deleted(self, request: DeletedRequest) -> Page:
        """What deleted records held last. Worth having unless deletions are exactly conditional."""
        raise ConfigurationError(f"connector {self.name!r} cannot read deleted records")

    def scope(self, spec: TypeSpec, text: str) -> Scope:
        """Turn the `where` of the configuration into a scope, checked against the service."""
        raise ConfigurationError(
            f"connector {self.name!r} has no data sets: remove `where`", hint='Use where = "all".'
        )

    def custom_field(self, spec: TypeSpec, name: str, native: str, type: FieldType) -> Field:
        """A field the configuration adds (`tier = { … = "Tier__c" }`), whose values are of `type`:
        one of `syncline.model.custom`, a short text if the configuration says nothing. A system
        that keeps it as another type refuses, or gives it a codec (`codecs.AsText`).

        Raises:
            ConfigurationError: there is no such field, or it cannot hold values of this type.

        """
        raise ConfigurationError(f"connector {self.name!r} has no custom fields")

    def fetch(self, request: FetchRequest) -> Page:
        """Dispatch to the method for this kind of request."""
        match request:
            case ChangesRequest():
                return self.fetch_changes(request)
            case IdsRequest():
                return self.fetch_ids(request)
            case KeysRequest():
                return self.fetch_keys(request)
            case MatchRequest():
                return self.fetch_match(request)
            case DeletedRequest():
                return self.fetch_deleted(request)

    def close(self) -> None:
        """Give back sockets and threads. May be called twice."""
        return
