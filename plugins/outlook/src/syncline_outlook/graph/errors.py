"""Graph's refusals as `syncline.errors`.

Codes are compared without case, since Graph's services spell them differently; the service's own
message is never passed on, because it may quote what a user entered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from syncline.errors import ConnectionFailure, Reconnect, Resync, Stop
from syncline.plugin.http import Purpose, Refusals, Reply
from syncline_outlook.permissions import grant

ITEM_GONE = frozenset({"erroritemnotfound", "itemnotfound"})
QUOTA = frozenset({"quotalimitreached", "errorquotaexceeded", "errormailboxstorequotaexceeded"})
_DEAD_CURSOR = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
_NO_MAILBOX = frozenset(
    {
        "mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errorinvaliduser",
        "errornonexistentmailbox", "request_resourcenotfound", "resourcenotfound",
    }
)  # fmt: skip
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


def is_item_gone(reply: Reply) -> bool:
    """Whether a 404 is about the item. A 404 about the mailbox looks alike but says otherwise,
    and must never lead to a deletion.
    """
    return reply.status == 404 and bool(ITEM_GONE & set(codes_of(reply.body)))


class GraphRefusals(Refusals):
    """Graph's own codes first, then what the status says."""

    def failure(
        self, reply: Reply, purpose: Purpose, after: float | None = None
    ) -> ConnectionFailure:
        """The error for a whole call that was answered with a refusal; `after` as everywhere."""
        codes, context = set(codes_of(reply.body)), self.context(reply, purpose)
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
        return _missing(reply, purpose, codes, context) or super().failure(reply, purpose, after)

    def context(self, reply: Reply, purpose: Purpose) -> dict[str, Any]:
        """With Microsoft's code, and the ids its support asks for."""
        return {
            **super().context(reply, purpose),
            "code": code_of(reply.body) or None,
            "request_id": _shown(reply.headers.get("request-id")),
            "client_request_id": _shown(
                reply.headers.get("client-request-id") or reply.asked.get("client-request-id")
            ),
        }


def _missing(
    reply: Reply, purpose: Purpose, codes: set[str], context: Mapping[str, Any]
) -> Stop | None:
    """The error where a permission, the mailbox or the folder is missing."""
    if reply.status == 403:
        return Stop(
            f"Outlook denies access ({purpose.name})",
            hint=grant((purpose.type,)),
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
    return None


def _shown(identifier: str | None) -> str | None:
    """An id of the service, if it looks like one: it ends up on somebody's terminal."""
    return identifier if identifier and _IDENTIFIER.fullmatch(identifier) else None


REFUSALS: Final = GraphRefusals("Microsoft Graph")
failure, malformed = REFUSALS.failure, REFUSALS.malformed
