"""What a new org holds: its Organization row, an integration user, a client with a key pair."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.administration import SYSTEM, add_user, known_object
from syncline_sandbox.salesforce.rows.writes import Actor, create
from syncline_sandbox.salesforce.service.sessions import ACCESS, expires_at, open_session
from syncline_sandbox.salesforce.stamps import stamp
from syncline_sandbox.salesforce.store.records import find_by

USERNAME = "integration@example.test"
CLIENT_ID = "sandbox-consumer-key"
CLIENT_SECRET = "sandbox-consumer-secret"  # noqa: S105 - of a stand-in, good for nothing else


def prepare(org: Org) -> None:
    """Writes into an empty storage what no org is without."""
    org.forget()
    with org.storage.transaction():
        if org.setting("schema_modified") is not None:
            return
        for moment in ("schema_modified", "window_start"):
            org.set(moment, stamp(org.now()))
        user_id = add_user(org, {"username": USERNAME, "name": "Integration User"})
        _make(org, "Organization", {"Name": "Syncline Sandbox", "InstanceName": "SBX"})
        _let_see_all(org, user_id)
        org.storage.run(
            "INSERT OR REPLACE INTO client VALUES (?, ?, ?, '', '')",
            *(CLIENT_ID, CLIENT_SECRET, user_id),
        )


def _let_see_all(org: Org, user_id: str) -> None:
    """What an administrator grants an integration user: View All on what it is for."""
    granted = _make(org, "PermissionSet", {"Name": "Integration", "Label": "Integration"})
    _make(org, "PermissionSetAssignment", {"PermissionSetId": granted, "AssigneeId": user_id})
    rights = ("Create", "Read", "Edit", "Delete", "ViewAllRecords")
    for kind in ("Account", "Contact"):
        allowed = {f"Permissions{right}": True for right in rights}
        _make(org, "ObjectPermissions", {"ParentId": granted, "SobjectType": kind, **allowed})


def _make(org: Org, kind: str, fields: Mapping[str, Any]) -> str:
    return create(org, known_object(org, kind), fields, Actor(SYSTEM, through_api=False))


def integration_user(org: Org) -> str:
    """The id of the user that clients run as."""
    kind = org.everything.object("User")
    return find_by(org, kind, "Username", USERNAME)[0] if kind else ""


def working_token(org: Org) -> str:
    """An access token of the integration user that works now; the last one if it still does."""
    user = integration_user(org)
    row = org.storage.row(
        "SELECT * FROM session WHERE user = ? AND kind = ? AND revoked = 0 "
        "ORDER BY used_at DESC LIMIT 1",
        user,
        ACCESS,
    )
    if row is not None and expires_at(org, row) > org.now().timestamp():
        return str(row["token"])
    return open_session(org, ACCESS, user, CLIENT_ID)


def private_key(org: Org) -> str:
    """The client's private key as PEM, for JWT bearer assertions; made at the first question."""
    row = org.storage.row("SELECT private_key FROM client WHERE id = ?", CLIENT_ID)
    if row is not None and row["private_key"]:
        return str(row["private_key"])
    private, public = _key_pair()
    org.storage.run(
        "UPDATE client SET private_key = ?, public_key = ? WHERE id = ?", private, public, CLIENT_ID
    )
    return private


@lru_cache(maxsize=1)
def _key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
