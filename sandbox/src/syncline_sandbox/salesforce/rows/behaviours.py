"""The behaviour of each object's rows; an object type adds its own here."""

from __future__ import annotations

from collections.abc import Mapping

from syncline_sandbox.salesforce.rows.behaviour import Behaviour
from syncline_sandbox.salesforce.rows.contacts.behaviours import ACCOUNT, CONTACT, LEAD, USER

_BEHAVIOURS: Mapping[str, Behaviour] = {
    "Contact": CONTACT, "Account": ACCOUNT, "Lead": LEAD, "User": USER,
}  # fmt: skip


def behaviour_of(kind: str) -> Behaviour:
    """That of an object by name; one that is not listed does what its fields say."""
    return _BEHAVIOURS.get(kind, Behaviour())
