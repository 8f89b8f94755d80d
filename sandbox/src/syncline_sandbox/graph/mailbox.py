"""One person's mailbox from Python, used as the person uses Outlook: no quirk and no call log sees
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from syncline_sandbox.client import BackDoor
from syncline_sandbox.messages import JsonObject


@dataclass(frozen=True)
class GraphItems:
    """The items of one type in a mailbox, with their folders; both are named as in Graph's paths.

    A folder is given by its id or by its path below the default one, as `CRM/Customers`. Items come
    back as stored, with extended properties and extensions, the immutable id as `id` and the other
    one as `defaultId`; either id may be given, also of what lies in Deleted Items.
    """

    door: BackDoor
    mailbox: str
    items: str
    folders: str

    def all(self, folder: str | None = None) -> list[JsonObject]:
        """Everything stored, in one folder or in all; in order of creation."""
        found: list[JsonObject] = self._request("GET", f"/{self.items}{_in(folder)}")
        return found

    def create(self, body: JsonObject, folder: str | None = None) -> JsonObject:
        """Stores an item; returns it as stored."""
        made: JsonObject = self._request("POST", f"/{self.items}{_in(folder)}", body)
        return made

    def create_many(self, bodies: list[JsonObject], folder: str | None = None) -> list[JsonObject]:
        """Stores many items in one call."""
        made: list[JsonObject] = self._request("POST", f"/{self.items}{_in(folder)}", bodies)
        return made

    def update(self, identifier: str, changes: JsonObject) -> JsonObject:
        """Changes what is named; returns the item as stored."""
        changed: JsonObject = self._request("PATCH", self._one(identifier), changes)
        return changed

    def delete(self, identifier: str) -> None:
        """Deletes an item; one in Deleted Items for good."""
        self._request("DELETE", self._one(identifier))

    def move(self, identifier: str, folder: str | None) -> JsonObject:
        """Puts an item into another folder, `None`: the default one."""
        moved: JsonObject = self._request(
            "POST", f"{self._one(identifier)}/move", {"folder": folder}
        )
        return moved

    def all_folders(self) -> list[JsonObject]:
        """All folders, the default one first."""
        found: list[JsonObject] = self._request("GET", f"/{self.folders}")
        return found

    def create_folder(self, body: JsonObject, parent: str | None = None) -> str:
        """Makes a folder below `parent` (the default folder if none); returns its id."""
        made = self._request("POST", f"/{self.folders}", {**body, "parent": parent})
        return str(made["id"])

    def move_folder(self, folder: str, parent: str | None) -> None:
        """Puts a folder below another one, `None`: the default one."""
        self._request("POST", f"/{self.folders}/{_quoted(folder)}/move", {"parent": parent})

    def delete_folder(self, folder: str) -> None:
        """Deletes a folder with all that is in it."""
        self._request("DELETE", f"/{self.folders}/{_quoted(folder)}")

    def _one(self, identifier: str) -> str:
        return f"/{self.items}/{_quoted(identifier)}"

    def _request(self, method: str, path: str, content: Any = None) -> Any:
        return self.door.request(method, f"/mailboxes/{self.mailbox}{path}", content)


@dataclass(frozen=True)
class GraphMailbox:
    """A mailbox; its contacts by names of their own, any type of item through `items`."""

    sandbox: BackDoor
    id: str
    address: str
    display_name: str
    default_folder_id: str

    def items(self, items: str, folders: str) -> GraphItems:
        """The items of a type: `items("contacts", "contactFolders")`."""
        return GraphItems(self.sandbox, self.id, items, folders)

    @cached_property
    def _contacts(self) -> GraphItems:
        return self.items("contacts", "contactFolders")

    def contacts(self, folder: str | None = None) -> list[JsonObject]:
        """Everything stored, in one folder or in all; in order of creation."""
        return self._contacts.all(folder)

    def contact(self, identifier: str) -> JsonObject | None:
        """One contact by either id, `None` if there is none."""
        found = (c for c in self.contacts() if identifier in {c["id"], c["defaultId"]})
        return next(found, None)

    def create_contact(self, contact: JsonObject, folder: str | None = None) -> JsonObject:
        """Stores a contact; returns it as stored."""
        return self._contacts.create(contact, folder)

    def create_contacts(
        self, contacts: list[JsonObject], folder: str | None = None
    ) -> list[JsonObject]:
        """Stores many contacts in one call."""
        return self._contacts.create_many(contacts, folder)

    def update_contact(self, identifier: str, changes: JsonObject) -> JsonObject:
        """Changes what is named; returns the contact as stored."""
        return self._contacts.update(identifier, changes)

    def delete_contact(self, identifier: str) -> None:
        """Deletes a contact; one in Deleted Items for good."""
        self._contacts.delete(identifier)

    def move_contact(self, identifier: str, folder: str | None) -> JsonObject:
        """Puts a contact into another folder, `None`: the default one."""
        return self._contacts.move(identifier, folder)

    def folders(self) -> list[JsonObject]:
        """All contact folders, the default one first."""
        return self._contacts.all_folders()

    def create_folder(self, name: str, parent: str | None = None) -> str:
        """Makes a folder below `parent` (the default folder if none); returns its id."""
        return self._contacts.create_folder({"displayName": name}, parent)

    def move_folder(self, folder: str, parent: str | None) -> None:
        """Puts a folder below another one, `None`: the default one."""
        self._contacts.move_folder(folder, parent)

    def delete_folder(self, folder: str) -> None:
        """Deletes a folder with all that is in it."""
        self._contacts.delete_folder(folder)

    def expire_delta_tokens(self) -> None:
        """Makes every delta link of this mailbox answer 410."""
        self._request("POST", "/expire-delta")

    def set_access(self, access: str) -> None:
        """`open`, `denied` (403 for apps) or `none` (the person has no mailbox, 404)."""
        self._request("PATCH", "", {"access": access})

    def _request(self, method: str, path: str, content: Any = None) -> Any:
        return self.sandbox.request(method, f"/mailboxes/{self.id}{path}", content)


def _in(folder: str | None) -> str:
    return f"?folder={_quoted(folder)}" if folder else ""


def _quoted(identifier: str) -> str:
    return quote(identifier, safe="")
