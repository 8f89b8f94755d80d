"""The connector to a memory store: as small as a connector can be, and complete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from syncline.connectors.memory import accounts, reading, writing
from syncline.connectors.memory.faults import CallKind
from syncline.connectors.memory.options import MemoryOptions
from syncline.connectors.memory.store import MemoryStore
from syncline.errors import ConfigurationError, Reconnect, Stop
from syncline.model.fields import FieldType
from syncline.model.records import AccountId
from syncline.plugin.connector import Connector, ConnectorConfig, ConnectorContext
from syncline.plugin.requests import (
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    ApplyRequest,
    ChangesRequest,
    CheckReport,
    CheckRequest,
    CheckResult,
    Containers,
    ContainersRequest,
    DeletedRequest,
    DeleteRequest,
    IdsRequest,
    KeysRequest,
    MatchRequest,
    Outcome,
    Page,
    Scope,
)
from syncline.plugin.secrets import Secret
from syncline.plugin.spec import Field, TypeSpec

_COUNTED_AS = {"check": "check", "accounts": "check", "list": "check", "scope": "check"}


class MemoryConfig(ConnectorConfig):
    """`store`: the name of a store in this process. `password`: if the store asks for one."""

    store: str = "memory"
    password: Secret | None = None


class MemoryConnector(Connector):
    """Reads and writes a `MemoryStore`. `types` are those of a store with the default options; for
    a store of another type, derive a class that has that type's.
    """

    name = "memory"
    Config = MemoryConfig
    types = (MemoryOptions().spec(),)

    def __init__(self, config: MemoryConfig, context: ConnectorContext) -> None:
        super().__init__(config, context)
        self._store = MemoryStore.named(config.store)

    def check(self, request: CheckRequest) -> CheckReport:
        """The store's identity and what its options let it do."""
        with self._call("check", request):
            store = self._store
            return CheckReport(
                store=f"memory:{store.name}",
                types={store.spec.name: store.spec},
                results=(CheckResult(id="store", level="ok", message="the store is there"),),
                server_time=store.now(),
            )

    def accounts(self, request: AccountsRequest) -> Containers:
        """Names to ids."""
        with self._call("accounts", request):
            return Containers(accounts=accounts.named(self._store, request.names))

    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """A page of all accounts."""
        with self._call("list", request):
            return accounts.page(self._store, request)

    def containers(self, request: ContainersRequest) -> Containers:
        """The folders of an account."""
        with self._call("containers", request, request.account):
            return Containers(containers=self._store.containers(request.account))

    def fetch_changes(self, request: ChangesRequest) -> Page:
        """A page of what changed."""
        with self._call("changes", request, request.feed.account):
            return reading.changes(self._store, request, self.context.now())

    def fetch_ids(self, request: IdsRequest) -> Page:
        """These records now."""
        with self._call("ids", request, request.feed.account):
            return reading.by_ids(self._store, request)

    def fetch_keys(self, request: KeysRequest) -> Page:
        """A page of the sweep."""
        with self._call("keys", request, request.feed.account):
            return reading.keys(self._store, request)

    def fetch_match(self, request: MatchRequest) -> Page:
        """Records that carry a key."""
        with self._call("match", request, request.feed.account):
            return reading.matches(self._store, request)

    def fetch_deleted(self, request: DeletedRequest) -> Page:
        """What is in the bin."""
        with self._call("deleted", request, request.feed.account):
            return reading.deleted(self._store, request)

    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """Creates or updates, one after the other."""
        with self._call("apply", request, request.feed.account):
            return writing.batch(self._store, request)

    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """Deletions, one after the other."""
        with self._call("delete", request, request.feed.account):
            return writing.batch(self._store, request)

    def scope(self, spec: TypeSpec, text: str) -> Scope:
        """`field=value`: records whose field has (or holds) the value."""
        with self._call("scope", text):
            name, separator, value = (part.strip() for part in text.partition("="))
            if not separator or not self._can_be_asked(spec, name, value):
                raise ConfigurationError(
                    f"not a data set of a memory store: {text!r}",
                    hint=f"Write field=value, with one of: {', '.join(sorted(spec.by_name))}",
                )
            return Scope(text=text, condition={"field": name, "value": value})

    def _can_be_asked(self, spec: TypeSpec, name: str, value: str) -> bool:
        options = self._store.options
        if name not in spec.by_name or name not in options.type.fields:
            return False
        try:
            reading.condition(options.field_type(name), value)
        except ValueError:
            return False
        return True

    def custom_field(self, spec: TypeSpec, name: str, native: str, type: FieldType) -> Field:
        """Any property a user wishes for."""
        if native in spec.by_name:
            raise ConfigurationError(f"{native!r} is a field of its own, not a custom one")
        return Field(name=name, native=(native,))

    @contextmanager
    def _call(
        self, kind: CallKind, request: object, account: AccountId | None = None
    ) -> Iterator[None]:
        """One call: counted, faults before and after its effect, the effect all at once."""
        store = self._store
        self.context.count_call(
            _COUNTED_AS.get(kind, "write" if kind in ("apply", "delete") else "read")
        )
        call = store.count(kind, request)
        if store.fault is not None:
            store.fault.before(call)
        with store.lock:
            self._require_access(account)
            store.rewrite_later()
            yield
        if store.fault is not None:
            store.fault.after(call)

    def _require_access(self, account: AccountId | None) -> None:
        if self._store.password is not None:
            given = self.config.password
            if given is None or given.resolve().get_secret_value() != self._store.password:
                raise Reconnect(
                    f"the store {self._store.name!r} refuses the password",
                    hint="Set the right password in the connection's settings.",
                )
        if account in self._store.refused:
            raise Stop(
                f"the store {self._store.name!r} refuses access to an account",
                hint="Ask its administrator for access to this account.",
            )
