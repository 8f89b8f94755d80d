"""Query options and preferences of a call, as values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.protocol.expand import NOTHING, Expansion, read_expand
from syncline_sandbox.graph.protocol.filter import Node, parse_filter
from syncline_sandbox.graph.protocol.restriction import check, ordered_first
from syncline_sandbox.graph.protocol.search import Words, read_search
from syncline_sandbox.graph.protocol.vocabulary import Vocabulary, no_such_property
from syncline_sandbox.messages import Call

DEFAULT_PAGE = 10
MAX_PAGE = 1_000
_LARGEST = 2**31 - 1

_LIST = frozenset(
    {
        "$select", "$top", "$skip", "$count", "$filter", "$search", "$orderby", "$expand",
        "$skiptoken", "$deltatoken",
    }
)  # fmt: skip
_ORDER = re.compile(r"(?P<name>\w+)(?:\s+(?P<way>asc|desc))?", re.IGNORECASE)


@dataclass(frozen=True)
class Preferences:
    """The `Prefer` header."""

    immutable: bool = False
    page_size: int | None = None

    def applied(self) -> dict[str, str]:
        """`Preference-Applied`, for what was asked and done."""
        done = ['IdType="ImmutableId"'] if self.immutable else []
        done += [f"odata.maxpagesize={self.page_size}"] if self.page_size else []
        return {"Preference-Applied": ", ".join(done)} if done else {}


@dataclass(frozen=True)
class Options:
    """Query options of a read; `page` is how many rows a page may have."""

    select: tuple[str, ...] | None = None
    page: int = DEFAULT_PAGE
    skip: int = 0
    count: bool = False
    filter: Node | None = None
    order: tuple[tuple[str, bool], ...] = ()
    expand: Expansion = NOTHING
    search: Words | None = None


def preferences(call: Call) -> Preferences:
    """Reads `Prefer`; what is not known is passed over, as RFC 7240 wants."""
    header = call.header("prefer") or ""
    size = re.search(r"odata\.maxpagesize\s*=\s*\"?(\d+)", header, re.IGNORECASE)
    immutable = re.search(r"IdType\s*=\s*\"?ImmutableId\b", header, re.IGNORECASE)
    asked = int(size.group(1)) if size else 0
    return Preferences(immutable is not None, min(asked, MAX_PAGE) or None)


def options(call: Call, vocabulary: Vocabulary) -> Options:
    """Reads the query of a list or an item; raises `Failure` (400)."""
    query = {name.casefold(): value for name, value in call.query.items()}
    for name in query:
        if name.startswith("$") and name not in _LIST:
            raise bad_request(f"Unrecognized or unsupported query option '{name}'.")
    condition = _filter(query.get("$filter"), vocabulary)
    top = _number(query, "$top", MAX_PAGE)
    return Options(
        select=_select(query.get("$select"), vocabulary),
        page=top or preferences(call).page_size or DEFAULT_PAGE,
        skip=_number(query, "$skip") or 0,
        count=query.get("$count", "").casefold() == "true",
        filter=condition,
        order=_order(query.get("$orderby"), condition, vocabulary),
        expand=read_expand(query.get("$expand"), vocabulary),
        search=read_search(query.get("$search"), query, vocabulary),
    )


def selected(item: dict[str, Any], names: Sequence[str] | None) -> dict[str, Any]:
    """An item cut down to `$select`; id and annotations always stay."""
    if names is None:
        return item
    kept = {"id", *names}
    return {name: value for name, value in item.items() if name in kept or "@" in name}


def link(call: Call, changes: dict[str, str], *, keep: bool = True) -> str:
    """The URL of a call with other query options."""
    query = {**(call.query if keep else {}), **changes}
    encoded = urlencode(query, quote_via=quote, safe="$'(),:;=/ ".replace(" ", ""))
    return f"{call.base_url}{call.path}?{encoded}"


def _select(text: str | None, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    if not text:
        return None
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in vocabulary.properties:
            raise no_such_property(name, vocabulary.type_name)
    return names


def _number(query: dict[str, str], name: str, limit: int = _LARGEST) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    least = 1 if name == "$top" else 0
    if not (text.isascii() and text.isdigit() and least <= int(text) <= limit):
        raise _invalid_value(name, text)
    return int(text)


def _invalid_value(name: str, text: str) -> Failure:
    return bad_request(f"Invalid value '{text}' for {name} query option found.")


def _filter(text: str | None, vocabulary: Vocabulary) -> Node | None:
    if text is None:
        return None
    node = parse_filter(text)
    check(node, vocabulary)
    return node


def _order(
    text: str | None, condition: Node | None, vocabulary: Vocabulary
) -> tuple[tuple[str, bool], ...]:
    if not text:
        return ()
    order = []
    for part in text.split(","):
        found = _ORDER.fullmatch(part.strip())
        if found is None:
            raise _invalid_value("$orderby", text)
        if found["name"] not in vocabulary.texts | vocabulary.instants:
            raise no_such_property(found["name"], vocabulary.type_name)
        order.append((found["name"], (found["way"] or "").casefold() == "desc"))
    if condition is not None:
        _check_efficient([name for name, _ in order], ordered_first(condition))
    return tuple(order)


def _check_efficient(ordered: list[str], filtered: list[str]) -> None:
    if filtered[: len(ordered)] != ordered:
        raise bad_request(
            "The restriction or sort order is too complex for this operation.", "InefficientFilter"
        )
