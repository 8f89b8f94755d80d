"""How the sign-in service says no: RFC 6749 5.2 with Entra's numbers and what a support case needs.

Form: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, error response.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from syncline_sandbox.graph.errors import request_id_of
from syncline_sandbox.graph.sign_in.apps import TokenRefusal
from syncline_sandbox.messages import Answer, Call


def refusal_answer(refusal: TokenRefusal, call: Call, now: datetime) -> Answer:
    """The answer to a call that was refused."""
    trace, stamp = request_id_of(call), now.strftime("%Y-%m-%d %H:%M:%SZ")
    correlation = _correlation(call.header("client-request-id")) or trace
    support = f"Trace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {stamp}"
    content = {
        "error": refusal.error,
        "error_description": f"{refusal}\r\n{support}",
        "error_codes": [refusal.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{call.base_url}/error?code={refusal.number}",
    }
    return Answer(refusal.status, content)


def _correlation(given: str | None) -> str | None:
    """The client's own id of the call, if it is a GUID."""
    try:
        return str(uuid.UUID(given or ""))
    except ValueError:
        return None
