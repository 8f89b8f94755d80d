"""The connector: it puts the parts together and dispatches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import ClassVar, TypeVar

from syncline.errors import ConfigurationError
from syncline.model.fields import FieldType
from syncline.plugin.connector import Connector, ConnectorConfig, ConnectorContext
from syncline.plugin.requests import (
    Absent,
    AccountListRequest,
    AccountPage,
    AccountsRequest,
    ApplyRequest,
    ChangesRequest,
    CheckReport,
    CheckRequest,
    Containers,
    Create,
    DeletedRequest,
    DeleteRequest,
    IdsRequest,
    KeysRequest,
    MatchRequest,
    Outcome,
    Page,
    RecordId,
    Scope,
    Update,
)
from syncline.plugin.spec import Field, TypeSpec
from syncline_salesforce.checks import Checks
from syncline_salesforce.config import SalesforceConfig
from syncline_salesforce.contacts import leaving_out, writing
from syncline_salesforce.contacts.custom import custom_field
from syncline_salesforce.contacts.mapping import CONTACT_TYPE, OBJECT
from syncline_salesforce.contacts.schema import SchemaSource
from syncline_salesforce.contacts.selection import ContactSelection
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.errors import QueryRefused, SchemaMoved
from syncline_salesforce.rest.feed import Changes
from syncline_salesforce.rest.reading import Reads
from syncline_salesforce.rest.selection import Selection
from syncline_salesforce.rest.service import SalesforceService
from syncline_salesforce.rest.users import find_users, list_users

T = TypeVar("T")


class SalesforceConnector(Connector):
    """One Salesforce organisation. Usable from several threads."""

    name: ClassVar[str] = "salesforce"
    Config: ClassVar[type[ConnectorConfig]] = SalesforceConfig
    types: ClassVar[tuple[TypeSpec, ...]] = (CONTACT_TYPE,)

    config: SalesforceConfig

    def __init__(self, config: SalesforceConfig, context: ConnectorContext) -> None:
        super().__init__(config, context)
        margin = timedelta(seconds=config.visibility_margin_seconds)
        self._service = SalesforceService(config, context)
        self._schemas = SchemaSource(self._service)
        overlap = timedelta(seconds=config.overlap_seconds)
        self._changes = Changes(self._service, margin, overlap, context.now)
        self._reads = Reads(self._service, margin)
        self._checks = Checks(config, self._service, self._schemas, context.now)

    def check(self, request: CheckRequest) -> CheckReport:
        """See `Checks.report`."""
        return self._checks.report(request)

    def accounts(self, request: AccountsRequest) -> Containers:
        """Active users by user name, e-mail address or id."""
        return Containers(accounts=find_users(self._service, request.names))

    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """See `list_users`."""
        return list_users(self._service, request)

    def fetch_changes(self, request: ChangesRequest) -> Page:
        """See `Changes.page`."""
        return self._read(request.spec, lambda selection: self._changes.page(request, selection))

    def fetch_ids(self, request: IdsRequest) -> Page:
        """See `Reads.ids`."""
        return self._read(request.spec, lambda selection: self._reads.ids(request, selection))

    def fetch_keys(self, request: KeysRequest) -> Page:
        """See `Reads.keys`."""
        return self._read(request.spec, lambda selection: self._reads.keys(request, selection))

    def fetch_match(self, request: MatchRequest) -> Page:
        """See `Reads.match`."""
        return self._read(request.spec, lambda selection: self._reads.match(request, selection))

    def fetch_deleted(self, request: DeletedRequest) -> Page:
        """See `Reads.deleted`."""
        return self._read(request.spec, lambda selection: self._reads.deleted(request, selection))

    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """See `writing`, and `leaving_out` for values that are refused."""
        write = partial(self._write, request)
        return leaving_out.apply(write, request.operations, request.spec)

    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """See `writing`."""
        return writing.delete(self._writes(request), request)

    def scope(self, spec: TypeSpec, text: str) -> Scope:
        """A SOQL condition on Contact, asked once to see whether the service understands it.

        Raises:
            ConfigurationError: it does not; with the service's own words.

        """
        if text.strip().lower() == "all":
            return Scope(text=text, condition=None)
        hint = "Write a SOQL condition on Contact, such as Account.Type = 'Customer'."
        try:
            condition = soql.checked_condition(text)
            self._service.query(soql.select("Id", OBJECT, [condition], limit=1), kind="check")
        except soql.BadConditionError as bad:
            raise ConfigurationError(f"where cannot be used: {bad}", hint=hint) from None
        except QueryRefused as refused:
            words = f"where is refused by Salesforce: {refused.detail or refused.message}"
            raise ConfigurationError(words, hint=hint) from None
        return Scope(text=text, condition={"where": condition})

    def custom_field(self, spec: TypeSpec, name: str, native: str, type: FieldType) -> Field:
        """A field of Contact by its API name, such as `Tier__c`; see `custom.custom_field`."""
        return custom_field(self._schemas.known(), name, native, type)

    def close(self) -> None:
        """Give back the sockets."""
        self._service.close()

    def _read(self, spec: TypeSpec, read: Callable[[Selection], T]) -> T:
        """Read; where a field is not there any more, describe again and read what is left, so
        that a lost permission makes fields unknown and stops nothing.
        """
        key_field = self.config.key_field
        try:
            return read(ContactSelection(spec, self._schemas.known(), key_field))
        except SchemaMoved:
            return read(ContactSelection(spec, self._schemas.refreshed(anew=True), key_field))

    def _write(self, request: ApplyRequest, operations: Sequence[Create | Update]) -> list[Outcome]:
        """Rows that were refused for a field whose permission was lost since the organisation was
        described are sent once more without it.
        """
        try:
            outcomes = writing.apply(self._writes(request), operations)
        except SchemaMoved:
            self._schemas.refreshed(anew=True)
            return writing.apply(self._writes(request), operations)
        refused = [i for i, each in enumerate(outcomes) if writing.without_permission(each)]
        if refused:
            self._schemas.refreshed(anew=True)
            again = writing.apply(self._writes(request), [operations[i] for i in refused])
            for i, outcome in zip(refused, again, strict=True):
                outcomes[i] = outcome
        return outcomes

    def _writes(self, request: ApplyRequest | DeleteRequest) -> writing.Writes:
        def explain(ids: Sequence[RecordId]) -> Mapping[RecordId, Absent | None]:
            wanted = IdsRequest(spec=request.spec, feed=request.feed, ids=tuple(ids))
            absent = {each.id: each for each in self.fetch_ids(wanted).absent}
            return {id: absent.get(id) for id in ids}

        schema, key_field = self._schemas.known(), self.config.key_field
        return writing.Writes(self._service, schema, request.spec, explain, key_field)
