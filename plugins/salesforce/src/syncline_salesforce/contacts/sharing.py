"""Whether the integration user sees every contact, or what sharing shows it.

What sharing hides counts as unreadable, and what it shows again may be older than the last read:
sharing moves no stamp. So an integration user is best given View All.
"""

from __future__ import annotations

from typing import Final

from syncline.errors import Stop
from syncline.plugin.requests import CheckResult
from syncline_salesforce.contacts.mapping import OBJECT
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.service import SalesforceService

_ID: Final = "contact.sharing"
_LICENCE: Final = (
    "A user with the licence Salesforce Integration needs the permission set licence Salesforce "
    "API Integration before a permission set can give it rights on Contact."
)


def sharing(service: SalesforceService) -> CheckResult | None:
    """What `check` says of it; None where the organisation does not tell us."""
    user = service.user
    if user is None:
        return None
    try:
        everything = _has_view_all_data(service, user) or _has_view_all(service, user)
    except Stop:  # permission sets may be kept from whoever may not see the setup
        return None
    if everything:
        return CheckResult(
            id=_ID, level="ok", message="the integration user sees every contact, whoever owns it"
        )
    return CheckResult(
        id=_ID,
        level="warning",
        message="the integration user sees only the contacts that sharing shows it; of others, "
        "nothing is synced",
        hint=f"Give its permission set View All on Contact (or View All Data). {_LICENCE}",
    )


def _has_view_all_data(service: SalesforceService, user: str) -> bool:
    """Object Reference, "PermissionSetAssignment": profiles count, as the sets they own."""
    mine = [f"AssigneeId = {soql.text(user)}", "PermissionSet.PermissionsViewAllData = true"]
    return _any(service, "PermissionSetAssignment", mine)


def _has_view_all(service: SalesforceService, user: str) -> bool:
    sets = soql.select(
        "PermissionSetId", "PermissionSetAssignment", [f"AssigneeId = {soql.text(user)}"]
    )
    on_contact = [
        f"SobjectType = {soql.text(OBJECT)}",
        "PermissionsViewAllRecords = true",
        f"ParentId IN ({sets})",
    ]
    return _any(service, "ObjectPermissions", on_contact)


def _any(service: SalesforceService, name: str, conditions: list[str]) -> bool:
    answer = service.query(soql.select("Id", name, conditions, limit=1), kind="check")
    return bool(answer.rows)
