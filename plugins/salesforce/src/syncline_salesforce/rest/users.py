"""Members by name: user names, e-mail addresses or ids → active users."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncline.model.records import AccountId
from syncline.plugin.requests import Account
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.rows import row_id
from syncline_salesforce.rest.service import SalesforceService

_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")


def find_users(service: SalesforceService, names: Sequence[str]) -> tuple[Account, ...]:
    """The accounts of these names, in their order; unknown ones are left out.

    A user name names one user in the world. An e-mail address counts only if exactly one active
    user has it.
    """
    rows: list[Mapping[str, Any]] = []
    for condition in _conditions(names):
        conditions = ["IsActive = true", condition]
        found = service.rows("Id, Username, Email, Name", "User", conditions, kind="check")
        rows += [row for row, _ in found]
    accounts = (_account(name, rows) for name in names)
    return tuple(account for account in accounts if account is not None)


def _conditions(names: Sequence[str]) -> Iterable[str]:
    ids = [name for name in names if _ID.fullmatch(name)]
    yield from (f"Id IN {group}" for group in soql.lists(ids, soql.URI_BUDGET - 500))
    others = [name for name in names if not _ID.fullmatch(name)]
    for group in soql.lists(others, (soql.URI_BUDGET - 500) // 2):
        yield f"Username IN {group} OR Email IN {group}"


def _account(name: str, rows: Iterable[Mapping[str, Any]]) -> Account | None:
    folded = name.strip().casefold()
    by_id = {row_id(row): row for row in rows}
    exact = [r for r in by_id.values() if str(r.get("Username") or "").casefold() == folded]
    if _ID.fullmatch(name):
        exact = [row for id, row in by_id.items() if id[:15] == name[:15]]
    mail = [r for r in by_id.values() if str(r.get("Email") or "").casefold() == folded]
    found = exact or (mail if len(mail) == 1 else [])
    if not found:
        return None
    row = found[0]
    display = str(row.get("Name") or "")
    return Account(id=AccountId(row_id(row)), name=name, display_name=display)
