"""Graph's part of the back door: act as the person in Outlook, and look into the store.

Contacts are given and returned as Graph's JSON; returned ones have their extended properties, the
immutable id as `id` and the other one as `defaultId`. A folder is named by its id or by its path
of names below Contacts (`CRM/Customers`).

A row of a `--load` file, or of `POST /_sandbox/load`, is one of

    {"mailbox": "ada@example.test", "displayName": "Ada Example"}
    {"mailbox": "ada@example.test", "folder": "CRM/Customers"}
    {"mailbox": "ada@example.test", "folder": "CRM", "contact": {"givenName": "Grace"}}

Mailboxes and folders that are not there yet are made; without `folder` the default one is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from syncline_sandbox.graph.errors import Failure
from syncline_sandbox.graph.resources.backdoor import ItemsBackDoor
from syncline_sandbox.graph.sign_in import apps
from syncline_sandbox.graph.sign_in.oauth import SignIn
from syncline_sandbox.graph.sign_in.tokens import LIFETIME
from syncline_sandbox.graph.stores import Stores
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call, JsonObject, Refused
from syncline_sandbox.routing import Handler, Router

ROOT = "/_sandbox"


class GraphBackDoor:
    """Routes for tests, and what `load` and `dump` do."""

    def __init__(self, stores: Stores, sign_in: SignIn) -> None:
        self._stores, self._sign_in = stores, sign_in
        self._doors = (ItemsBackDoor(stores.contact_folders, stores.contacts, self._known),)

    def add_to(self, router: Router) -> None:
        """Adds the routes."""
        box = f"{ROOT}/mailboxes/{{mailbox}}"
        routes: tuple[tuple[str, str, Handler], ...] = (
            ("GET", f"{ROOT}/mailboxes", self._list_mailboxes),
            ("POST", f"{ROOT}/mailboxes", self._add_mailbox),
            ("PATCH", box, self._change_mailbox),
            *((m, f"{box}{p}", handler) for door in self._doors for m, p, handler in door.routes()),
            ("POST", f"{box}/expire-delta", self._expire_delta),
            ("POST", f"{ROOT}/tokens", self._issue_token),
            ("DELETE", f"{ROOT}/tokens", self._revoke_tokens),
            ("PUT", f"{ROOT}/apps/{{client_id}}", self._change_app),
            ("POST", f"{ROOT}/devices/{{user_code}}", self._decide_device),
        )
        for method, path, handler in routes:
            router.add(method, path, _refusing(handler))

    # ---- mailboxes --------------------------------------------------------------------------

    def mailbox(self, address: str, display_name: str | None = None) -> Mailbox:
        """The mailbox with this address or id, made if it is not there."""
        known = self._stores.mailboxes.find(address)
        if known is not None:
            return known
        name = display_name or address.partition("@")[0].title()
        box = self._stores.mailboxes.add(address, name)
        self._stores.contact_folders.create_default(box.id)
        return box

    def _list_mailboxes(self, call: Call) -> list[JsonObject]:
        return [self._facts(mailbox) for mailbox in self._stores.mailboxes.all()]

    def _add_mailbox(self, call: Call) -> JsonObject:
        wish = call.json()
        return self._facts(self.mailbox(wish["address"], wish.get("displayName")))

    def _change_mailbox(self, call: Call, mailbox: str) -> JsonObject:
        known = self._known(mailbox)
        self._stores.mailboxes.set_access(known.id, call.json()["access"])
        return self._facts(self._known(mailbox))

    def _expire_delta(self, call: Call, mailbox: str) -> None:
        known = self._known(mailbox)
        self._stores.mailboxes.expire_folder_tokens(known.id)
        for door in self._doors:
            door.expire_tokens(known)

    def _known(self, mailbox: str) -> Mailbox:
        found = self._stores.mailboxes.find(mailbox)
        if found is None:
            raise ValueError(f"no mailbox {mailbox}")
        return found

    # ---- tokens and apps ----------------------------------------------------------------------

    def _issue_token(self, call: Call) -> JsonObject:
        wish = call.json()
        app = self._stores.apps.find(wish.get("client_id", apps.CLIENT_ID))
        if app is None:
            raise ValueError("no such app")
        user = self._known(wish["mailbox"]).id if wish.get("mailbox") else None
        roles = wish.get("roles") or list(apps.SCOPES if user else app.roles)
        lifetime = int(wish.get("lifetime") or LIFETIME)
        return {"token": self._stores.tokens.issue(app.client_id, roles, user, lifetime)}

    def _revoke_tokens(self, call: Call) -> None:
        self._stores.tokens.revoke_all()

    def _change_app(self, call: Call, client_id: str) -> JsonObject:
        app = self._stores.apps.change(client_id, call.json())
        return {"client_id": app.client_id, "roles": list(app.roles)}

    def _decide_device(self, call: Call, user_code: str) -> None:
        address = call.json().get("mailbox")
        self._sign_in.decide_device(user_code, self._known(address).id if address else None)

    # ---- all at once --------------------------------------------------------------------------

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Stores rows; returns how many. Raises `ValueError` naming what was refused."""
        count = 0
        for (address, path), group in groupby(rows, lambda r: (r["mailbox"], r.get("folder"))):
            together = list(group)
            names = (row["displayName"] for row in together if row.get("displayName"))
            box = self.mailbox(address, next(names, None))
            try:
                for door in self._doors:
                    bodies = [row[door.noun] for row in together if row.get(door.noun) is not None]
                    if bodies or door is self._doors[0]:
                        door.load(box, path, bodies)
            except Failure as failure:
                raise ValueError(f"rows of {address}: {failure}") from failure
            count += len(together)
        return count

    def dump(self) -> JsonObject:
        """Everything that is stored."""
        return {"mailboxes": [self._dumped(box) for box in self._stores.mailboxes.all()]}

    def _dumped(self, mailbox: Mailbox) -> JsonObject:
        found = self._facts(mailbox)
        for door in self._doors:
            found |= door.dump(mailbox)
        return found

    def _facts(self, mailbox: Mailbox) -> JsonObject:
        return {
            "id": mailbox.id,
            "address": mailbox.address,
            "displayName": mailbox.display_name,
            "access": mailbox.access,
            "defaultFolderId": self._stores.contact_folders.default(mailbox.id).id,
        }


def _refusing(handler: Handler) -> Handler:
    def answer(call: Call, **parameters: str) -> Any:
        try:
            return handler(call, **parameters)
        except Failure as failure:
            content = {"error": {"code": failure.code, "message": str(failure)}}
            raise Refused(Answer(failure.status, content)) from failure

    return answer
