"""The resource `recent`: what the caller viewed or referenced last, whatever object it is of."""

from __future__ import annotations

from typing import Any

from syncline_sandbox.messages import Answer
from syncline_sandbox.salesforce.errors import refuse
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.service.requests import Context, answer
from syncline_sandbox.salesforce.soql.records import attributes
from syncline_sandbox.salesforce.store import recent as store


def recently_viewed(context: Context) -> Answer:
    """GET, at most `limit` of them."""
    text = context.call.query.get("limit", str(store.MOST))
    if not text.isdecimal() or len(text) > 9:
        raise refuse("INVALID_QUERY_LIMIT", f"invalid limit: {text}")
    return answer(items(context, None, min(int(text), store.MOST)))


def items(context: Context, kind: ObjectType | None, most: int) -> list[dict[str, Any]]:
    """Id and name of each, as the list of one object has them too."""
    found = store.recent(context.org, context.actor.user_id, kind, most)
    return [
        {"attributes": attributes(context.base, each, row["Id"]), "Id": row["Id"]}
        | ({"Name": row["Name"]} if each.field("Name") else {})
        for each, row in found
    ]
