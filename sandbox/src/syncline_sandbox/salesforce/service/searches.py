"""The resource `search`: a search in SOSL."""

from __future__ import annotations

from syncline_sandbox.messages import Answer
from syncline_sandbox.salesforce.service.requests import Context, answer
from syncline_sandbox.salesforce.soql.search import search

OBJECT_SINCE = 37
"""The version from which the records are a member of an object."""


def find(context: Context) -> Answer:
    """GET with the search in `q`."""
    text = context.call.query.get("q", "")
    records = search(context.org, text, context.actor.user_id, context.base)
    return answer({"searchRecords": records} if context.number >= OBJECT_SINCE else records)
