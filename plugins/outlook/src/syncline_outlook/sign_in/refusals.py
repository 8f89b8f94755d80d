"""Why Microsoft refuses a sign-in: its AADSTS codes in words, with the way out.

Codes: learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncline.errors import Reconnect, Retry

_AADSTS = re.compile(r"AADSTS(\d+)")
_TRANSIENT = frozenset({"temporarily_unavailable", "server_error"})

_REASONS: Mapping[str, tuple[str, str]] = {
    "7000215": ("the client secret is wrong", "Set the secret's value (not its id)."),
    "7000222": ("the client secret has expired", "Make a new client secret and set it."),
    "7000216": ("no usable credential was sent", "Set client_secret or certificate."),
    "700016": ("the app is not known in this tenant", "Check client_id and tenant_id."),
    "7000112": ("the app is disabled", "Let an administrator enable the app again."),
    "7000229": ("the app has no service principal here", "Let an administrator grant consent."),
    "700027": ("the certificate is not the app's", "Upload this certificate to the app."),
    "700024": ("the clocks differ too much", "Set this machine's clock."),
    "90002": ("the tenant does not exist", "Check tenant_id and cloud."),
    "900023": ("the tenant id is no tenant", "Check tenant_id."),
    "65001": ("nobody has consented to the permissions", "Grant consent for the app."),
    "53003": ("a Conditional Access policy blocks the sign-in", "Ask an administrator."),
    "50076": ("a second factor is needed", "Run `syncline check` and sign in again."),
    "50173": ("the sign-in was withdrawn", "Run `syncline check` and sign in again."),
    "700082": ("the sign-in has expired", "Run `syncline check` and sign in again."),
    "70043": ("the sign-in has expired", "Run `syncline check` and sign in again."),
    "70016": ("the code was not used", "Run `syncline check` and use the code it shows."),
    "70020": ("the code has expired", "Run `syncline check` again and use the code sooner."),
    "50034": ("the person is not known in this tenant", "Check tenant_id."),
}
_ELSE = (
    "the credentials are not accepted",
    "Look up the code in Microsoft's documentation.",
)


def refused_sign_in(result: Any) -> Reconnect | Retry:
    """The error for an answer without a token: told apart by Microsoft's AADSTS code."""
    answer = result if isinstance(result, Mapping) else {}
    found = _AADSTS.search(str(answer.get("error_description", "")))
    numbers = answer.get("error_codes") or ()
    number = found.group(1) if found else next((str(each) for each in numbers), "")
    error = str(answer.get("error", ""))
    if error in _TRANSIENT:
        return Retry("Microsoft's sign-in service is busy", reached=False, code=error)
    reason, hint = _REASONS.get(number, _ELSE)
    name = f"AADSTS{number}" if number else error or "no reason given"
    trace = answer.get("correlation_id")
    return Reconnect(
        f"Microsoft refuses the sign-in: {reason} ({name})",
        hint=hint,
        code=name,
        correlation_id=trace if isinstance(trace, str) else None,
    )
