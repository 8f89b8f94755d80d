"""What the app is granted in Graph for each object type, and where it shows in a mailbox.

Permissions: learn.microsoft.com/graph/permissions-reference; roles of RBAC for Applications:
learn.microsoft.com/exchange/permissions-exo/application-rbac.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CONTACT: Final = "contact"
"""The object type."""


@dataclass(frozen=True, slots=True)
class Area:
    """What an object type needs: `permission` to read and write it, `reading` to read it only, and
    `probe`, the part of a mailbox that answers where it may be read.
    """

    permission: str
    reading: str
    probe: str

    def sufficient(self, *, writing: bool) -> tuple[str, ...]:
        """The permissions of which one is needed, the least first."""
        return (self.permission,) if writing else (self.reading, self.permission)


AREAS: Final[Mapping[str, Area]] = {
    CONTACT: Area("Contacts.ReadWrite", "Contacts.Read", "contactFolders")
}
"""By object type."""


def grant(types: tuple[str, ...], *, writing: bool = True) -> str:
    """How to give the app what these object types need. Roles over some mailboxes are named after
    the permissions that give the same over all.
    """
    needed = [AREAS[each].sufficient(writing=writing)[0] for each in types if each in AREAS]
    if not needed:
        return "Grant the app what the object types need that are synced."
    permissions = " and ".join(needed)
    roles = " and ".join(f"Application {each}" for each in needed)
    return (
        f"Grant the app {permissions} with an administrator's consent, or give it the role "
        f"{roles} over these mailboxes (RBAC for Applications)."
    )
