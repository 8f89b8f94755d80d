"""The errors of a query, with the excerpt and the pointer that Salesforce puts before them."""

from __future__ import annotations

from syncline_sandbox.salesforce.errors import ApiError, refuse

EXCERPT = 60
"""Characters of the query shown before and behind the place of an error."""


class MalformedError(Exception):
    """Found while the syntax is built; becomes MALFORMED_QUERY."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


def malformed(text: str, at: int, message: str) -> ApiError:
    """The text is not a SOQL query."""
    return refuse("MALFORMED_QUERY", pointed(text, at, message))


def malformed_search(text: str, at: int, message: str) -> ApiError:
    """The text is not a SOSL search."""
    return refuse("MALFORMED_SEARCH", pointed(text, at, message))


def invalid_field(text: str, at: int, message: str) -> ApiError:
    """A field does not exist, is not visible, or does not take part in what is asked."""
    return refuse("INVALID_FIELD", pointed(text, at, message))


def no_such_column(text: str, at: int, column: str, kind: str) -> ApiError:
    """The field is not there, or the caller may not see it."""
    return invalid_field(text, at, missing_column(column, kind))


def missing_column(column: str, kind: str) -> str:
    """Salesforce's sentence for a field that is not there."""
    return (
        f"No such column '{column}' on entity '{kind}'. If you are attempting to use a custom "
        "field, be sure to append the '__c' after the custom field name. Please reference your "
        "WSDL or the describe call for the appropriate names."
    )


def invalid_type(text: str, at: int, kind: str) -> ApiError:
    """The object is not there, or the caller may not see it."""
    sentence = (
        f"sObject type '{kind}' is not supported. If you are attempting to use a custom object, "
        "be sure to append the '__c' after the entity name. Please reference your WSDL or the "
        "describe call for the appropriate names."
    )
    return refuse("INVALID_TYPE", pointed(text, at, sentence))


def pointed(text: str, at: int, message: str) -> str:
    """The line of the query around the place, a caret below it, and the message."""
    line_start = text.rfind("\n", 0, at) + 1
    row = text.count("\n", 0, at) + 1
    column = at - line_start + 1
    line = text[line_start:].split("\n", 1)[0]
    first = max(0, column - 1 - EXCERPT)
    excerpt = line[first : column - 1 + EXCERPT]
    caret = " " * (column - 1 - first) + "^"
    return f"\n{excerpt}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}"
