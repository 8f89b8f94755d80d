"""The tenant's directory: its organization and its people."""

from __future__ import annotations

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.protocol.odata import link, options, selected
from syncline_sandbox.graph.protocol.restriction import holds
from syncline_sandbox.graph.protocol.routes import Routes, context
from syncline_sandbox.graph.protocol.vocabulary import Subject, Vocabulary
from syncline_sandbox.graph.sign_in.tokens import Principal
from syncline_sandbox.graph.tenant.mailboxes import TENANT_DOMAIN, TENANT_ID, Mailbox, Mailboxes
from syncline_sandbox.messages import Answer, Call, JsonObject

USER = Vocabulary(
    "microsoft.graph.user",
    properties=frozenset(Mailbox("", "", "", "", 0).user()),
    texts=frozenset({"id", "userPrincipalName", "mail", "displayName"}),
)


class DirectoryRoutes:
    """`/organization`, `/users`, `/me`."""

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    def add_to(self, routes: Routes) -> None:
        """Adds all routes."""
        routes.add("GET", "/organization", self._organization)
        routes.add("GET", "/users", self._users)
        routes.add("GET", "/users/{user}", self._user)
        routes.add("GET", "/me", self._me)

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
        wish = options(call, USER)
        people = [mailbox.user() for mailbox in self._mailboxes.all()]
        found = [p for p in people if wish.filter is None or holds(wish.filter, Subject(p), USER)]
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
        found = self._mailboxes.find(user)
        if found is None:
            raise Failure(
                404,
                "Request_ResourceNotFound",
                f"Resource '{user}' does not exist or one of its queried reference-property "
                "objects are not present.",
            )
        wish = options(call, USER)
        content = {"@odata.context": context(call, "users/$entity"), **found.user()}
        return Answer(200, selected(content, wish.select))

    def _me(self, call: Call, principal: Principal) -> Answer:
        if principal.user is None:
            raise bad_request("/me request is only valid with delegated authentication flow.")
        return self._user(call, principal, principal.user)
