"""A connector that holds nothing: it makes up contacts by number and forgets what it is given.

What is measured over it is the engine and its database, not a system.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from syncline.model.contact import CONTACT
from syncline.model.fields import Value
from syncline.model.records import AccountId, Record, RecordId
from syncline.plugin import hookimpl
from syncline.plugin.connector import Connector, ConnectorConfig
from syncline.plugin.requests import (
    Account,
    AccountsRequest,
    Applied,
    ApplyRequest,
    ChangesRequest,
    CheckReport,
    CheckRequest,
    Containers,
    Delete,
    DeleteRequest,
    IdsRequest,
    KeysRequest,
    Outcome,
    Page,
    Update,
)
from syncline.plugin.spec import ChangeDetection, Field, TypeSpec

_FIELDS = (
    "given_name", "family_name", "company", "job_title", "emails", "work_phones", "mobile_phone",
    "business_address", "notes",
)  # fmt: skip
_PAGE = 1000

SPEC = TypeSpec(
    name=CONTACT.name,
    feed="account",
    change_detection=ChangeDetection(kind="token"),
    fields=tuple(Field(name=name, native=(name,)) for name in _FIELDS),
    conditional="version",
    idempotency="key",
    create_batch=200,
    update_batch=200,
    conditional_batch=200,
    delete_batch=200,
    read_batch=600,
)


class GeneratedConfig(ConnectorConfig):
    """`count` contacts, of which the first `changed` have changed since the last read."""

    count: int
    changed: int = 0
    accounts: int = 1


class GeneratedConnector(Connector):
    """Contacts 0 to `count`, each the same in every run."""

    name: ClassVar[str] = "generated"
    Config: ClassVar[type[ConnectorConfig]] = GeneratedConfig
    types: ClassVar[tuple[TypeSpec, ...]] = (SPEC,)
    config: GeneratedConfig

    def check(self, request: CheckRequest) -> CheckReport:
        """Always well."""
        return CheckReport(store=self.context.connection, types={SPEC.name: SPEC})

    def accounts(self, request: AccountsRequest) -> Containers:
        """Every name is an account."""
        return Containers(accounts=tuple(Account(id=AccountId(n), name=n) for n in request.names))

    def fetch_changes(self, request: ChangesRequest) -> Page:
        """Everything at first; then only what is said to have changed."""
        first = request.cursor is None
        end = self.config.count if first else self.config.changed
        start = request.next or 0
        numbers = range(start, min(start + _PAGE, end))
        found = tuple(_record(number, 1 if first else 2) for number in numbers)
        more = start + _PAGE < end
        return Page(
            records=found, next=start + _PAGE if more else None, cursor=None if more else "read"
        )

    def fetch_ids(self, request: IdsRequest) -> Page:
        """Any id exists, as it was generated or created: ids tell the number."""
        return Page(records=tuple(_record(_number(each), 1, each) for each in request.ids))

    def fetch_keys(self, request: KeysRequest) -> Page:
        """Nothing is ever swept here."""
        return Page(cursor="read")

    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """Everything is accepted."""
        return [
            Applied(id=each.id, version="2")
            if isinstance(each, Update)
            else Applied(id=RecordId(f"new-{_number_in(each.fields)}"), version="1")
            for each in request.operations
        ]

    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """Everything is accepted."""
        return [_deleted(each) for each in request.operations]


def _deleted(each: Delete) -> Outcome:
    return Applied(id=each.id)


def _number(id: str) -> int:
    return int(id.rpartition("-")[2])


def _number_in(fields: Mapping[str, Value]) -> int:
    return int(fields["given_name"].removeprefix("Given"))


def _record(number: int, version: int, id: RecordId | None = None) -> Record:
    return Record(
        id=id or RecordId(f"c-{number}"), version=str(version), fields=_contact(number, version)
    )


def _contact(number: int, version: int) -> dict[str, Value]:
    return {
        "given_name": f"Given{number}",
        "family_name": f"Family{number}",
        "company": f"Company {number % 997}",
        "job_title": f"Title {number % 31}, {version}",
        "emails": (f"given{number}.family{number}@example.test",),
        "work_phones": (f"+49 30 {number:07}",),
        "mobile_phone": f"+49 171 {number:07}",
        "business_address": {
            "street": f"Street {number}", "city": "Berlin", "postal_code": "10115",
            "country": "Germany",
        },
        "notes": f"Met in {2000 + number % 26}.\nLikes short notes, number {number}.",
    }  # fmt: skip


class GeneratedPlugin:
    """Registers the connector."""

    @hookimpl
    def connector_types(self) -> Iterable[type[Connector]]:
        """The one."""
        return [GeneratedConnector]


@contextmanager
def quiet() -> Iterator[None]:
    """The engine's log would be measured, too."""
    import logging

    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
