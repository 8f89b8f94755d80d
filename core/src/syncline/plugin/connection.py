"""`ConnectionHandle`: the only way the engine speaks to a configured system.

Every connection has a pluggy manager of its own. On a shared one each connector would have to
answer "not mine", and of two connections of one kind the last registered would always win; with
its own, the address is the manager and wrappers apply to exactly one connection.

From the outside in: retry (here, since a pluggy wrapper cannot call twice), pacing, audit, wrappers
of plugins (`connection_plugins`), the connector.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from syncline.errors import ConfigurationError
from syncline.model.contact import CONTACT
from syncline.model.fields import FieldType
from syncline.model.objects import ObjectType
from syncline.model.reports import CallCounts
from syncline.plugin.adapter import ConnectorPlugin, guarded
from syncline.plugin.answered import answered
from syncline.plugin.checked import checked
from syncline.plugin.connector import Connector, ConnectorContext
from syncline.plugin.handed import handed
from syncline.plugin.hookspecs import ConnectionSpecs, manager_for
from syncline.plugin.listed import found, listed
from syncline.plugin.requests import (
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    ApplyRequest,
    CheckReport,
    CheckRequest,
    Containers,
    ContainersRequest,
    Create,
    Delete,
    DeleteRequest,
    FetchRequest,
    Outcome,
    Page,
    Scope,
)
from syncline.plugin.spec import Field, TypeSpec
from syncline.plugin.wrappers import retry
from syncline.plugin.wrappers.audit import Audit
from syncline.plugin.wrappers.counting import CallCounter
from syncline.plugin.wrappers.foreign import Foreign
from syncline.plugin.wrappers.pacing import Pacing
from syncline.plugin.wrappers.retry import Caution, Look, Patience

T = TypeVar("T")

BUILT_IN_TYPES: Final[Mapping[str, ObjectType]] = MappingProxyType({CONTACT.name: CONTACT})


class ConnectionHandle:
    """A typed façade over one connection. Used from several threads at once."""

    def __init__(
        self,
        name: str,
        connector: Connector,
        counter: CallCounter,
        *,
        plugins: Iterable[object] = (),
        patience: Patience | None = None,
        types: Mapping[str, ObjectType] = BUILT_IN_TYPES,
    ) -> None:
        self.name = name
        self._types = types
        self._connector = connector
        self._counter = counter
        self._patience = patience or Patience()
        manager = manager_for(ConnectionSpecs)
        foreign = (*plugins, Foreign(name, connector.name))
        wrappers = (*foreign, Audit(name, self._patience.now), Pacing())
        for each in (ConnectorPlugin(connector), *wrappers):
            manager.register(each)
        manager.check_pending()
        self._hooks = cast(ConnectionSpecs, manager.hook)  # pluggy itself returns Any
        # pluggy's managers only read while hooks are called, so threads need no lock for that.
        self._closing = threading.Lock()
        self._closed = False

    @property
    def connector(self) -> str:
        """The kind of system: the connector's name."""
        return self._connector.name

    @property
    def can_read_deleted(self) -> bool:
        """Whether the connector can tell what deleted records held: it has `fetch_deleted`."""
        return type(self._connector).fetch_deleted is not Connector.fetch_deleted

    @property
    def can_list_accounts(self) -> bool:
        """Whether the connector can tell who there is: it has `list_accounts`."""
        return type(self._connector).list_accounts is not Connector.list_accounts

    def check(self, request: CheckRequest) -> CheckReport:
        """Credentials, permissions, identity, and what this very tenant can do."""
        return self._read(lambda: self._hooks.check(request=request))

    def accounts(self, request: AccountsRequest) -> Containers:
        """Account names resolved to the system's own ids, those that can be kept: see `listed`."""
        return self._found("accounts", request)

    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """A page of all accounts that could be synced, checked one by one: see `listed`.

        Raises:
            ConfigurationError: the connector cannot (`can_list_accounts`).

        """

        def read() -> AccountPage:
            page = self._hooks.list_accounts(request=request)
            return guarded(self.connector, "list_accounts", listed, page)

        return self._read(read)

    def containers(self, request: ContainersRequest) -> Containers:
        """All folders of an account, those that can be kept: see `listed`."""
        return self._found("containers", request)

    def fetch(self, request: FetchRequest) -> Page:
        """A finished page, checked value by value: see `checked`."""
        type_ = self._types.get(request.spec.name)

        def read() -> Page:
            page = self._hooks.fetch(request=request)
            return guarded(self.connector, "fetch", checked, page, request, type_)

        return self._read(read)

    def apply(
        self,
        request: ApplyRequest,
        *,
        before_send: Callable[[], None] = lambda: None,
        look: Look | None = None,
    ) -> list[Outcome]:
        """One outcome for each operation, in order.

        `before_send` is called before each call, also a repeated one; what it raises ends the
        write, and whatever was sent has no outcome. A create that the service could make twice is
        only sent again when `look` has not found it.

        Raises:
            Reconnect, Stop: the whole call failed in a way that repeating does not heal. What
                was sent has no outcome then, and must be taken for unknown.

        """
        type_ = self._types.get(request.spec.name)

        def send(operations: Sequence[Any]) -> list[Outcome]:
            part = replace(request, operations=tuple(handed(each, type_) for each in operations))
            return self._answered(request, self._hooks.apply(request=part))

        creates = all(isinstance(each, Create) for each in request.operations)
        keyed = request.spec.idempotency == "key"
        pause = request.spec.change_detection.visibility_lag
        caution = Caution(before_send, creates and keyed, creates and not keyed, look, pause)
        return self._write(send, request.operations, caution)

    def delete(
        self, request: DeleteRequest, *, before_send: Callable[[], None] = lambda: None
    ) -> list[Outcome]:
        """One outcome for each operation, in order. Raises as `apply` does."""

        def send(operations: Sequence[Delete]) -> list[Outcome]:
            part = replace(request, operations=tuple(operations))
            return self._answered(request, self._hooks.delete(request=part))

        return self._write(send, request.operations, Caution(before_send))

    def scope(self, spec: TypeSpec, text: str) -> Scope:
        """The data set `text` describes, checked against the service."""
        return self._read(
            lambda: guarded(self.connector, "scope", self._connector.scope, spec, text)
        )

    def custom_field(self, spec: TypeSpec, name: str, native: str, type: FieldType) -> Field:
        """A field the configuration adds."""
        method = self._connector.custom_field
        return self._read(
            lambda: guarded(self.connector, "custom_field", method, spec, name, native, type)
        )

    def calls(self) -> CallCounts:
        """HTTP requests since this connection was opened."""
        return self._counter.counts(self.name)

    def close(self) -> None:
        """Give back sockets and threads. May be called twice."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        guarded(self.connector, "close", self._connector.close)

    def _found(self, method: str, request: ContainersRequest | AccountsRequest) -> Containers:
        def read() -> Containers:
            answer = self._hooks.containers(request=request)
            return guarded(self.connector, method, found, answer)

        return self._read(read)

    def _read(self, call: Callable[[], T]) -> T:
        return retry.read(call, self._patience)

    def _answered(
        self, request: ApplyRequest | DeleteRequest, outcomes: list[Outcome]
    ) -> list[Outcome]:
        type_ = self._types.get(request.spec.name)

        def all_answered() -> list[Outcome]:
            return [answered(each, request.spec, type_) for each in outcomes]

        method = "delete" if isinstance(request, DeleteRequest) else "apply"
        return guarded(self.connector, method, all_answered)

    def _write(
        self, send: Callable[..., list[Outcome]], operations: Sequence[object], caution: Caution
    ) -> list[Outcome]:
        if not operations:
            return []
        return retry.write(send, operations, self._patience, caution)


def open_connection(
    name: str,
    type_: type[Connector],
    config: object,
    context: ConnectorContext,
    *,
    plugins: Iterable[object] = (),
    patience: Patience | None = None,
    types: Mapping[str, ObjectType] = BUILT_IN_TYPES,
) -> ConnectionHandle:
    """Make the connector and put its connection around it. `types`: the object types by name.

    Raises:
        ConfigurationError: the settings are not of the connector's own `Config`.
        SynclineError: whatever the connector found wrong with its settings.

    """
    if not isinstance(config, type_.Config):
        raise ConfigurationError(
            f"connection {name!r} has no settings of the connector {type_.name!r}",
            connection=name,
        )
    counter = CallCounter(context.count_call)
    counted = replace(context, count_call=counter.count)
    connector = guarded(type_.name, "__init__", type_, config, counted)
    return ConnectionHandle(
        name, connector, counter, plugins=plugins, patience=patience, types=types
    )
