"""Graph's own way to say no.

Body: `{"error": {"code", "message", "innerError": {"date", "request-id", "client-request-id"}}}`
(learn.microsoft.com/graph/errors).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from syncline_sandbox.messages import Answer, Call

_REQUESTS = uuid.UUID("5f3c7f0e-8f5e-4a51-9d1c-6d0a43c6b0aa")


class Failure(Exception):
    """A refusal before it knows the call it answers."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}


def error_answer(failure: Failure, call: Call, now: datetime) -> Answer:
    """The answer to a call that failed."""
    request_id = request_id_of(call)
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": call.header("client-request-id") or request_id,
    }
    error = {"code": failure.code, "message": str(failure), "innerError": inner}
    return Answer(failure.status, {"error": error}, failure.headers)


def request_id_of(call: Call) -> str:
    """The request id of a call, the same in every run."""
    return str(uuid.uuid5(_REQUESTS, str(call.number)))


def item_not_found() -> Failure:
    """An item or folder that is not there (any more)."""
    return Failure(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> Failure:
    """An id that cannot be one."""
    return Failure(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def access_denied() -> Failure:
    """The token may not do this here."""
    return Failure(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def bad_body(message: str) -> Failure:
    """The body does not fit the type."""
    return Failure(400, "RequestBodyRead", message)


def bad_request(message: str, code: str = "BadRequest") -> Failure:
    """Anything else that is wrong with a call."""
    return Failure(400, code, message)


def conflict() -> Failure:
    """The item is not in the version the call was made for."""
    return Failure(
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the "
        "request does not match the current change key for the item.",
    )
