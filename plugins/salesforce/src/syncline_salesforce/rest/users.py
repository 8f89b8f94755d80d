"""Active users: by user name, e-mail address or id, or all of them, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncline.model.records import AccountId
from syncline.plugin.requests import Account, AccountListRequest, AccountPage
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.paging import next_place, way_of
from syncline_salesforce.rest.rows import named
from syncline_salesforce.rest.service import SalesforceService

PAGE = 2_000
_COLUMNS = "Id, Username, Email, Name"
_ACTIVE = "IsActive = true"
_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")


def find_users(service: SalesforceService, names: Sequence[str]) -> tuple[Account, ...]:
    """The accounts of these names, in their order; unknown ones are left out.

    A user name names one user in the world. An e-mail address counts only if exactly one active
    user has it.
    """
    rows: list[Mapping[str, Any]] = []
    for condition in _conditions(names):
        conditions = [_ACTIVE, condition]
        found = service.rows(_COLUMNS, "User", conditions, kind="check")
        rows += [row for row, _ in found]
    accounts = (_account(name, rows) for name in names)
    return tuple(account for account in accounts if account is not None)


def list_users(service: SalesforceService, request: AccountListRequest) -> AccountPage:
    """A page of all active users in the order of ids, each by its user name, which names one user
    in the world; the e-mail address is another name of theirs.
    """
    after, way = way_of(request.next)
    conditions = [_ACTIVE, f"Id > {soql.text(after)}" if after else ""]
    size = min(request.page_size or PAGE, PAGE)
    answer = service.query(
        soql.select(_COLUMNS, "User", conditions, order="Id", limit=size), kind="check"
    )
    accounts = tuple(account for row in answer.rows if (account := _listed(row)))
    if answer.done and len(answer.rows) < size:
        return AccountPage(accounts=accounts)
    following = next_place(way, after, answer.last_id)
    return AccountPage(accounts=accounts, next=following)


def _listed(row: Mapping[str, Any]) -> Account | None:
    """The user of a row; None for one without id or user name, who can be no member."""
    id = named(row)
    if id is None:
        return None
    name, email, shown = (row.get(column) for column in ("Username", "Email", "Name"))
    if not isinstance(name, str) or not name:
        return None
    return Account(
        id=AccountId(id),
        name=name,
        display_name=shown if isinstance(shown, str) else "",
        also=(email,) if isinstance(email, str) and email.casefold() != name.casefold() else (),
    )


def _conditions(names: Sequence[str]) -> Iterable[str]:
    ids = [name for name in names if _ID.fullmatch(name)]
    yield from (f"Id IN {group}" for group in soql.lists(ids, soql.URI_BUDGET - 500))
    others = [name for name in names if not _ID.fullmatch(name)]
    for group in soql.lists(others, (soql.URI_BUDGET - 500) // 2):
        yield f"Username IN {group} OR Email IN {group}"


def _account(name: str, rows: Iterable[Mapping[str, Any]]) -> Account | None:
    folded = name.strip().casefold()
    by_id = {id: row for row in rows if (id := named(row)) is not None}
    exact = [r for r in by_id.values() if str(r.get("Username") or "").casefold() == folded]
    if _ID.fullmatch(name):
        exact = [row for id, row in by_id.items() if id[:15] == name[:15]]
    mail = [r for r in by_id.values() if str(r.get("Email") or "").casefold() == folded]
    found = exact or (mail if len(mail) == 1 else [])
    if not found:
        return None
    row = found[0]
    return Account(id=AccountId(row["Id"]), name=name, display_name=str(row.get("Name") or ""))
