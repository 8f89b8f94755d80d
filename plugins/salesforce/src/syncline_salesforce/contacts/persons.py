"""Person accounts: a person who is an account. Each has a row among the contacts that is edited
through the account and is not synced; but whoever is there already must not be made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from syncline.errors import Retry
from syncline.model import matching, text
from syncline.plugin.requests import Create, Rejected
from syncline_salesforce.contacts.mapping import OBJECT
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.service import Row, SalesforceService

IS_PERSON: Final = "IsPersonAccount"
NO_PERSONS: Final = f"{IS_PERSON} = false"
_ROOM: Final = soql.URI_BUDGET - 200

_THERE: Final = Rejected(
    kind="other",
    message="a person account has this e-mail address and may be the same person: person accounts "
    "are edited through their account and are not synced",
    code="PERSON_ACCOUNT",
    fields=("emails",),
)


def there_already(service: SalesforceService, creates: Sequence[Create]) -> dict[str, Rejected]:
    """By the key of the create, those that may be a person account; one query for as many
    addresses as fit a URI. An address of a role, or of somebody with another given name, is no
    sign.
    """
    wanted = {key: each for each in creates for key in matching.email(each.fields)}
    if not wanted:
        return {}
    try:
        persons = _found(service, sorted(wanted))
    except Retry as failed:
        # Only a question failed: what was to be written was certainly not sent.
        raise Retry(failed.message, after=failed.after, reached=False) from None
    return {
        each.key: _THERE
        for each in creates
        for key in matching.email(each.fields)
        if any(_may_be(each, person) for person in persons.get(key, ()))
    }


def _found(service: SalesforceService, addresses: Sequence[str]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for group in soql.lists(addresses, _ROOM):
        conditions = [f"{IS_PERSON} = true", f"Email IN {group}"]
        for row, _ in service.rows("Id, FirstName, Email", OBJECT, conditions):
            found.setdefault(text.email(str(row.get("Email") or "")), []).append(row)
    return found


def _may_be(create: Create, person: Row) -> bool:
    """Whether the given names agree: one may be missing, an initial or the beginning of the other.
    (The family name may have changed.)
    """
    ours, theirs = (
        text.name_key(str(each or "")).rstrip(".")
        for each in (create.fields.get("given_name"), person.get("FirstName"))
    )
    return ours.startswith(theirs) or theirs.startswith(ours)
