"""What happens to rows outside the REST API: merges, undeletes, automation, sharing, users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.salesforce.errors import RowError, RowRefused
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.checks import checked
from syncline_sandbox.salesforce.rows.writes import Actor, create, living, modified, to_bin
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.store.records import change, find
from syncline_sandbox.salesforce.store.tables import HIDDEN, table

MAX_LOSERS = 2


def add_user(org: Org, given: Mapping[str, Any]) -> str:
    """A new user. `username` is required; `name`, `email`, `active` and any field may be given."""
    facts = dict(given)
    username, name = facts.pop("username"), facts.pop("name", None)
    first, _, last = (name or username.partition("@")[0].title()).rpartition(" ")
    fields = {
        "Username": username,
        "Email": facts.pop("email", username),
        "FirstName": first or None,
        "LastName": last,
        "Alias": username[:8],
        "CommunityNickname": username[:40],
        "IsActive": facts.pop("active", True),
    }
    return create(org, known_object(org, "User"), fields | facts, Actor(SYSTEM, through_api=False))


SYSTEM = "0055b0000000000AAA"
"""The user that the service itself writes as; it has no row."""


def merge(
    org: Org,
    kind: ObjectType,
    winner: str,
    losers: list[str],
    fields: Mapping[str, Any],
    actor: Actor,
) -> None:
    """Merges up to two rows into one: they are deleted and name it as their master; what referred
    to them refers to it, without a stamp.
    """
    if len(losers) > MAX_LOSERS or winner in losers:
        raise RowRefused(RowError("INVALID_ARGUMENT", "a merge takes one or two other rows"))
    row = living(org, kind, winner, actor)
    values = checked(org, kind, fields, "update", row)
    for loser in losers:
        living(org, kind, loser, actor)
        _point_elsewhere(org, kind, loser, winner)
        to_bin(org, kind, loser, actor, into=winner)
    change(org, kind, winner, values | modified(org, actor))


def undelete(org: Org, kind: ObjectType, record_id: str, actor: Actor) -> None:
    """Takes a row out of the Recycle Bin, with the id it had."""
    row = find(org, kind, record_id, hidden=True)
    if row is None or not row.get("IsDeleted"):
        raise RowRefused(RowError("UNDELETE_FAILED", "entity is not in recycle bin"))
    marks = {"IsDeleted": 0, "_deleted_at": None, "MasterRecordId": None}
    change(org, kind, record_id, marks | modified(org, actor))
    org.storage.run("DELETE FROM deletion WHERE object = ? AND id = ?", kind.name, record_id)


def automate(org: Org, kind: ObjectType, record_id: str, fields: Mapping[str, Any]) -> None:
    """A change by automation: SystemModstamp moves, LastModifiedDate does not."""
    row = living(org, kind, record_id, Actor(SYSTEM, through_api=False))
    values = checked(org, kind, fields, "update", row)
    change(org, kind, record_id, values | {"SystemModstamp": org.stamp()})


def share(org: Org, kind: ObjectType, record_id: str, *, visible: bool) -> None:
    """Shows a row to the API user or keeps it away; no stamp moves."""
    org.storage.run(
        f"UPDATE {table(kind.name)} SET {HIDDEN} = ? WHERE Id = ?",  # noqa: S608 - from the schema
        int(not visible),
        record_id,
    )


def _point_elsewhere(org: Org, kind: ObjectType, loser: str, winner: str) -> None:
    for other in org.everything.objects.values():
        for field in other.fields:
            if kind.name in field.refers_to and field.name != "MasterRecordId":
                org.storage.run(
                    f'UPDATE {table(other.name)} SET "{field.name}" = ? '  # noqa: S608 - as above
                    f'WHERE "{field.name}" = ?',
                    winner,
                    loser,
                )


def known_object(org: Org, name: str) -> ObjectType:
    """A standard object, which every org has."""
    found = org.everything.object(name)
    if found is None:
        raise ValueError(f"no object {name}")
    return found
