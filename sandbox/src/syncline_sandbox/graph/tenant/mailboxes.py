"""The tenant and its people: who has a mailbox, and whether an app may enter it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import Failure, access_denied
from syncline_sandbox.graph.tenant.guids import guid
from syncline_sandbox.storage import Row

TENANT_ID = guid("tenant")
TENANT_DOMAIN = "example.test"
ACCESS = ("open", "denied", "none")
"""May be entered; closed by a policy; the person has no mailbox."""

TABLES = """
CREATE TABLE IF NOT EXISTS mailbox (
    id TEXT PRIMARY KEY, address TEXT NOT NULL UNIQUE COLLATE NOCASE, display_name TEXT NOT NULL,
    access TEXT NOT NULL, folder_generation INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class Mailbox:
    """A person of the tenant and their mailbox."""

    id: str
    address: str
    display_name: str
    access: str
    folder_generation: int

    def user(self) -> dict[str, Any]:
        """As microsoft.graph.user."""
        given, _, surname = self.display_name.partition(" ")
        return {
            "businessPhones": [],
            "displayName": self.display_name,
            "givenName": given or None,
            "jobTitle": None,
            "mail": self.address,
            "mobilePhone": None,
            "officeLocation": None,
            "preferredLanguage": None,
            "surname": surname or None,
            "userPrincipalName": self.address,
            "id": self.id,
        }


class Mailboxes:
    """All mailboxes of the tenant."""

    def __init__(self, environment: Environment) -> None:
        self._storage = environment.storage
        self._storage.script(TABLES)

    def add(self, address: str, display_name: str) -> Mailbox:
        """A new person with an open mailbox."""
        self._storage.run(
            "INSERT INTO mailbox VALUES (?, ?, ?, 'open', 0)",
            guid(f"user {address.casefold()}"), address, display_name,
        )  # fmt: skip
        found = self.find(address)
        assert found is not None  # noqa: S101 - just stored
        return found

    def all(self) -> list[Mailbox]:
        """Everybody, by address."""
        return [
            _mailbox(row) for row in self._storage.rows("SELECT * FROM mailbox ORDER BY address")
        ]

    def find(self, name: str) -> Mailbox | None:
        """By id or address."""
        row = self._storage.row("SELECT * FROM mailbox WHERE id = ? OR address = ?", name, name)
        return None if row is None else _mailbox(row)

    def enter(self, name: str) -> Mailbox:
        """The mailbox by id or address; raises `Failure` when there is none or it is closed."""
        found = self.find(name)
        if found is None:
            raise Failure(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")
        if found.access == "none":
            raise Failure(
                404,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            )
        if found.access == "denied":
            raise access_denied()
        return found

    def set_access(self, mailbox: str, access: str) -> None:
        """Opens or closes a mailbox, or takes it away; raises `ValueError`."""
        if access not in ACCESS:
            raise ValueError(f"access must be one of {', '.join(ACCESS)}, not {access!r}")
        self._storage.run("UPDATE mailbox SET access = ? WHERE id = ?", access, mailbox)

    def expire_folder_tokens(self, mailbox: str) -> None:
        """Makes all delta tokens over the folders of a mailbox unknown."""
        self._storage.run(
            "UPDATE mailbox SET folder_generation = folder_generation + 1 WHERE id = ?", mailbox
        )


def _mailbox(row: Row) -> Mailbox:
    return Mailbox(**dict(row))
