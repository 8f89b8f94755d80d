"""The world of the demo: both stand-ins with everybody's contacts in them, and what people do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncline_sandbox.demo.data import ACCOUNTS, TEAM, Card, Colleague
from syncline_sandbox.demo.native import for_graph, for_salesforce
from syncline_sandbox.graph.mailbox import GraphMailbox
from syncline_sandbox.graph.sandbox import GraphSandbox
from syncline_sandbox.salesforce.fixture import SalesforceSandbox, SandboxUser

_A_DAY = 86_400.0


@dataclass(frozen=True)
class Stage:
    """Two running stand-ins. Everything here goes through their back doors, as people would."""

    graph: GraphSandbox
    salesforce: SalesforceSandbox
    mailboxes: Mapping[str, GraphMailbox]
    users: Mapping[str, SandboxUser]
    accounts: Mapping[str, str]

    def add_to_outlook(self, colleague: Colleague, card: Card) -> None:
        """A colleague enters somebody new in Outlook."""
        self.mailboxes[colleague.address].create_contact(for_graph(card))

    def add_to_salesforce(self, colleague: Colleague, card: Card) -> None:
        """Somebody enters a contact in the CRM and gives it to a colleague."""
        owner = self.users[colleague.address]
        fields = for_salesforce(card, self.accounts.get(card.company), owner.id)
        self.salesforce.create("Contact", fields, as_user=owner)

    def edit_in_outlook(self, colleague: Colleague, card: Card, changes: dict[str, Any]) -> None:
        """A colleague edits a contact in Outlook."""
        contact = self.outlook_contact(colleague, card)
        self.mailboxes[colleague.address].update_contact(contact["id"], changes)

    def edit_in_salesforce(self, card: Card, changes: dict[str, Any]) -> None:
        """Somebody edits a contact in the CRM."""
        self.salesforce.update("Contact", self.salesforce_contact(card)["Id"], changes)

    def delete_in_outlook(self, colleague: Colleague, card: Card) -> None:
        """A colleague deletes a contact in Outlook."""
        contact = self.outlook_contact(colleague, card)
        self.mailboxes[colleague.address].delete_contact(contact["id"])

    def outlook_contact(self, colleague: Colleague, card: Card) -> dict[str, Any]:
        """What Outlook holds about somebody; empty if nothing."""
        found = (
            each
            for each in self.mailboxes[colleague.address].contacts()
            if (each.get("givenName"), each.get("surname")) == (card.given, card.family)
        )
        return next(found, {})

    def salesforce_contact(self, card: Card) -> dict[str, Any]:
        """What the CRM holds about somebody; empty if nothing."""
        found = (
            each
            for each in self.salesforce.rows("Contact")
            if (each.get("FirstName"), each.get("LastName")) == (card.given, card.family)
        )
        return next(found, {})

    def counts(self, colleague: Colleague) -> tuple[int, int]:
        """How many contacts a colleague has: in Outlook, in the CRM."""
        owner = self.users[colleague.address].id
        owned = [each for each in self.salesforce.rows("Contact") if each["OwnerId"] == owner]
        return len(self.mailboxes[colleague.address].contacts()), len(owned)

    def later(self, seconds: float) -> None:
        """Time passes at both services."""
        self.graph.advance(seconds)
        self.salesforce.advance(seconds)


@contextmanager
def raised(folder: Path) -> Iterator[Stage]:
    """Both stand-ins while the block runs, filled; what they store is kept in `folder`."""
    with (
        GraphSandbox.start(data=folder / "outlook.sqlite") as graph,
        SalesforceSandbox.start(data=folder / "salesforce.sqlite") as salesforce,
    ):
        # Everything was entered yesterday: what is a few seconds old is not yet certain to a sync.
        for sandbox in (graph, salesforce):
            sandbox.advance(-_A_DAY)
        stage = Stage(
            graph,
            salesforce,
            {each.address: graph.add_mailbox(each.address, each.name) for each in TEAM},
            {each.address: salesforce.add_user(each.address, name=each.name) for each in TEAM},
            dict(zip(ACCOUNTS, _accounts(salesforce), strict=True)),
        )
        for colleague in TEAM:
            for card in colleague.outlook:
                stage.add_to_outlook(colleague, card)
            for card in colleague.salesforce:
                stage.add_to_salesforce(colleague, card)
        stage.later(_A_DAY)
        yield stage


def _accounts(salesforce: SalesforceSandbox) -> list[str]:
    return salesforce.create_many("Account", [{"Name": name} for name in ACCOUNTS])
