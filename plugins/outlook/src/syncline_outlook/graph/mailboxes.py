"""From the addresses in the configuration to mailboxes, bound to the tenant's own ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline.model.records import AccountId
from syncline.plugin.http import Purpose, Reply, is_step
from syncline.plugin.requests import Account
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.messages import Inner, literal, mailbox, query

_PERSON = "id,displayName,userPrincipalName,mail"
_PURPOSE = Purpose(name="find mailboxes", kind="check")


def resolve(client: GraphClient, names: Sequence[str]) -> tuple[Account, ...]:
    """The accounts of these names, 20 a call; names nobody has are left out.

    A name is a sign-in name (userPrincipalName), an id, a mail address, or `me` for the person who
    signed in. Where the app may not read people, the address itself is the id, if a mailbox
    answers to it. A name that is a step in a path is nobody's.
    """
    asked = [name for name in names if not is_step(name)]
    replies = _read(client, [f"{mailbox(name)}{query(select=_PERSON)}" for name in asked])
    found: dict[str, Account] = {}
    for name, reply in zip(asked, replies, strict=True):
        if account := _account(name, reply.body if reply.ok else None):
            found[name] = account
    denied = [name for name, reply in zip(asked, replies, strict=True) if reply.status == 403]
    absent = [name for name in asked if name not in found and name not in denied and "@" in name]
    found.update(_by_mail(client, absent))
    found.update(_by_probe(client, denied))
    return tuple(found[name] for name in dict.fromkeys(names) if name in found)


def _by_mail(client: GraphClient, names: Sequence[str]) -> dict[str, Account]:
    """People whose mail address is not their sign-in name."""
    urls = [f"/users{query(filter=f'mail eq {literal(name)}', select=_PERSON)}" for name in names]
    found = {}
    for name, reply in zip(names, _read(client, urls), strict=True):
        rows = reply.body.get("value") if reply.ok and isinstance(reply.body, dict) else None
        if isinstance(rows, list) and len(rows) == 1 and (account := _account(name, rows[0])):
            found[name] = account
    return found


def _by_probe(client: GraphClient, names: Sequence[str]) -> dict[str, Account]:
    """Mailboxes that answer to an address. One that denies access exists as well: its own lane
    will say so, and nobody else's.
    """
    urls = [f"{mailbox(name)}/contactFolders{query(select='id', top=1)}" for name in names]
    replies = _read(client, urls)
    return {
        name: Account(id=AccountId(name), name=name)
        for name, reply in zip(names, replies, strict=True)
        if reply.ok or reply.status == 403
    }


def _read(client: GraphClient, urls: Sequence[str]) -> list[Reply]:
    requests = [Inner(method="GET", url=url) for url in urls]
    return batch.read(
        client, requests, _PURPOSE, accepts=lambda reply: reply.status in {400, 403, 404}
    )


def _account(name: str, person: Any) -> Account | None:
    if not isinstance(person, dict) or not isinstance(person.get("id"), str):
        return None
    shown = person.get("displayName")
    return Account(
        id=AccountId(person["id"]), name=name, display_name=shown if isinstance(shown, str) else ""
    )
