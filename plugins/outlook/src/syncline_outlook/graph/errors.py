"""Graph's refusals as `syncline.errors`.

Codes are compared without case, since Graph's services spell them differently; the service's own
message is never passed on, because it may quote what a user entered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from syncline.errors import ConnectionFailure, Reconnect, Resync, Retry, Stop
from syncline_outlook.graph.messages import Purpose, Reply

ITEM_GONE = frozenset({"erroritemnotfound", "itemnotfound"})
QUOTA = frozenset({"quotalimitreached", "errorquotaexceeded", "errormailboxstorequotaexceeded"})
_DEAD_CURSOR = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
_NO_MAILBOX = frozenset(
    {
        "mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errorinvaliduser",
        "errornonexistentmailbox", "request_resourcenotfound", "resourcenotfound",
    }
)  # fmt: skip
_MAX_WAIT = 3600.0
_IDENTIFIER = re.compile(r"[A-Za-z0-9-]{1,64}")


def codes_of(body: Any) -> tuple[str, ...]:
    """The error's code and those of its inner errors, outermost first, in lower case."""
    error = body.get("error") if isinstance(body, Mapping) else None
    found = []
    while isinstance(error, Mapping):
        if isinstance(code := error.get("code"), str) and code:
            found.append(code.lower())
        error = error.get("innerError") or error.get("innererror")
    return tuple(found)


def code_of(body: Any) -> str:
    """The outermost code as the service spells it, for messages; "" without one."""
    error = body.get("error") if isinstance(body, Mapping) else None
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, str) and code.replace("_", "").isalnum() else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks to wait, 0 to 3600; None if it says nothing readable."""
    lower = {name.lower(): value for name, value in headers.items()}
    value = str(lower.get("retry-after", "")).strip()
    try:
        if value.replace(".", "", 1).isdigit():
            return min(float(value), _MAX_WAIT)
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(str(lower.get("date", "")))
    except (ValueError, TypeError):
        return None
    wait = (until.replace(tzinfo=UTC) - since.replace(tzinfo=UTC)).total_seconds()
    return min(max(wait, 0.0), _MAX_WAIT)


def is_item_gone(reply: Reply) -> bool:
    """Whether a 404 is about the item. A 404 about the mailbox looks alike but says otherwise,
    and must never lead to a deletion.
    """
    return reply.status == 404 and bool(ITEM_GONE & set(codes_of(reply.body)))


def failure(reply: Reply, purpose: Purpose, after: float | None = None) -> ConnectionFailure:
    """The error for a whole call that was answered with a refusal.

    `after`: seconds to wait at least, where more than this one answer is known.
    """
    codes, context = set(codes_of(reply.body)), _context(reply, purpose)
    if reply.status == 410 or codes & _DEAD_CURSOR or (purpose.resumes and reply.status == 400):
        return Resync(
            f"Outlook no longer knows the cursor ({purpose.name})",
            hint="The folder is read from the beginning; nothing is deleted because of it.",
            **context,
        )
    if reply.status == 401:
        return Reconnect(
            f"Microsoft Graph refuses the access token ({purpose.name})",
            hint="Check the app registration and its permissions, then run `syncline check`.",
            **context,
        )
    if reply.status in {408, 412, 429} or reply.status >= 500:
        throttled = reply.status == 429
        return Retry(
            f"Microsoft Graph is {'throttling us' if throttled else 'failing'} ({purpose.name})",
            after=after if after is not None else retry_after(reply.headers),
            reached=not throttled,
            **context,
        )
    return _stop(reply, purpose, codes, context)


def malformed(purpose: Purpose, why: str, reply: Reply | None = None) -> Stop:
    """An answer that cannot be understood; names the call, never shows the body."""
    return Stop(
        f"Microsoft Graph's answer cannot be read: {why} ({purpose.name})",
        hint="A proxy on the way may have altered it; try again, then look there.",
        **_context(reply or Reply(200), purpose),
    )


def _stop(reply: Reply, purpose: Purpose, codes: set[str], context: Mapping[str, Any]) -> Stop:
    if 300 <= reply.status < 400:
        return Stop(
            f"Microsoft Graph redirects elsewhere, which is not followed ({purpose.name})",
            hint="Check `cloud` and `graph_url`.",
            **context,
        )
    if reply.status == 403:
        return Stop(
            f"Outlook denies access ({purpose.name})",
            hint="Grant the app Contacts.ReadWrite and let its scope include this mailbox.",
            **context,
        )
    if reply.status == 404 and codes & _NO_MAILBOX:
        return Stop(
            f"there is no such mailbox, or it is not in Exchange Online ({purpose.name})",
            hint="Check the member list; an on-premises or unlicensed mailbox cannot be synced.",
            **context,
        )
    if reply.status == 404:
        return Stop(
            f"the folder is not there any more ({purpose.name})",
            hint="Check `container`; nothing is deleted because of it.",
            **context,
        )
    return Stop(
        f"Microsoft Graph refused the call with status {reply.status} ({purpose.name})",
        hint="The code in the context is Microsoft's own; look it up in Graph's documentation.",
        **context,
    )


def _context(reply: Reply, purpose: Purpose) -> dict[str, Any]:
    return {
        "call": purpose.name,
        "status": reply.status,
        "code": code_of(reply.body) or None,
        "account": purpose.account,
        "request_id": _shown(reply.headers.get("request-id")),
        "client_request_id": _shown(reply.headers.get("client-request-id")),
    }


def _shown(identifier: str | None) -> str | None:
    """An id of the service, if it looks like one: it ends up on somebody's terminal."""
    return identifier if identifier and _IDENTIFIER.fullmatch(identifier) else None
