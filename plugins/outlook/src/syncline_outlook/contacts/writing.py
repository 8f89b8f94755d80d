"""Creates, updates and deletions in batches of 20, and what Graph's answers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from syncline.errors import Retry
from syncline.model.records import AccountId, RecordId
from syncline.plugin.http import Purpose, Reply, segment
from syncline.plugin.requests import (
    Applied,
    ApplyRequest,
    Create,
    Deferred,
    DeleteRequest,
    Gone,
    Outcome,
    Rejected,
    RejectionKind,
    Stale,
    Unknown,
    Update,
)
from syncline.plugin.spec import UNREADABLE, TypeSpec
from syncline_outlook.contacts import mapping
from syncline_outlook.contacts.deleted import told_apart
from syncline_outlook.contacts.folders import contacts_path
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import QUOTA, code_of, codes_of, is_item_gone
from syncline_outlook.graph.items import id_of, version_of
from syncline_outlook.graph.messages import Inner, mailbox

_TOO_LONG = re.compile(r"exceed|too (?:long|large|many)|max(?:imum)? (?:allowed )?(?:length|size)")
_FULL = 507
"""Insufficient Storage."""


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
        return told_apart(self._reader, request, outcomes)

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
        return self._send(request.spec, requests, ids, "delete contacts", account)

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
        purpose = Purpose(name=name, kind="write", account=account)
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


def refused(spec: TypeSpec, request: Inner, reply: Reply | None, after: float | None) -> Outcome:
    """The outcome of a write that was not answered with success. Pure.

    `after`: the longest wait any answer of the batch asked for.
    """
    if reply is None:
        return Unknown(message="no answer inside the batch")
    if reply.status in {401, 424, 429}:
        return Deferred(message=f"not done: status {reply.status}", after=after)
    if reply.status == 412:
        # 412 also comes as a passing fault, to requests without any condition.
        return (
            Stale()
            if request.if_match is not None
            else Deferred(message="a passing 412", after=after)
        )
    if reply.status == 408 or (reply.status >= 500 and reply.status != _FULL):
        return Unknown(message=f"status {reply.status}: it may have been done all the same")
    if is_item_gone(reply) and request.method != "POST":
        return Gone()
    return _rejected(spec, reply)


def _rejected(spec: TypeSpec, reply: Reply) -> Rejected:
    """The service's message is looked at for names of properties, never passed on: it may quote
    what a user entered.
    """
    code, message = code_of(reply.body), _message(reply.body)
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", message)}
    fields = tuple(
        each.name for each in spec.fields if any(name.lower() in words for name in each.native)
    )
    kind = _rejection(reply, message)
    what = f" ({', '.join(fields)})" if fields else ""
    return Rejected(
        kind=kind,
        message=f"Outlook refuses the contact: {_WORDS[kind]}{what}",
        code=code,
        fields=fields,
    )


_WORDS: Mapping[RejectionKind, str] = {
    "quota": "the mailbox is full",
    "forbidden": "access is denied, or the folder or mailbox is not there",
    "too_long": "a value is too long, or there are too many",
    "invalid": "a value is not valid",
    "other": "it conflicts with what is there",
}


def _rejection(reply: Reply, message: str) -> RejectionKind:
    if QUOTA & set(codes_of(reply.body)) or reply.status == _FULL:
        return "quota"
    if reply.status in {403, 404}:
        return "forbidden"
    if reply.status == 413 or _TOO_LONG.search(message.lower()):
        return "too_long"
    return "invalid" if reply.status in {400, 405, 415, 422} else "other"


def _message(body: Any) -> str:
    error = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    return message if isinstance(message, str) else ""
