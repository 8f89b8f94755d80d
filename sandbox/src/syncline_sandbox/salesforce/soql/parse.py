"""From the text of a query to its syntax."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import cast

from lark import Lark, UnexpectedInput
from lark.exceptions import UnexpectedToken, VisitError

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.soql.build import Builder
from syncline_sandbox.salesforce.soql.failures import (
    MalformedError,
    malformed,
    malformed_search,
)
from syncline_sandbox.salesforce.soql.syntax import Query, Search

Refusal = Callable[[str, int, str], ApiError]

MAX_QUERY = 100_000
"""Characters a query may have."""


def parse(text: str) -> Query:
    """The syntax of a query; refuses with MALFORMED_QUERY what is not SOQL."""
    return cast(Query, _parsed(text, "start", malformed))


def parse_search(text: str) -> Search:
    """The syntax of a search; refuses with MALFORMED_SEARCH what is not SOSL."""
    return cast(Search, _parsed(text, "search", malformed_search))


def _parsed(text: str, rule: str, refuse: Refusal) -> Query | Search:
    if len(text) > MAX_QUERY:
        raise refuse(text, 0, "SOQL statements cannot be longer than 100000 characters.")
    try:
        return cast(Query | Search, _parser().parse(text, start=rule))
    except VisitError as error:
        if isinstance(error.orig_exc, MalformedError):
            raise refuse(text, error.orig_exc.at, error.orig_exc.message) from None
        raise
    except MalformedError as error:
        raise refuse(text, error.at, error.message) from None
    except UnexpectedInput as error:
        raise refuse(text, *_unexpected(text, error)) from None


def _unexpected(text: str, error: UnexpectedInput) -> tuple[int, str]:
    """The place of what does not belong there, and what is said of it."""
    at = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if ended or at is None or not 0 <= at < len(text.rstrip()):
        return len(text), "unexpected token: '<EOF>'"
    if isinstance(error, UnexpectedToken):
        return at, f"unexpected token: '{error.token}'"
    if text[at] == "'":
        return at, "mismatched character '<EOF>' expecting '''"
    return at, f"unexpected token: '{re.split(r'[^0-9A-Za-z_]', text[at:])[0]}'"


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text("utf-8")
    rules = ["start", "search"]
    return Lark(
        grammar, start=rules, parser="lalr", transformer=Builder(), propagate_positions=False
    )
