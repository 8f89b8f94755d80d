"""What tests need: start a stand-in on a free port, act as its user, look inside.

with GraphSandbox.start() as graph:
    box = graph.add_mailbox("ada@example.test", display_name="Ada")
    box.create_contact({"givenName": "Grace", "surname": "Hopper"})
"""

from __future__ import annotations

from syncline_sandbox.client import BackDoor, BackDoorError
from syncline_sandbox.graph.mailbox import GraphItems, GraphMailbox
from syncline_sandbox.graph.sandbox import GraphSandbox
from syncline_sandbox.salesforce.fixture import SalesforceSandbox, SandboxUser

__all__ = [
    "BackDoor",
    "BackDoorError",
    "GraphItems",
    "GraphMailbox",
    "GraphSandbox",
    "SalesforceSandbox",
    "SandboxUser",
]
