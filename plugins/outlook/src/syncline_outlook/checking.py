"""`check`: who we are at Microsoft, what we may do, and which mailboxes answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from syncline.errors import Stop
from syncline.model.records import AccountId
from syncline.plugin.http import Purpose, Reply
from syncline.plugin.requests import CheckReport, CheckRequest, CheckResult, Level
from syncline_outlook.config import Certificate, OutlookConfig
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import failure
from syncline_outlook.graph.messages import Inner, mailbox, query
from syncline_outlook.permissions import AREAS, CONTACT, grant

_EXPIRES_SOON = timedelta(days=30)


def report(
    client: GraphClient, token: str, config: OutlookConfig, request: CheckRequest, now: datetime
) -> CheckReport:
    """What can be done with this connection. `token`: an access token, which says what it permits.
    Of permissions and mailboxes, what the object types need that will be synced.

    Raises:
        Reconnect: the credentials are refused.
        Stop: no mailbox that was asked for lets us in.

    """
    purpose = Purpose(name="check the tenant", kind="check")
    organisation = client.send("GET", f"/organization{query(select='id,displayName')}", purpose)
    if not organisation.ok and organisation.status not in {400, 403, 404}:
        raise failure(organisation, purpose)
    claims = _claims(token)
    types = tuple(each for each in request.types if each in AREAS)
    writing = {each: bool(request.rights_for(each)) for each in types}
    results = [_signed_in(), *_permissions(claims, writing)]
    for each in types:
        results += _mailboxes(client, each, request.accounts, writing=writing[each])
    if request.thorough and CONTACT in types:
        results.append(_private())
    if request.thorough and config.certificate is not None:
        results.append(_certificate(config.certificate, now))
    return CheckReport(
        store=_tenant(organisation, claims, config),
        types={CONTACTS.name: CONTACTS},
        results=tuple(results),
        server_time=_server_time(organisation.headers),
    )


def _signed_in() -> CheckResult:
    return CheckResult(id="credentials", level="ok", message="Microsoft accepts the sign-in")


def _private() -> CheckResult:
    """Graph's contact has no property for it (v1.0, resource type contact), and whoever marks a
    contact private in Outlook would not expect it in another system.
    """
    message = "contacts marked private are synced like all others"
    hint = "Set `container`, so that only one folder is synced, and keep them in another."
    return CheckResult(id="contacts.private", level="ok", message=message, hint=hint)


def _tenant(organisation: Reply, claims: Mapping[str, Any], config: OutlookConfig) -> str:
    """The tenant's GUID; `tenant_id` may be a domain, and domains are renamed."""
    body = organisation.body if organisation.ok else None
    rows = body.get("value") if isinstance(body, dict) else None
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    return str(first.get("id") or claims.get("tid") or config.tenant_id)


def _claims(token: str) -> Mapping[str, Any]:
    """What the token says of itself. Tokens are opaque by contract: nothing depends on it."""
    try:
        payload = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _permissions(claims: Mapping[str, Any], writing: Mapping[str, bool]) -> list[CheckResult]:
    """By object type, whether it is written, too. Permissions granted to mailboxes by RBAC for
    Applications are in no token, so that a permission that is not there is a warning; the mailboxes
    themselves decide.
    """
    scopes = claims.get("scp")
    granted = scopes.split() if isinstance(scopes, str) else claims.get("roles")
    if not isinstance(granted, list) and writing:
        message = "the token does not tell its permissions; the mailboxes are asked instead"
        return [CheckResult(id="permissions", level="ok", message=message)]
    return [_permission(each, granted or (), writes) for each, writes in writing.items()]


def _permission(type: str, granted: Sequence[str], writes: bool) -> CheckResult:
    needed = AREAS[type].sufficient(writing=writes)
    if found := [each for each in needed if each in granted]:
        return CheckResult(id="permissions", level="ok", message=f"{found[0]} is granted")
    message = f"{needed[0]} is not granted for the whole tenant"
    hint = grant((type,), writing=writes)
    return CheckResult(id="permissions", level="warning", message=message, hint=hint)


def _mailboxes(
    client: GraphClient, type: str, accounts: Sequence[AccountId], *, writing: bool
) -> list[CheckResult]:
    """One mailbox that does not answer is a warning, since the others can be synced."""
    purpose = Purpose(name="reach the mailboxes", kind="check", type=type)
    urls = [f"{mailbox(each)}/{AREAS[type].probe}{query(select='id', top=1)}" for each in accounts]
    replies = batch.read(
        client,
        [Inner(method="GET", url=url) for url in urls],
        purpose,
        accepts=lambda reply: reply.status in {400, 403, 404},
    )
    errors = [
        None if reply.ok else failure(reply, replace(purpose, name="open", account=account))
        for account, reply in zip(accounts, replies, strict=True)
    ]
    if errors and all(errors) and all(reply.status == 403 for reply in replies):
        raise Stop(
            "none of the mailboxes lets the app in",
            hint=grant((type,), writing=writing),
            code="ErrorAccessDenied",
        )
    return [
        CheckResult(id="mailbox", level="warning", message=f"{account}: {error.message}",
                    hint=error.hint)
        for account, error in zip(accounts, errors, strict=True)
        if error is not None
    ]  # fmt: skip


def _certificate(certificate: Certificate, now: datetime) -> CheckResult:
    from cryptography.x509 import load_pem_x509_certificate

    pem = certificate.pem.resolve().get_secret_value()
    until = load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    message = f"the certificate is valid until {until:%Y-%m-%d}"
    if until - now > _EXPIRES_SOON:
        return CheckResult(id="credentials.expiry", level="ok", message=message)
    hint = "Make a new certificate and upload it to the app."
    level: Level = "warning" if until > now else "error"
    return CheckResult(id="credentials.expiry", level=level, message=message, hint=hint)


def _server_time(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
