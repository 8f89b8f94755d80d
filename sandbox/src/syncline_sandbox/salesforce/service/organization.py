"""The one organization of the stand-in, as tokens and identity addresses name it."""

from __future__ import annotations

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.store.tables import table


def organization_id(org: Org) -> str:
    """The id of the Organization row, with 18 characters."""
    row = org.storage.row(f"SELECT Id FROM {table('Organization')}")  # noqa: S608 - constant
    return str(row["Id"]) if row else ""


def identity_url(org: Org, base_url: str, user_id: str) -> str:
    """Where the identity of a user is to be had: `…/id/ORG/USER`."""
    return f"{base_url}/id/{organization_id(org)}/{user_id}"
