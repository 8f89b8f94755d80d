"""From the text of a query to its syntax."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import cast

from lark import Lark, UnexpectedInput
from lark.exceptions import UnexpectedToken, VisitError

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.soql.build import Builder
from syncline_sandbox.salesforce.soql.failures import MalformedError, malformed
from syncline_sandbox.salesforce.soql.syntax import Query

MAX_QUERY = 100_000
"""Characters a query may have."""


def parse(text: str) -> Query:
    """The syntax of a query; refuses with MALFORMED_QUERY what is not SOQL."""
    if len(text) > MAX_QUERY:
        raise malformed(text, 0, "SOQL statements cannot be longer than 100000 characters.")
    try:
        return cast(Query, _parser().parse(text))
    except VisitError as error:
        if isinstance(error.orig_exc, MalformedError):
            raise malformed(text, error.orig_exc.at, error.orig_exc.message) from None
        raise
    except MalformedError as error:
        raise malformed(text, error.at, error.message) from None
    except UnexpectedInput as error:
        raise unexpected(text, error) from None


def unexpected(text: str, error: UnexpectedInput) -> ApiError:
    """MALFORMED_QUERY at the token that does not belong there."""
    at = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if ended or at is None or not 0 <= at < len(text.rstrip()):
        return malformed(text, len(text), "unexpected token: '<EOF>'")
    if isinstance(error, UnexpectedToken):
        return malformed(text, at, f"unexpected token: '{error.token}'")
    if text[at] == "'":
        return malformed(text, at, "mismatched character '<EOF>' expecting '''")
    return malformed(text, at, f"unexpected token: '{re.split(r'[^0-9A-Za-z_]', text[at:])[0]}'")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=Builder(), propagate_positions=False)
