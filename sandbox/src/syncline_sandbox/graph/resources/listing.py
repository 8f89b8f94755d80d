"""A page of a list, and a bare count."""

from __future__ import annotations

from collections.abc import Sequence

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.protocol.odata import Options, link, preferences
from syncline_sandbox.graph.protocol.routes import context
from syncline_sandbox.messages import Answer, Call, JsonObject


def page_size(environment: Environment, wish: Options) -> int:
    """How many rows a page has."""
    small = environment.quirks.on("small-pages")
    return min(wish.page, small["size"]) if small else wish.page


def listing(
    call: Call, environment: Environment, what: str, rows: Sequence[JsonObject], wish: Options,
    total: int,
) -> Answer:  # fmt: skip
    """The answer with a page's rows; one row more than fits tells that there are more."""
    size = page_size(environment, wish)
    content: JsonObject = {"@odata.context": context(call, what)}
    if wish.count:
        content["@odata.count"] = total
    content["value"] = list(rows[:size])
    if len(rows) > size:
        following = link(call, {"$skip": str(wish.skip + size)})
        loops = environment.quirks.fires("looping-next-link")
        content["@odata.nextLink"] = call.url if loops else following
    return Answer(200, content, preferences(call).applied())


def count_answer(total: int) -> Answer:
    """`/$count`: the number as plain text (OData 4.01 part 2, 4.8)."""
    return Answer(200, str(total).encode(), media_type="text/plain")
