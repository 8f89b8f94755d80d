"""The connector: puts the parts together, holds no logic of its own."""

from __future__ import annotations

from typing import ClassVar

from syncline.model.fields import FieldType
from syncline.plugin.connector import Connector, ConnectorConfig, ConnectorContext
from syncline.plugin.http import Bearer, Refusals
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
    DeleteRequest,
    IdsRequest,
    KeysRequest,
    MatchRequest,
    Outcome,
    Page,
)
from syncline.plugin.spec import Field, TypeSpec
from syncline_outlook import checking
from syncline_outlook.config import OutlookConfig
from syncline_outlook.contacts import mapping
from syncline_outlook.contacts.custom import custom_field
from syncline_outlook.contacts.feed import DeltaFeed
from syncline_outlook.contacts.folders import Folders
from syncline_outlook.contacts.marks import FolderMarks
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.contacts.writing import Writer
from syncline_outlook.graph import mailboxes, people
from syncline_outlook.graph.client import AT_ONCE, GraphClient
from syncline_outlook.graph.errors import REFUSALS
from syncline_outlook.graph.messages import ME
from syncline_outlook.sign_in.login_client import LoginClient
from syncline_outlook.sign_in.tokens import PersonTokens, plain_netloc, token_source


class OutlookConnector(Connector):
    """Contacts in the mailboxes of Microsoft 365, through Microsoft Graph v1.0."""

    name: ClassVar[str] = "outlook"
    Config: ClassVar[type[ConnectorConfig]] = OutlookConfig
    types: ClassVar[tuple[TypeSpec, ...]] = (mapping.CONTACTS,)

    def __init__(self, config: OutlookConfig, context: ConnectorContext) -> None:
        super().__init__(config, context)
        self._sign_in = context.http(
            config.login, refusals=Refusals("Microsoft's sign-in service"), timeout=config.timeout
        )
        login = LoginClient(self._sign_in, plain_netloc(config))
        self._tokens = token_source(config, login, context.tokens)
        self._graph = context.http(
            config.graph,
            refusals=REFUSALS,
            auth=Bearer(self._tokens),
            timeout=config.timeout,
            at_once=AT_ONCE,
        )
        self._client = GraphClient(self._graph, clock=context.clock)
        self._kept = self._client.kept
        names = EmailNames()
        self._folders = Folders(self._client)
        self._reader = Reader(self._client, self._folders, names)
        self._feed = DeltaFeed(
            self._client,
            self._folders,
            self._reader,
            names,
            FolderMarks(self._client),
            page_size=config.page_size,
            now=context.now,
        )
        self._writer = Writer(self._client, self._reader, names)

    def check(self, request: CheckRequest) -> CheckReport:
        """See `checking.report`. With device code: signs in first, if nobody has; the code to type
        is written to the log as a warning.
        """
        if isinstance(self._tokens, PersonTokens) and not self._tokens.signed_in:
            self._tokens.sign_in(self.context.log.warning)
        token, now = self._tokens.token(), self.context.now()
        return self._kept.during(
            request, lambda: checking.report(self._client, token, self.config, request, now)
        )

    def accounts(self, request: AccountsRequest) -> Containers:
        """See `mailboxes.resolve`."""
        found = self._kept.during(request, lambda: mailboxes.resolve(self._client, request.names))
        return Containers(accounts=found)

    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """See `people.page`; signed in as one person, there is that person only."""
        if isinstance(self._tokens, PersonTokens):
            me = self._kept.during(request, lambda: mailboxes.resolve(self._client, (ME,)))
            return AccountPage(accounts=me)
        return people.page(self._client, request)

    def containers(self, request: ContainersRequest) -> Containers:
        """See `Folders.read`."""
        found = self._kept.during(request, lambda: self._folders.read(request.account))
        return Containers(containers=found)

    def fetch_changes(self, request: ChangesRequest) -> Page:
        """See `DeltaFeed.changes`."""
        return self._kept.during(request, lambda: self._feed.changes(request))

    def fetch_ids(self, request: IdsRequest) -> Page:
        """See `Reader.ids`."""
        return self._kept.during(request, lambda: self._reader.ids(request))

    def fetch_keys(self, request: KeysRequest) -> Page:
        """See `DeltaFeed.keys`."""
        return self._kept.during(request, lambda: self._feed.keys(request))

    def fetch_match(self, request: MatchRequest) -> Page:
        """See `Reader.match`."""
        return self._kept.during(request, lambda: self._reader.match(request))

    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """See `Writer.apply`."""
        return self._kept.during(request, lambda: self._writer.apply(request))

    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """See `Writer.delete`."""
        return self._kept.during(request, lambda: self._writer.delete(request))

    def custom_field(self, spec: TypeSpec, name: str, native: str, type: FieldType) -> Field:
        """See `custom.custom_field`."""
        return custom_field(name, native, type)

    def close(self) -> None:
        """Gives the sockets back."""
        self._graph.close()
        self._sign_in.close()
