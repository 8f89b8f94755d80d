"""Contacts and their folders at the back door: what the person in Outlook does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from syncline_sandbox.graph.contacts.folders import Folder, Folders
from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.extended import EXTENDED
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Call, JsonObject
from syncline_sandbox.routing import Handler

Known = Callable[[str], Mailbox]
"""The mailbox of an address or id; raises `ValueError`."""


class ContactsBackDoor:
    """Folders by their ids or paths of names below Contacts (`CRM/Customers`), contacts by ids."""

    def __init__(self, folders: Folders, contacts: Items, known: Known) -> None:
        self._folders, self._contacts, self._known = folders, contacts, known

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Method, path below a mailbox, handler."""
        return (
            ("GET", "/folders", self._list_folders),
            ("POST", "/folders", self._create_folder),
            ("DELETE", "/folders/{folder}", self._delete_folder),
            ("GET", "/contacts", self._list_contacts),
            ("POST", "/contacts", self._create_contacts),
            ("PATCH", "/contacts/{contact}", self._update_contact),
            ("DELETE", "/contacts/{contact}", self._delete_contact),
            ("POST", "/contacts/{contact}/move", self._move_contact),
        )

    def load(self, mailbox: Mailbox, path: str | None, bodies: Sequence[Any]) -> None:
        """Stores contacts in a folder, made if it is not there; raises `Failure`."""
        folder = self._folder(mailbox, path, create=True)
        self._contacts.create_many(mailbox.id, folder.id, bodies)

    def dump(self, mailbox: Mailbox) -> JsonObject:
        """All folders and contacts of a mailbox."""
        return {
            "folders": [folder.rendered() for folder in self._folders.all(mailbox)],
            "contacts": [_contact_facts(c) for c in self._contacts.all(mailbox)],
        }

    def expire_tokens(self, mailbox: Mailbox) -> None:
        """Makes all delta tokens over the contacts of a mailbox unknown."""
        for folder in self._folders.all(mailbox):
            self._folders.expire_tokens(folder)

    # ---- folders ------------------------------------------------------------------------------

    def _list_folders(self, call: Call, mailbox: str) -> list[JsonObject]:
        return [folder.rendered() for folder in self._folders.all(self._known(mailbox))]

    def _create_folder(self, call: Call, mailbox: str) -> JsonObject:
        box, wish = self._known(mailbox), call.json()
        parent = self._folder(box, wish.get("parent"))
        return self._folders.create(box, parent, wish["displayName"]).rendered()

    def _delete_folder(self, call: Call, mailbox: str, folder: str) -> None:
        doomed = self._folder(self._known(mailbox), folder)
        self._contacts.delete_within(self._folders.delete(doomed))

    def _folder(self, mailbox: Mailbox, name: str | None, *, create: bool = False) -> Folder:
        if name and ids.is_well_formed(name):
            return self._folders.get(mailbox, name)
        return self._folders.by_path(mailbox, name or "", create=create)

    # ---- contacts -----------------------------------------------------------------------------

    def _list_contacts(self, call: Call, mailbox: str) -> list[JsonObject]:
        box, name = self._known(mailbox), call.query.get("folder")
        folder = self._folder(box, name).id if name else None
        return [_contact_facts(c) for c in self._contacts.all(box, folder)]

    def _create_contacts(self, call: Call, mailbox: str) -> JsonObject | list[JsonObject]:
        box = self._known(mailbox)
        folder = self._folder(box, call.query.get("folder"))
        given = call.json()
        bodies = given if isinstance(given, list) else [given]
        created = self._contacts.create_many(box.id, folder.id, bodies)
        made = [_contact_facts(contact) for contact in created]
        return made if isinstance(given, list) else made[0]

    def _update_contact(self, call: Call, mailbox: str, contact: str) -> JsonObject:
        current = self._contacts.get(self._known(mailbox), contact)
        return _contact_facts(self._contacts.update(current, call.json()))

    def _delete_contact(self, call: Call, mailbox: str, contact: str) -> None:
        self._contacts.delete(self._contacts.get(self._known(mailbox), contact))

    def _move_contact(self, call: Call, mailbox: str, contact: str) -> JsonObject:
        box = self._known(mailbox)
        folder = self._folder(box, call.json().get("folder"))
        return _contact_facts(self._contacts.move(self._contacts.get(box, contact), folder.id))


def _contact_facts(contact: Item) -> JsonObject:
    return {
        **contact.rendered(immutable=True),
        "defaultId": contact.default_id,
        EXTENDED: contact.extended_properties(),
    }
