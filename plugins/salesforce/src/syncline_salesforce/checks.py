"""What can be said before a run: identity, permissions, limits, clock. A handful of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from syncline.errors import Stop
from syncline.model.rights import Right
from syncline.plugin.requests import CheckReport, CheckRequest, CheckResult, Level
from syncline.plugin.spec import TypeSpec
from syncline_salesforce.config import SalesforceConfig
from syncline_salesforce.contacts.mapping import CONTACT_TYPE, contact_type
from syncline_salesforce.contacts.schema import Schema, SchemaSource
from syncline_salesforce.contacts.sharing import sharing
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.errors import malformed
from syncline_salesforce.rest.rows import named
from syncline_salesforce.rest.service import SalesforceService

_CLOCK_TOLERANCE = timedelta(minutes=2)
_KEY_LENGTH = 64
_DESCRIBED: Final[Mapping[Right, tuple[str, str]]] = {
    "create": ("createable", "create"),
    "update": ("updateable", "edit"),
    "delete": ("deletable", "delete"),
}
"""What an object's description calls a right, and what administrators do (sObject Describe)."""


@dataclass(frozen=True)
class Checks:
    """Looks at one organisation."""

    config: SalesforceConfig
    service: SalesforceService
    schemas: SchemaSource
    now: Callable[[], datetime]

    def report(self, request: CheckRequest) -> CheckReport:
        """The store's identity, and findings; of contacts, what this organisation makes of them,
        if they will be synced.

        Raises:
            Reconnect: the credentials are refused.
            Stop: contacts are to be synced and cannot be seen at all.

        """
        answer = self.service.query(soql.select("Id", "Organization", ()), kind="check")
        store = named(answer.rows[0]) if answer.rows else None
        if store is None:
            raise malformed("an organisation without Id")
        contacts = self.schemas.refreshed() if CONTACT_TYPE.name in request.types else None
        return CheckReport(
            store=store,
            types={} if contacts is None else {CONTACT_TYPE.name: self._narrowed(contacts)},
            results=(
                _result("credentials", "ok", "signed in"),
                *(() if contacts is None else self._contacts(contacts, request)),
                *(() if contacts is None else self._sharing(thorough=request.thorough)),
                self._clock(answer.begun),
                self._usage(thorough=request.thorough),
            ),
            server_time=answer.begun,
        )

    def _narrowed(self, schema: Schema) -> TypeSpec:
        config = self.config
        declared = contact_type(
            key_field=config.key_field,
            overlap=config.overlap_seconds,
            visibility_lag=config.visibility_margin_seconds,
        )
        return schema.narrowed(declared)

    def _contacts(self, schema: Schema, request: CheckRequest) -> Iterator[CheckResult]:
        yield from self._permissions(schema, request.rights_for(CONTACT_TYPE.name))
        if self.config.key_field is not None and "create" in request.rights_for(CONTACT_TYPE.name):
            yield self._key_field(schema, self.config.key_field)
        if schema.has("MailingCountryCode"):
            yield _result(
                "contact.addresses",
                "warning",
                "state and country picklists are on: a state or country that is on no list "
                "there is left out of the address",
            )

    def _sharing(self, *, thorough: bool) -> Iterator[CheckResult]:
        if thorough and (told := sharing(self.service)) is not None:
            yield told

    def _permissions(self, schema: Schema, rights: frozenset[Right]) -> Iterator[CheckResult]:
        for right, (described, verb) in _DESCRIBED.items():
            if right not in rights:
                continue
            allowed = schema.allows(described)
            yield _result(
                f"contact.{verb}",
                "ok" if allowed else "warning",
                f"the integration user may {'' if allowed else 'not '}{verb} contacts",
                "" if allowed else "Give the permission set this right on Contact.",
            )
        if "create" in rights:
            yield from self._creating(schema)
        if not schema.accounts:
            yield _result(
                "contact.company",
                "warning",
                "accounts cannot be read, so companies are not synced",
                "Give the permission set Read on Account.",
            )

    def _creating(self, schema: Schema) -> Iterator[CheckResult]:
        if not schema.may("LastName", "createable") or not schema.may("OwnerId", "createable"):
            yield _result(
                "contact.fields",
                "warning",
                "no contact can be created: LastName and OwnerId may not be written",
                "Check field-level security of the permission set.",
            )
        if schema.demanded:
            names = ", ".join(schema.demanded)
            yield _result(
                "contact.required",
                "warning",
                f"every new contact must have {names}, which is none of the fields that are synced",
                "Map it as a custom field, give it a default, or require it of layouts only; "
                "otherwise no contact can be created.",
            )

    def _key_field(self, schema: Schema, name: str) -> CheckResult:
        described = schema.fields.get(name)
        hint = f"Contact.{name}: Text of {_KEY_LENGTH} or more, External ID, Unique, editable."
        if described is None:
            return _result("contact.key_field", "error", f"{name} is not there", hint)
        fits = (
            described.get("externalId")
            and described.get("unique")
            and described.get("createable")
            and (described.get("length") or 0) >= _KEY_LENGTH
        )
        if not fits:
            return _result("contact.key_field", "error", f"{name} is not as it must be", hint)
        return _result("contact.key_field", "ok", f"{name} keeps creation exactly-once")

    def _clock(self, begun: datetime | None) -> CheckResult:
        if begun is None:
            return _result("clock", "error", "the service does not tell its time (Date header)")
        apart = abs(self.now() - begun)
        if apart > _CLOCK_TOLERANCE:
            seconds = int(apart.total_seconds())
            hint = "Set the clock of this machine."
            if self.config.flow == "jwt":
                hint = "Set the clock of this machine; signed logins (JWT) depend on it."
            return _result("clock", "warning", f"clocks are {seconds} s apart", hint)
        return _result("clock", "ok", "clocks agree")

    def _usage(self, *, thorough: bool) -> CheckResult:
        usage = self.service.usage
        if thorough and usage.allowed is None:
            self._observe_limits()
        if usage.allowed is None:
            return _result("limits.api", "ok", "the number of API calls left is not told")
        words = f"{usage.used} of {usage.allowed} API calls of the last 24 hours are used"
        if usage.exhausted:
            hint = "Run again later, or raise stop_at_api_share."
            return _result("limits.api", "error", words, hint)
        return _result("limits.api", "ok", words)

    def _observe_limits(self) -> None:
        """From the limits resource; it needs the permission View Setup, which is not required."""
        try:
            daily = self.service.limits().get("DailyApiRequests")
        except Stop:
            return
        if not isinstance(daily, Mapping):
            return
        maximum, remaining = daily.get("Max"), daily.get("Remaining")
        if isinstance(maximum, int) and isinstance(remaining, int):
            self.service.usage.observe(f"api-usage={maximum - remaining}/{maximum}")


def _result(id: str, level: Level, message: str, hint: str = "") -> CheckResult:
    return CheckResult(id=id, level=level, message=message, hint=hint)
