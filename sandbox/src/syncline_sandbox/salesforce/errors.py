"""The errors of Salesforce's REST API, as values that know their status and their body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.messages import Answer, Refused

JSON = "application/json;charset=UTF-8"
"""The media type of every answer."""

STATUS_BY_CODE = {
    "ENTITY_IS_DELETED": 404,
    "NOT_FOUND": 404,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "INVALID_SESSION_ID": 401,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "PRECONDITION_FAILED": 412,
}
"""Codes that do not answer 400. Everything else does."""


@dataclass(frozen=True)
class RowError:
    """Why one row was refused.

    `code` becomes `errorCode` in the answer to a single-record call and `statusCode` in an item
    of a collection; `details` are further members of the body (the matches of a duplicate rule).
    """

    code: str
    message: str
    fields: tuple[str, ...] = ()
    details: Mapping[str, Any] | None = None

    def single(self) -> dict[str, Any]:
        """Form of a single-record call."""
        base: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return base | dict(self.details) if self.details else base | {"fields": list(self.fields)}

    def item(self) -> dict[str, Any]:
        """Form of an entry of a collection."""
        return {
            "statusCode": self.code,
            "message": self.message,
            "fields": list(self.fields),
        } | dict(self.details or {})


class ApiError(Refused):
    """The whole call is refused: an HTTP status and a JSON body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(Answer(status, body, media_type=JSON))
        self.status = status
        self.body = body


class RowRefused(Exception):
    """One row is refused, with every error found in it."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__(errors[0].code)
        self.errors = errors


UNKNOWN_ID = RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
"""A row that is written has an id that no row has, or none that the caller may see."""


def refuse(code: str, message: str, *, status: int | None = None) -> ApiError:
    """The usual error: one entry with message and code, without `fields`."""
    body = [{"message": message, "errorCode": code}]
    return ApiError(status or STATUS_BY_CODE.get(code, 400), body)


def refuse_row(errors: Sequence[RowError], *, status: int | None = None) -> ApiError:
    """The answer of a single-record call whose row was refused."""
    usual = STATUS_BY_CODE.get(errors[0].code, 400)
    return ApiError(status or usual, [error.single() for error in errors])


def not_found(message: str = "The requested resource does not exist") -> ApiError:
    """404 NOT_FOUND: no such resource, or no right to see it."""
    return ApiError(404, [{"errorCode": "NOT_FOUND", "message": message}])


def session_invalid() -> ApiError:
    """401: the token is missing, unknown, revoked or expired."""
    return refuse("INVALID_SESSION_ID", "Session expired or invalid")


def oauth_error(error: str, description: str, status: int = 400) -> ApiError:
    """An error of the token endpoint, in OAuth's form."""
    return ApiError(status, {"error": error, "error_description": description})
