"""Lists that go on after an id: a page that comes again, and a list without end, are none."""

from __future__ import annotations

from typing import Final

from syncline.model.records import Json
from syncline.plugin.http import Trail
from syncline_salesforce.rest.errors import malformed

ENDLESS: Final = "its pages do not end"
MAX_PAGES: Final = 5_000
"""Of one list: ten million rows."""


def further(way: Trail, place: str, following: str) -> Trail:
    """The way through a list after the page at a place, which leads to the following one.

    Raises:
        Stop: that place was seen before, is none, or is one too many.

    """
    longer = way.after(place, following, at_most=MAX_PAGES) if following else None
    if longer is None:
        raise malformed(ENDLESS if way.is_endless(MAX_PAGES) else "the same page again")
    return longer


def way_of(place: Json) -> tuple[str, Trail]:
    """The id after which a list goes on, and the way there; from the beginning, if None."""
    if place is None:
        return "", Trail()
    return str(place["after"]), Trail(tuple(map(str, place.get("seen", ()))))


def next_place(way: Trail, after: str, last: str) -> Json:
    """Where a list goes on after the page that began `after` an id and ended with the `last` one;
    errors as for `further`.
    """
    return {"after": last, "seen": list(further(way, after, last).seen)}
