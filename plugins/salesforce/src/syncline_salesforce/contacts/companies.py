"""A company is a text elsewhere and a reference to an account here.

Accounts are never made. A name that fits exactly one account is that account; one that fits none
or several leaves the reference as it is, and the answer says what is there, so that nothing is
carried back and the company is erased on neither side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncline.errors import Retry
from syncline.model import text
from syncline.model.fields import Value
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.rows import named
from syncline_salesforce.rest.service import SalesforceService


@dataclass(frozen=True)
class Company:
    """What writing a company comes to: `body` is sent, `stored` will be there (None: as asked)."""

    body: Mapping[str, Value] = field(default_factory=dict)
    stored: Mapping[str, Value] | None = None


Accounts = Mapping[str, tuple[tuple[str, str], ...]]
"""Name without case → the accounts called that, each an id and its name as it is stored."""


def find_accounts(
    service: SalesforceService, names: Iterable[Value], no_persons: str = ""
) -> Accounts:
    """All accounts with one of these names, with one query for as many as fit a URI."""
    wanted = {text.short_text(name) for name in names if name} - {""}
    try:
        return _found(service, wanted, no_persons)
    except Retry as failed:
        # Only a question failed: what was to be written was certainly not sent.
        raise Retry(failed.message, after=failed.after, reached=False) from None


def _found(service: SalesforceService, wanted: set[str], no_persons: str) -> Accounts:
    found: dict[str, list[tuple[str, str]]] = {}
    for group in soql.lists(sorted(wanted), soql.URI_BUDGET - 200):
        conditions = [f"Name IN {group}", no_persons]
        for row, _ in service.rows("Id, Name", "Account", conditions):
            id = named(row)
            name = None if id is None else row.get("Name")
            if id is not None and isinstance(name, str):
                found.setdefault(text.name_key(name), []).append((id, name))
    return {name: tuple(each) for name, each in found.items()}


def written(company: Value, accounts: Accounts, current: Value) -> Company:
    """What to send for a company, given the accounts of that name and what is there now."""
    if not company or not text.short_text(company):
        return Company({"AccountId": None})
    candidates = accounts.get(text.name_key(company), ())
    if len(candidates) == 1:
        id, name = candidates[0]
        return Company({"AccountId": id}, None if name == company else {"company": name})
    return Company({}, {"company": current})
