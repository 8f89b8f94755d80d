"""Everything the stand-in for Graph keeps, by subject."""

from __future__ import annotations

from dataclasses import dataclass

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.contacts.contact import CONTACTS
from syncline_sandbox.graph.contacts.folder import CONTACT_FOLDERS
from syncline_sandbox.graph.items.folders import Folders
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.sign_in.apps import Apps
from syncline_sandbox.graph.sign_in.tokens import Tokens
from syncline_sandbox.graph.tenant.mailboxes import Mailboxes


@dataclass(frozen=True)
class Stores:
    """One of each."""

    mailboxes: Mailboxes
    contact_folders: Folders
    contacts: Items
    tokens: Tokens
    apps: Apps

    @classmethod
    def of(cls, environment: Environment) -> Stores:
        """All of them over one storage; their tables are made if they are not there."""
        return cls(
            Mailboxes(environment),
            Folders(environment, CONTACT_FOLDERS),
            Items(environment, CONTACTS),
            Tokens(environment),
            Apps(environment),
        )
