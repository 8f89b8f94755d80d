"""What a query is put to: the schema, where an object's rows are, who asks, and what day it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.schema.org import OrgSchema
from syncline_sandbox.salesforce.soql.dates import Calendar
from syncline_sandbox.salesforce.store.tables import table
from syncline_sandbox.salesforce.store.visibility import source

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Viewer:
    """The user who asks. Day borders, `convertTimezone` and `FORMAT` go by what is set there."""

    user_id: str
    zone: str = "UTC"
    locale: str = "en_US"


@dataclass(frozen=True)
class Catalogue:
    """What a compiler needs to know."""

    schema: OrgSchema
    source: Callable[[ObjectType], str]
    viewer: Viewer
    calendar: Calendar


def catalogue(org: Org, user_id: str) -> Catalogue:
    """What holds for a query of this user now."""
    viewer = _viewer(org, user_id)
    return Catalogue(org.visible, lambda kind: source(org, kind), viewer, _calendar(org, viewer))


def _viewer(org: Org, user_id: str) -> Viewer:
    row = org.storage.row(
        f"SELECT * FROM {table('User')} WHERE Id = ?",  # noqa: S608 - constant
        user_id,
    )
    if row is None:
        return Viewer(user_id)
    zone, locale = str(row["TimeZoneSidKey"] or ""), str(row["LocaleSidKey"] or "")
    return Viewer(user_id, zone if _known(zone) else "UTC", locale or "en_US")


def _known(zone: str) -> bool:
    """Whether this machine knows a zone; what it does not know counts as UTC."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _calendar(org: Org, viewer: Viewer) -> Calendar:
    row = org.storage.row(f"SELECT * FROM {table('Organization')}")  # noqa: S608 - constant
    start = int(row["FiscalYearStartMonth"] or 1) if row else 1
    return Calendar(
        org.now().astimezone(ZoneInfo(viewer.zone)).date(),
        WEEKDAYS.index(org.setting("first_day_of_week")),
        start,
        bool(row and row["UsesStartDateAsFiscalYearName"]),
    )
