"""Versions, resources, describes and limits."""

from __future__ import annotations

from datetime import timedelta

from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.salesforce.errors import not_found
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.describe import (
    basic_information,
    describe_global,
    describe_object,
)
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.service import recent
from syncline_sandbox.salesforce.service.organization import identity_url
from syncline_sandbox.salesforce.service.preconditions import unchanged_since
from syncline_sandbox.salesforce.service.requests import (
    NEWEST,
    OLDEST,
    Context,
    answer,
)
from syncline_sandbox.salesforce.service.sessions import user_of
from syncline_sandbox.salesforce.service.usage import remaining
from syncline_sandbox.salesforce.stamps import from_stamp, http_date, stamp
from syncline_sandbox.salesforce.store.recent import MOST
from syncline_sandbox.salesforce.store.tables import table

_RESOURCES = ("composite", "limits", "query", "queryAll", "recent", "search", "sobjects")
RECORD_COUNT_SINCE = 40
_SEASONS = ("Winter", "Spring", "Summer")


def versions(call: Call) -> Answer:
    """GET of `/services/data`, without a token."""
    numbers = range(OLDEST, NEWEST + 1)
    return answer(
        [
            {"label": _label(n), "url": f"/services/data/v{n}.0", "version": f"{n}.0"}
            for n in numbers
        ]
    )


def resources(context: Context) -> Answer:
    """GET of a version: its resources, and the identity of the caller."""
    user = user_of(context.org, context.call)
    found = {name: f"{context.base}/{name}" for name in _RESOURCES}
    return answer(found | {"identity": identity_url(context.org, context.call.base_url, user)})


def all_objects(context: Context) -> Answer:
    """GET of `sobjects`."""
    unchanged = _unchanged(context)
    return unchanged or answer(
        describe_global(context.org.visible, context.base), headers=_modified(context.org)
    )


def one_object(context: Context, kind: str) -> Answer:
    """GET of an object."""
    found = context.kind(kind)
    items = recent.items(context, found, MOST)
    return answer(basic_information(found, context.base, items))


def describe(context: Context, kind: str) -> Answer:
    """GET of an object's describe."""
    found = context.kind(kind)
    unchanged = _unchanged(context)
    return unchanged or answer(
        describe_object(context.org.visible, found, context.base), headers=_modified(context.org)
    )


def limits(context: Context) -> Answer:
    """GET of `limits`."""
    if context.number < OLDEST:
        raise not_found()
    most = context.org.setting("daily_limit")
    daily = {"Max": most, "Remaining": remaining(context.org)}
    unused = {"Max": 15000, "Remaining": 15000}
    return answer({"DailyApiRequests": daily, "DailyBulkApiBatches": unused})


def record_counts(context: Context) -> Answer:
    """GET of `limits/recordCount`, for all objects or those in `sObjects`.

    A snapshot "updated automatically at variable time intervals" (REST guide, "Record Count"): the
    org says how old it is. Objects without rows are left out, as a client saw; a switch tells them.
    """
    if context.number < RECORD_COUNT_SINCE:
        raise not_found()
    wanted = context.call.query.get("sObjects", "").split(",")
    named = [context.org.visible.object(name.strip()) for name in wanted if name.strip()]
    everything = sorted(context.org.visible.objects.values(), key=lambda kind: kind.name)
    kinds = [kind for kind in named if kind] if named else everything
    counts = {kind.name: _count(context.org, kind) for kind in kinds}
    shown = {n: c for n, c in counts.items() if c or context.org.setting("record_count_of_empty")}
    return answer({"sObjects": [{"count": count, "name": name} for name, count in shown.items()]})


def _count(org: Org, kind: ObjectType) -> int:
    taken = stamp(org.now() - timedelta(seconds=org.setting("record_count_age")))
    alive = "AND IsDeleted = 0" if kind.undeletable else ""
    row = org.storage.row(
        f"SELECT count(*) AS found FROM {table(kind.name)} "  # noqa: S608 - from the schema
        f"WHERE CreatedDate <= ? {alive}",
        taken,
    )
    return int(row["found"]) if row else 0


def _unchanged(context: Context) -> Answer | None:
    moment = from_stamp(context.org.setting("schema_modified"))
    if unchanged_since(context.call, moment):
        return Answer(304, headers=_modified(context.org))
    return None


def _modified(org: Org) -> dict[str, str]:
    return {"Last-Modified": http_date(from_stamp(org.setting("schema_modified")))}


def _label(number: int) -> str:
    """Three releases a year: v67 is Summer '26, v68 Winter '27."""
    since = number - 32
    return f"{_SEASONS[since % 3]} '{15 + since // 3:02d}"
