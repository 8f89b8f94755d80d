"""Sessions: who a token stands for, and for how long. Lifetimes slide with every use."""

from __future__ import annotations

import secrets
from datetime import timedelta

from syncline_sandbox.messages import Call
from syncline_sandbox.salesforce.errors import session_invalid
from syncline_sandbox.salesforce.ids import ALPHABET
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.service.organization import organization_id
from syncline_sandbox.salesforce.stamps import from_stamp, stamp
from syncline_sandbox.storage import Row

ACCESS, REFRESH = "access", "refresh"
_LETTERS = f"{ALPHABET}._"


def token_of(call: Call) -> str:
    """The token in the call's Authorization header, or an empty text."""
    scheme, _, token = (call.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def open_session(org: Org, kind: str, user: str, client: str) -> str:
    """A new token of this kind for a user."""
    now = stamp(org.now())
    token = _new_token(org, kind)
    org.storage.run(
        "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, 0)", token, kind, user, client, now, now
    )
    return token


def _new_token(org: Org, kind: str) -> str:
    """In the form that clients know tokens by: an access token is the organization's id with 15
    characters, `!`, and letters, digits, points and underscores. The sf CLI takes nothing else for
    one (forcedotcom/sfdx-core, src/util/sfdc.ts).
    """
    secret = "".join(secrets.choice(_LETTERS) for _ in range(96))
    return f"{organization_id(org)[:15]}!{secret}" if kind == ACCESS else f"5Aep861{secret}"


def live_session(org: Org, token: str, kind: str = ACCESS) -> Row | None:
    """The session of a token unless it is unknown, revoked or unused for too long."""
    row = org.storage.row("SELECT * FROM session WHERE token = ? AND kind = ?", token, kind)
    if row is None or row["revoked"]:
        return None
    if kind == ACCESS and expires_at(org, row) <= org.now().timestamp():
        return None
    return row


def expires_at(org: Org, session: Row) -> int:
    """When an access token ends if it is not used again, as a POSIX time."""
    lifetime = timedelta(seconds=org.setting("session_seconds"))
    return int((from_stamp(session["used_at"]) + lifetime).timestamp())


def use_session(org: Org, call: Call) -> None:
    """Checks the call's token and prolongs its session; 401 otherwise."""
    token = token_of(call)
    if live_session(org, token) is None:
        raise session_invalid()
    org.storage.run("UPDATE session SET used_at = ? WHERE token = ?", stamp(org.now()), token)


def user_of(org: Org, call: Call) -> str:
    """The id of the user a call runs as."""
    session = live_session(org, token_of(call))
    if session is None:
        raise session_invalid()
    return str(session["user"])


def revoke(org: Org, token: str | None = None, *, kind: str | None = None) -> int:
    """Makes one token worthless, or all (of a kind); returns how many it was."""
    condition, values = "revoked = 0", list[str]()
    for column, value in (("token", token), ("kind", kind)):
        if value is not None:
            condition += f" AND {column} = ?"
            values.append(value)
    sql = f"UPDATE session SET revoked = 1 WHERE {condition}"  # noqa: S608 - two constants
    return org.storage.run(sql, *values)
