"""The Graph stand-in from Python: start it, act as the person in Outlook, look into the store."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote

from syncline_sandbox.messages import JsonObject
from syncline_sandbox.starting import StartableSandbox


class GraphSandbox(StartableSandbox):
    """A running stand-in for Graph.

    `url` is the root of both services; Graph itself is below `/v1.0`, the sign-in service below
    `/{tenant_id}`.
    """

    service: ClassVar[str] = "graph"

    @cached_property
    def _credentials(self) -> JsonObject:
        return self.credentials()

    def reset(self) -> None:
        """Empties the stand-in; `token` is a new one afterwards."""
        super().reset()
        self._forget_credentials()

    def _forget_credentials(self) -> None:
        self.__dict__.pop("_credentials", None)

    @property
    def graph_url(self) -> str:
        """Graph's base URL, version included."""
        return str(self._credentials["graph"])

    @property
    def tenant_id(self) -> str:
        """The only tenant there is."""
        return str(self._credentials["tenant_id"])

    @property
    def client_id(self) -> str:
        """The app that is registered from the start."""
        return str(self._credentials["client_id"])

    @property
    def client_secret(self) -> str:
        """That app's secret."""
        return str(self._credentials["client_secret"])

    @property
    def token(self) -> str:
        """An app's token that lives a day of the sandbox's clock."""
        return str(self._credentials["token"])

    def new_token(
        self,
        *,
        mailbox: str | None = None,
        roles: list[str] | None = None,
        lifetime: int | None = None,
    ) -> str:
        """A token with these permissions: an app's, or with `mailbox` that person's."""
        wish = {"mailbox": mailbox, "roles": roles, "lifetime": lifetime}
        return str(self.request("POST", "/tokens", wish)["token"])

    def revoke_tokens(self) -> None:
        """Makes every token issued so far worthless."""
        self.request("DELETE", "/tokens")
        self._forget_credentials()

    def change_app(self, client_id: str | None = None, **wish: Any) -> None:
        """Registers an app or changes its `secret`, `roles` or `certificate` (PEM)."""
        self.request("PUT", f"/apps/{quote(client_id or self.client_id, safe='')}", wish)
        self._forget_credentials()

    def approve_device(self, user_code: str, mailbox: str | None) -> None:
        """The person signs in with the code shown, or declines (`None`)."""
        self.request("POST", f"/devices/{user_code}", {"mailbox": mailbox})

    def add_mailbox(self, address: str, display_name: str | None = None) -> GraphMailbox:
        """A person with a mailbox; if the address is known, the one that is there."""
        facts = self.request(
            "POST", "/mailboxes", {"address": address, "displayName": display_name}
        )
        return self._mailbox(facts)

    def mailboxes(self) -> list[GraphMailbox]:
        """Everybody, by address."""
        return [self._mailbox(facts) for facts in self.request("GET", "/mailboxes")]

    def mailbox(self, address: str) -> GraphMailbox:
        """One that is there, by address or id; raises `LookupError`."""
        for box in self.mailboxes():
            if address in {box.id, box.address}:
                return box
        raise LookupError(f"no mailbox {address}")

    def _mailbox(self, facts: JsonObject) -> GraphMailbox:
        return GraphMailbox(
            self, facts["id"], facts["address"], facts["displayName"], facts["defaultFolderId"]
        )


@dataclass(frozen=True)
class GraphMailbox:
    """One person's mailbox, used as the person uses Outlook: no quirk and no call log sees it.

    A folder is given by its id or by its path below Contacts, as `CRM/Customers`. Contacts come
    back as stored, with `singleValueExtendedProperties`, the immutable id as `id` and the other one
    as `defaultId`; either id may be given.
    """

    sandbox: GraphSandbox
    id: str
    address: str
    display_name: str
    default_folder_id: str

    def contacts(self, folder: str | None = None) -> list[JsonObject]:
        """Everything stored, in one folder or in all; in order of creation."""
        query = f"?folder={quote(folder, safe='')}" if folder else ""
        found: list[JsonObject] = self._request("GET", f"/contacts{query}")
        return found

    def contact(self, identifier: str) -> JsonObject | None:
        """One contact by either id, `None` if there is none."""
        found = (c for c in self.contacts() if identifier in {c["id"], c["defaultId"]})
        return next(found, None)

    def create_contact(self, contact: JsonObject, folder: str | None = None) -> JsonObject:
        """Stores a contact; returns it as stored."""
        query = f"?folder={quote(folder, safe='')}" if folder else ""
        made: JsonObject = self._request("POST", f"/contacts{query}", contact)
        return made

    def create_contacts(
        self, contacts: list[JsonObject], folder: str | None = None
    ) -> list[JsonObject]:
        """Stores many contacts in one call."""
        query = f"?folder={quote(folder, safe='')}" if folder else ""
        made: list[JsonObject] = self._request("POST", f"/contacts{query}", contacts)
        return made

    def update_contact(self, identifier: str, changes: JsonObject) -> JsonObject:
        """Changes what is named; returns the contact as stored."""
        changed: JsonObject = self._request("PATCH", f"/contacts/{_quoted(identifier)}", changes)
        return changed

    def delete_contact(self, identifier: str) -> None:
        """Deletes a contact."""
        self._request("DELETE", f"/contacts/{_quoted(identifier)}")

    def move_contact(self, identifier: str, folder: str | None) -> JsonObject:
        """Puts a contact into another folder, `None`: the default one."""
        path = f"/contacts/{_quoted(identifier)}/move"
        moved: JsonObject = self._request("POST", path, {"folder": folder})
        return moved

    def folders(self) -> list[JsonObject]:
        """All contact folders, the default one first."""
        found: list[JsonObject] = self._request("GET", "/folders")
        return found

    def create_folder(self, name: str, parent: str | None = None) -> str:
        """Makes a folder below `parent` (the default folder if none); returns its id."""
        made = self._request("POST", "/folders", {"displayName": name, "parent": parent})
        return str(made["id"])

    def delete_folder(self, folder: str) -> None:
        """Deletes a folder with all that is in it."""
        self._request("DELETE", f"/folders/{_quoted(folder)}")

    def expire_delta_tokens(self) -> None:
        """Makes every delta link of this mailbox answer 410."""
        self._request("POST", "/expire-delta")

    def set_access(self, access: str) -> None:
        """`open`, `denied` (403 for apps) or `none` (the person has no mailbox, 404)."""
        self._request("PATCH", "", {"access": access})

    def _request(self, method: str, path: str, content: Any = None) -> Any:
        return self.sandbox.request(method, f"/mailboxes/{self.id}{path}", content)


def _quoted(identifier: str) -> str:
    return quote(identifier, safe="")
