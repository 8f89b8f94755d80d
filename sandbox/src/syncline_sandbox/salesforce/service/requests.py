"""What the resources need of a call: its version, its body, its caller, its objects."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.messages import Answer, Call
from syncline_sandbox.salesforce.errors import JSON, ApiError, not_found, refuse
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.contacts.duplicates import read_options
from syncline_sandbox.salesforce.rows.writes import Actor
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.service.sessions import user_of

OLDEST, NEWEST = 31, 68
"""API versions that answer; 21 to 30 are retired and say so."""
CREATED_SINCE = 46
"""The version from which an upsert says whether it created the row."""


@dataclass(frozen=True)
class Context:
    """One call to a versioned resource."""

    org: Org
    call: Call
    version: str

    @property
    def number(self) -> int:
        """The version as a number."""
        return int(self.version[1:].split(".")[0])

    @property
    def base(self) -> str:
        """The path of the version."""
        return f"/services/data/{self.version}"

    @property
    def actor(self) -> Actor:
        """The user whose token the call carries, and what the call's headers ask for."""
        options = read_options(self.call.header("sforce-duplicate-rule-header"), self.base)
        return Actor(user_of(self.org, self.call), duplicates=options)

    def kind(self, name: str) -> ObjectType:
        """An object named in a path; 404 if there is none or the caller may not see it."""
        found = self.org.visible.object(name)
        if found is None:
            raise not_found()
        return found

    def body(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        return json_object(self.call)


def json_object(call: Call) -> dict[str, Any]:
    """The body of a call as a JSON object; refuses other content and other media types."""
    media_type = (call.header("content-type") or "application/json").split(";")[0].strip().lower()
    if media_type != "application/json":
        message = f"Content type specified is not supported: {media_type}"
        raise refuse("UNSUPPORTED_MEDIA_TYPE", message)
    try:
        value = json.loads(call.body, parse_constant=_no_constant)
        if b"\\u" in call.body:
            # Half a surrogate pair is JSON but no text.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        message = f"Unexpected character or end of input: {error}"
        raise refuse("JSON_PARSER_ERROR", message) from None
    if not isinstance(value, dict):
        raise refuse("JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object")
    return value


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer in Salesforce's media type."""
    return Answer(status, content, headers or {}, media_type=JSON)


def check_version(version: str) -> ApiError | None:
    """The refusal of a version that is retired (410) or was never there (404)."""
    match = re.fullmatch(r"v(\d{1,3})\.0", version)
    number = int(match.group(1)) if match else 0
    if OLDEST <= number <= NEWEST:
        return None
    if 21 <= number < OLDEST:
        message = "The requested resource is no longer available"
        return refuse("UNSUPPORTED_API_VERSION", message, status=410)
    return not_found()


def flag(value: Any) -> bool:
    """A switch in a body or a query option."""
    return value is True or str(value).lower() == "true"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
