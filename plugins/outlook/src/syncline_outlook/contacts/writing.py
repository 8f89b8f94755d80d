"""Creates, updates and deletions in batches of 20."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.errors import Retry
from syncline.model.records import AccountId, RecordId
from syncline.plugin.http import Purpose, segment
from syncline.plugin.requests import (
    Applied,
    ApplyRequest,
    Create,
    DeleteRequest,
    Outcome,
    Unknown,
    Update,
)
from syncline.plugin.spec import UNREADABLE, TypeSpec
from syncline_outlook.contacts import mapping
from syncline_outlook.contacts.deleted import is_denied, is_stale, told_apart
from syncline_outlook.contacts.folders import contacts_path
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.outcomes import refused
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.items import id_of, version_of
from syncline_outlook.graph.messages import Inner, mailbox


class Writer:
    """Writes to one mailbox at a time: core sends one batch for one account."""

    def __init__(
        self,
        client: GraphClient,
        reader: Reader,
        names: EmailNames,
    ) -> None:
        self._client = client
        self._reader = reader
        self._names = names

    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """One outcome for each operation, in order.

        Raises:
            Retry, Reconnect, Stop: the whole call failed; `Retry.reached` tells whether any of it
                may have been done.

        """
        requests, ids = self._prepared(request)
        account = request.operations[0].account if request.operations else None
        outcomes = self._send(request.spec, requests, ids, "write contacts", account)
        updates = [each for each in request.operations if isinstance(each, Update)]
        if not updates:
            return outcomes
        return told_apart(
            self._reader, request.spec, updates, outcomes, is_stale, may_be_done=False
        )

    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """As `apply`; a contact that is not there (any more) is `Gone`."""
        operations = request.operations
        requests = [
            Inner(
                method="DELETE",
                url=f"{mailbox(each.account)}/contacts/{segment(each.id)}",
                if_match=each.version,
            )
            for each in operations
        ]
        account = operations[0].account if operations else None
        ids = [each.id for each in operations]
        outcomes = self._send(request.spec, requests, ids, "delete contacts", account)
        return told_apart(
            self._reader, request.spec, operations, outcomes, is_denied, may_be_done=True
        )

    def _prepared(self, request: ApplyRequest) -> tuple[list[Inner], list[RecordId | None]]:
        """The requests to send. What must be read for them is read here: nothing is written yet,
        whatever becomes of that read.
        """
        creates = [each for each in request.operations if isinstance(each, Create)]
        updates = [each for each in request.operations if isinstance(each, Update)]
        try:
            if creates:
                made = self._creates(request.spec, request.feed.container, creates)
                return made, [None] * len(made)
            return self._updates(request.spec, updates), [each.id for each in updates]
        except Retry as error:
            raise Retry(
                error.message, after=error.after, reached=False, sent=False, call="prepare a write"
            ) from error

    def _creates(
        self, spec: TypeSpec, container: str | None, operations: Sequence[Create]
    ) -> list[Inner]:
        requests = []
        for each in operations:
            url = contacts_path(each.account, each.container or container)
            body = mapping.create_body(spec, each.fields, each.key)
            requests.append(Inner(method="POST", url=url, body=body))
        return requests

    def _updates(self, spec: TypeSpec, operations: Sequence[Update]) -> list[Inner]:
        with_emails = [each for each in operations if "emails" in each.fields]
        shown = self._reader.email_names([(each.account, each.current) for each in with_emails])
        return [
            Inner(
                method="PATCH",
                url=f"{mailbox(each.account)}/contacts/{segment(each.id)}",
                body=mapping.update_body(spec, each.fields, each.current, shown.get(each.id, {})),
                if_match=each.version,
            )
            for each in operations
        ]

    def _send(
        self,
        spec: TypeSpec,
        requests: Sequence[Inner],
        ids: Sequence[RecordId | None],
        name: str,
        account: AccountId | None,
    ) -> list[Outcome]:
        purpose = Purpose(name=name, kind="write", account=account, type=spec.name)
        creates = any(request.method == "POST" for request in requests)
        replies = batch.run(self._client, requests, purpose, once=creates)
        after = batch.longest_wait(replies)
        return [
            self._applied(spec, reply.body, identifier)
            if reply is not None and reply.ok
            else refused(spec, request, reply, after)
            for request, reply, identifier in zip(requests, replies, ids, strict=True)
        ]

    def _applied(self, spec: TypeSpec, body: Any, known: RecordId | None) -> Outcome:
        """What was stored, if the answer tells; extended properties are not echoed and so stay
        out of it.
        """
        native = body if isinstance(body, dict) else {}
        identifier = id_of(native) or known
        if not identifier:
            return Unknown(message="the answer to a create names no contact")
        self._names.remember(native)
        fields = mapping.read_fields(spec, native)
        stored = {n: v for n, v in fields.items() if v is not UNREADABLE} or None
        return Applied(id=identifier, version=version_of(native), stored=stored)
