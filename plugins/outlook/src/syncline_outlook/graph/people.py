"""Who is in the tenant: people with a mailbox of it, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from syncline.errors import Stop
from syncline.model.records import AccountId, Json
from syncline.plugin.http import Purpose, Trail
from syncline.plugin.requests import Account, AccountListRequest, AccountPage
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import failure, malformed
from syncline_outlook.graph.messages import query

PAGE: Final = 100
AT_MOST: Final = 999
"""Of a page (learn.microsoft.com/graph/api/user-list: 100 by default, 999 at most)."""
_PERSON: Final = "id,userPrincipalName,mail,displayName"
_PURPOSE: Final = Purpose(name="list people", kind="check")
_ELSEWHERE: Final = "#EXT#"
"""In the sign-in name of whoever has account and mailbox in another tenant
(learn.microsoft.com/entra/external-id/user-properties)."""


def page(client: GraphClient, request: AccountListRequest) -> AccountPage:
    """A page of the people with a mail address, without guests. A sign-in name is the account's
    name, since it is one person's for certain; the mail address is another one.

    What is asked for is in everybody's basic profile, so that User.ReadBasic.All is enough; that is
    also why nothing is filtered there (what a permission hides, no filter finds:
    learn.microsoft.com/graph/filter-query-parameter), and why somebody whose account is switched
    off is listed like all others.

    Raises:
        Retry, Reconnect, Stop: as `GraphClient.get`; or the pages lead in circles.

    """
    link, trail = _place(request)
    body = _read(client, link)
    rows = body.get("value")
    if not isinstance(rows, list):
        raise malformed(_PURPOSE, "a list without values")
    accounts = tuple(account for row in rows if (account := _account(row)))
    following = body.get("@odata.nextLink")
    if not isinstance(following, str):
        return AccountPage(accounts=accounts)
    longer = trail.after(link, client.require_own(following, _PURPOSE))
    if longer is None:
        raise malformed(_PURPOSE, "its pages lead in circles")
    return AccountPage(accounts=accounts, next={"link": following, "seen": list(longer.seen)})


def _place(request: AccountListRequest) -> tuple[str, Trail]:
    """Where to read on, and the way there."""
    kept: Json = request.next
    if kept is not None:
        return str(kept["link"]), Trail(tuple(map(str, kept["seen"])))
    size = min(request.page_size or PAGE, AT_MOST)
    return f"/users{query(select=_PERSON, top=size)}", Trail()


def _read(client: GraphClient, link: str) -> Mapping[str, Any]:
    reply = client.send("GET", link, _PURPOSE)
    if reply.status == 403:
        raise Stop(
            "Microsoft Graph does not let the app list people",
            hint="Consent to User.ReadBasic.All, or name the members in the configuration.",
        )
    if not reply.ok:
        raise failure(reply, _PURPOSE)
    if not isinstance(reply.body, Mapping):
        raise malformed(_PURPOSE, "an object was expected")
    return reply.body


def _account(row: Any) -> Account | None:
    if not isinstance(row, Mapping):
        return None
    id, name, mail, shown = (_text(row.get(each)) for each in _PERSON.split(","))
    if not id or not name or not mail or _ELSEWHERE in name:
        return None
    also = () if mail.casefold() == name.casefold() else (mail,)
    return Account(id=AccountId(id), name=name, display_name=shown, also=also)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
