"""`/translateExchangeIds`: one form of an item's id for the other."""

from __future__ import annotations

from syncline_sandbox.graph.errors import bad_request
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.routes import Routes, body_of, context
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call

_DEFAULT_FORM = frozenset({"restId", "entryId", "ewsId"})
_IMMUTABLE_FORM = frozenset({"restImmutableEntryId", "immutableEntryId"})


class TranslationRoute:
    """Ids of the items of one store; `area` is the permission it takes."""

    def __init__(self, items: Items, area: str) -> None:
        self._items, self._area = items, area

    def add_to(self, routes: Routes) -> None:
        """Adds the route."""
        routes.add_for_mailbox("POST", "/translateExchangeIds", self._area, self._translate)

    def _translate(self, call: Call, mailbox: Mailbox) -> Answer:
        body = body_of(call)
        target, identifiers = body.get("targetIdType"), body.get("inputIds", [])
        if target not in _DEFAULT_FORM | _IMMUTABLE_FORM or len(identifiers) > 1_000:
            raise bad_request("The id types or the number of ids are not valid.", "InvalidRequest")
        found = [(i, self._items.get(mailbox, i)) for i in identifiers]
        immutable = target in _IMMUTABLE_FORM
        value = [
            {"sourceId": given, "targetId": item.immutable_id if immutable else item.default_id}
            for given, item in found
        ]
        return Answer(
            200, {"@odata.context": context(call, "Collection(convertIdResult)"), "value": value}
        )
