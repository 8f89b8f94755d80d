"""The tenant's directory: its organization and its people; and the translation of item ids."""

from __future__ import annotations

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.mailboxes import TENANT_DOMAIN, TENANT_ID, Mailbox
from syncline_sandbox.graph.odata import link, options, selected
from syncline_sandbox.graph.restriction import USER, holds
from syncline_sandbox.graph.routes import Routes, Store, body_of, context
from syncline_sandbox.graph.tokens import Principal
from syncline_sandbox.messages import Answer, Call, JsonObject

PROPERTIES = frozenset(Mailbox("", "", "", "", "", 0).user())
_DEFAULT_FORM = frozenset({"restId", "entryId", "ewsId"})
_IMMUTABLE_FORM = frozenset({"restImmutableEntryId", "immutableEntryId"})


class DirectoryRoutes:
    """`/organization`, `/users`, `/me`, `translateExchangeIds`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_to(self, routes: Routes) -> None:
        """Adds all routes."""
        routes.add("GET", "/organization", self._organization)
        routes.add("GET", "/users", self._users)
        routes.add("GET", "/users/{user}", self._user)
        routes.add("GET", "/me", self._me)
        routes.add_for_mailbox("POST", "/translateExchangeIds", "Contacts", self._translate)

    def _organization(self, call: Call, principal: Principal) -> Answer:
        principal.require_directory()
        tenant = {
            "id": TENANT_ID,
            "displayName": "Example",
            "verifiedDomains": [{"name": TENANT_DOMAIN, "isDefault": True, "isInitial": True}],
        }
        return Answer(200, {"@odata.context": context(call, "organization"), "value": [tenant]})

    def _users(self, call: Call, principal: Principal) -> Answer:
        principal.require_directory()
        wish = options(call, USER, PROPERTIES)
        people = [mailbox.user() for mailbox in self._store.mailboxes.all()]
        found = [p for p in people if wish.filter is None or holds(wish.filter, p)]
        size = wish.page if "$top" in call.query else 100
        content: JsonObject = {"@odata.context": context(call, "users")}
        if wish.count:
            content["@odata.count"] = len(found)
        end = wish.skip + size
        content["value"] = [selected(person, wish.select) for person in found[wish.skip : end]]
        if len(found) > end:
            content["@odata.nextLink"] = link(call, {"$skip": str(end)})
        return Answer(200, content)

    def _user(self, call: Call, principal: Principal, user: str) -> Answer:
        principal.require_directory()
        found = self._store.mailboxes.find(user)
        if found is None:
            raise Failure(
                404,
                "Request_ResourceNotFound",
                f"Resource '{user}' does not exist or one of its queried reference-property "
                "objects are not present.",
            )
        wish = options(call, USER, PROPERTIES)
        content = {"@odata.context": context(call, "users/$entity"), **found.user()}
        return Answer(200, selected(content, wish.select))

    def _me(self, call: Call, principal: Principal) -> Answer:
        if principal.user is None:
            raise bad_request("/me request is only valid with delegated authentication flow.")
        return self._user(call, principal, principal.user)

    def _translate(self, call: Call, mailbox: Mailbox) -> Answer:
        body = body_of(call)
        target, identifiers = body.get("targetIdType"), body.get("inputIds", [])
        if target not in _DEFAULT_FORM | _IMMUTABLE_FORM or len(identifiers) > 1_000:
            raise bad_request("The id types or the number of ids are not valid.", "InvalidRequest")
        found = [(i, self._store.contacts.get(mailbox, i)) for i in identifiers]
        immutable = target in _IMMUTABLE_FORM
        value = [
            {"sourceId": given, "targetId": c.immutable_id if immutable else c.default_id}
            for given, c in found
        ]
        return Answer(
            200, {"@odata.context": context(call, "Collection(convertIdResult)"), "value": value}
        )
