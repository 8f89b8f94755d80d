"""`/translateExchangeIds`: one form of items' ids for another.

Forms, and how the binary ones are written: learn.microsoft.com/graph/api/user-translateexchangeids.
Names of parameters and of forms are taken whatever their case, as clients send them. An id that
cannot be translated says so in its own row (`errorDetails` of microsoft.graph.convertIdResult).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncline_sandbox.graph.errors import Failure, bad_request, item_not_found
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.routes import Routes, body_of, context
from syncline_sandbox.graph.sign_in.tokens import Principal
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call, JsonObject

_LARGEST = 1_000
_TO_EWS, _FROM_EWS = str.maketrans("-_", "/+"), str.maketrans("/+", "-_")


def _written(identifier: str) -> str:
    """URL-safe base64 without padding, whose length stands at the end."""
    bare = identifier.rstrip("=")
    return f"{bare}{len(identifier) - len(bare)}"


def _read(identifier: str) -> str:
    return (
        identifier[:-1] + "=" * int(identifier[-1]) if identifier[-1:] in {*"012"} else identifier
    )


_WRITERS: Mapping[str, Callable[[Item], str]] = {
    "restid": lambda item: item.default_id,
    "ewsid": lambda item: item.default_id.translate(_TO_EWS),
    "entryid": lambda item: _written(item.default_id),
    "restimmutableentryid": lambda item: item.immutable_id,
    "immutableentryid": lambda item: _written(item.immutable_id),
}
_READERS: Mapping[str, Callable[[str], str]] = {
    "ewsid": lambda text: text.translate(_FROM_EWS),
    "entryid": _read,
    "immutableentryid": _read,
}


class TranslationRoute:
    """Ids of items of all these types."""

    def __init__(self, stores: Sequence[Items]) -> None:
        self._stores = stores

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.add_allowed(
            "POST", "/translateExchangeIds", Principal.require_user_read, self._translate
        )

    def _translate(self, call: Call, mailbox: Mailbox) -> Answer:
        body = {name.casefold(): value for name, value in body_of(call).items()}
        forms = [str(body.get(name)).casefold() for name in ("sourceidtype", "targetidtype")]
        given = body.get("inputids")
        if not isinstance(given, list) or len(given) > _LARGEST or not _WRITERS.keys() >= {*forms}:
            raise bad_request("The id types or the number of ids are not valid.", "InvalidRequest")
        source, target = forms
        value = [self._converted(mailbox, each, source, target) for each in given]
        return Answer(
            200, {"@odata.context": context(call, "Collection(convertIdResult)"), "value": value}
        )

    def _converted(self, mailbox: Mailbox, given: Any, source: str, target: str) -> JsonObject:
        text = str(given)
        read = _READERS.get(source, str)
        try:
            item = self._found(mailbox, {text, read(text)})
        except Failure as failure:
            details = {"code": failure.code, "message": str(failure)}
            return {"sourceId": text, "errorDetails": details}
        return {"sourceId": text, "targetId": _WRITERS[target](item)}

    def _found(self, mailbox: Mailbox, identifiers: set[str]) -> Item:
        for items in self._stores:
            for identifier in identifiers:
                if found := items.rows.by_id(mailbox.id, identifier):
                    return found
        raise item_not_found()
