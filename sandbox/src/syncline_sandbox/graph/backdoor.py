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

from syncline_sandbox.graph import apps, ids
from syncline_sandbox.graph.apps import Apps
from syncline_sandbox.graph.contacts import Contact
from syncline_sandbox.graph.errors import Failure
from syncline_sandbox.graph.folders import Folder
from syncline_sandbox.graph.mailboxes import Mailbox
from syncline_sandbox.graph.oauth import SignIn
from syncline_sandbox.graph.routes import Store
from syncline_sandbox.graph.schema import EXTENDED
from syncline_sandbox.graph.tokens import LIFETIME
from syncline_sandbox.messages import Answer, Call, JsonObject, Refused
from syncline_sandbox.routing import Handler, Router

ROOT = "/_sandbox"


class GraphBackDoor:
    """Routes for tests, and what `load` and `dump` do."""

    def __init__(self, store: Store, registered: Apps, sign_in: SignIn) -> None:
        self._store, self._apps, self._sign_in = store, registered, sign_in

    def add_to(self, router: Router) -> None:
        """Adds the routes."""
        box = f"{ROOT}/mailboxes/{{mailbox}}"
        for method, path, handler in (
            ("GET", f"{ROOT}/mailboxes", self._list_mailboxes),
            ("POST", f"{ROOT}/mailboxes", self._add_mailbox),
            ("PATCH", box, self._change_mailbox),
            ("GET", f"{box}/folders", self._list_folders),
            ("POST", f"{box}/folders", self._create_folder),
            ("DELETE", f"{box}/folders/{{folder}}", self._delete_folder),
            ("GET", f"{box}/contacts", self._list_contacts),
            ("POST", f"{box}/contacts", self._create_contacts),
            ("PATCH", f"{box}/contacts/{{contact}}", self._update_contact),
            ("DELETE", f"{box}/contacts/{{contact}}", self._delete_contact),
            ("POST", f"{box}/contacts/{{contact}}/move", self._move_contact),
            ("POST", f"{box}/expire-delta", self._expire_delta),
            ("POST", f"{ROOT}/tokens", self._issue_token),
            ("DELETE", f"{ROOT}/tokens", self._revoke_tokens),
            ("PUT", f"{ROOT}/apps/{{client_id}}", self._change_app),
            ("POST", f"{ROOT}/devices/{{user_code}}", self._decide_device),
        ):
            router.add(method, path, _refusing(handler))

    # ---- mailboxes and folders --------------------------------------------------------------

    def mailbox(self, address: str, display_name: str | None = None) -> Mailbox:
        """The mailbox with this address or id, made if it is not there."""
        found = self._store.mailboxes.find(address)
        if found is not None:
            return found
        default = self._store.folders.create_default(ids.guid(f"user {address.casefold()}"))
        name = display_name or address.partition("@")[0].title()
        return self._store.mailboxes.add(address, name, default)

    def _list_mailboxes(self, call: Call) -> list[JsonObject]:
        return [_mailbox_facts(mailbox) for mailbox in self._store.mailboxes.all()]

    def _add_mailbox(self, call: Call) -> JsonObject:
        wish = call.json()
        return _mailbox_facts(self.mailbox(wish["address"], wish.get("displayName")))

    def _change_mailbox(self, call: Call, mailbox: str) -> JsonObject:
        found = self._known(mailbox)
        self._store.mailboxes.set_access(found.id, call.json()["access"])
        return _mailbox_facts(self._known(mailbox))

    def _list_folders(self, call: Call, mailbox: str) -> list[JsonObject]:
        return [folder.rendered() for folder in self._store.folders.all(self._known(mailbox))]

    def _create_folder(self, call: Call, mailbox: str) -> JsonObject:
        box, wish = self._known(mailbox), call.json()
        parent = self._folder(box, wish.get("parent"))
        return self._store.folders.create(box, parent, wish["displayName"]).rendered()

    def _delete_folder(self, call: Call, mailbox: str, folder: str) -> None:
        found = self._folder(self._known(mailbox), folder)
        self._store.contacts.delete_within(self._store.folders.delete(found))

    def _expire_delta(self, call: Call, mailbox: str) -> None:
        box = self._known(mailbox)
        self._store.mailboxes.expire_folder_tokens(box.id)
        for folder in self._store.folders.all(box):
            self._store.folders.expire_tokens(folder)

    def _known(self, mailbox: str) -> Mailbox:
        found = self._store.mailboxes.find(mailbox)
        if found is None:
            raise ValueError(f"no mailbox {mailbox}")
        return found

    def _folder(self, mailbox: Mailbox, name: str | None, *, create: bool = False) -> Folder:
        if name and ids.is_well_formed(name):
            return self._store.folders.get(mailbox, name)
        return self._store.folders.by_path(mailbox, name or "", create=create)

    # ---- contacts -----------------------------------------------------------------------------

    def _list_contacts(self, call: Call, mailbox: str) -> list[JsonObject]:
        box, name = self._known(mailbox), call.query.get("folder")
        folder = self._folder(box, name) if name else None
        return [_contact_facts(c) for c in self._store.contacts.all(box, folder)]

    def _create_contacts(self, call: Call, mailbox: str) -> JsonObject | list[JsonObject]:
        folder = self._folder(self._known(mailbox), call.query.get("folder"))
        given = call.json()
        bodies = given if isinstance(given, list) else [given]
        made = [_contact_facts(c) for c in self._store.contacts.create_many(folder, bodies)]
        return made if isinstance(given, list) else made[0]

    def _update_contact(self, call: Call, mailbox: str, contact: str) -> JsonObject:
        found = self._store.contacts.get(self._known(mailbox), contact)
        return _contact_facts(self._store.contacts.update(found, call.json()))

    def _delete_contact(self, call: Call, mailbox: str, contact: str) -> None:
        self._store.contacts.delete(self._store.contacts.get(self._known(mailbox), contact))

    def _move_contact(self, call: Call, mailbox: str, contact: str) -> JsonObject:
        box = self._known(mailbox)
        folder = self._folder(box, call.json().get("folder"))
        return _contact_facts(
            self._store.contacts.move(self._store.contacts.get(box, contact), folder)
        )

    # ---- tokens and apps ----------------------------------------------------------------------

    def _issue_token(self, call: Call) -> JsonObject:
        wish = call.json()
        app = self._apps.find(wish.get("client_id", apps.CLIENT_ID))
        if app is None:
            raise ValueError("no such app")
        user = self._known(wish["mailbox"]).id if wish.get("mailbox") else None
        roles = wish.get("roles") or list(apps.SCOPES if user else app.roles)
        lifetime = int(wish.get("lifetime") or LIFETIME)
        return {"token": self._store.tokens.issue(app.client_id, roles, user, lifetime)}

    def _revoke_tokens(self, call: Call) -> None:
        self._store.tokens.revoke_all()

    def _change_app(self, call: Call, client_id: str) -> JsonObject:
        app = self._apps.change(client_id, call.json())
        return {"client_id": app.client_id, "roles": list(app.roles)}

    def _decide_device(self, call: Call, user_code: str) -> None:
        address = call.json().get("mailbox")
        self._sign_in.decide_device(user_code, self._known(address).id if address else None)

    # ---- all at once --------------------------------------------------------------------------

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Stores rows; returns how many. Raises `ValueError` naming what was refused."""
        count = 0
        for (address, path), group in groupby(rows, lambda r: (r["mailbox"], r.get("folder"))):
            found = list(group)
            names = (row["displayName"] for row in found if row.get("displayName"))
            box = self.mailbox(address, next(names, None))
            folder = self._folder(box, path, create=True)
            bodies = [row["contact"] for row in found if row.get("contact") is not None]
            try:
                self._store.contacts.create_many(folder, bodies)
            except Failure as failure:
                raise ValueError(f"rows of {address}: {failure}") from failure
            count += len(found)
        return count

    def dump(self) -> JsonObject:
        """Everything that is stored."""
        return {
            "mailboxes": [
                {
                    **_mailbox_facts(box),
                    "folders": [folder.rendered() for folder in self._store.folders.all(box)],
                    "contacts": [_contact_facts(c) for c in self._store.contacts.all(box)],
                }
                for box in self._store.mailboxes.all()
            ]
        }


def _mailbox_facts(mailbox: Mailbox) -> JsonObject:
    return {
        "id": mailbox.id,
        "address": mailbox.address,
        "displayName": mailbox.display_name,
        "access": mailbox.access,
        "defaultFolderId": mailbox.default_folder,
    }


def _contact_facts(contact: Contact) -> JsonObject:
    return {
        **contact.rendered(immutable=True),
        "defaultId": contact.default_id,
        EXTENDED: contact.extended_properties(),
    }


def _refusing(handler: Handler) -> Handler:
    def answer(call: Call, **parameters: str) -> Any:
        try:
            return handler(call, **parameters)
        except Failure as failure:
            content = {"error": {"code": failure.code, "message": str(failure)}}
            raise Refused(Answer(failure.status, content)) from failure

    return answer
