"""From a row of a query to a contact, and what must be selected for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from syncline.model.records import AbsenceReason, Absent, Record, Writable
from syncline.plugin.requests import MatchKey
from syncline.plugin.spec import TypeSpec
from syncline_salesforce.contacts.mapping import COMPANY, OBJECT
from syncline_salesforce.contacts.matching import conditions
from syncline_salesforce.contacts.persons import IS_PERSON, NO_PERSONS
from syncline_salesforce.contacts.schema import Schema
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.rows import (
    RELATED_STAMP,
    STAMPS,
    absent,
    moment,
    named,
    owner_of,
    row_id,
    unreadable,
    version,
)


@dataclass(frozen=True)
class ContactSelection:
    """The columns of a query for contacts: those that this organisation lets us read. See
    `rest.selection` for the contract.
    """

    spec: TypeSpec
    schema: Schema
    key_field: str | None = None

    @property
    def object(self) -> str:
        """See `Selection`."""
        return OBJECT

    @cached_property
    def columns(self) -> str:
        """The SELECT list. Always holds Id, owner, stamps and what tells of deletion."""
        fixed = ["Id", "OwnerId", *STAMPS, "CreatedDate", "IsDeleted", "MasterRecordId"]
        mapped = [name for name in self.spec.native_names if self.schema.has(name)]
        company = ["AccountId", *self._company_stamp] if self._company_stamp else []
        marker = [self.key_field] if self.key_field and self.schema.has(self.key_field) else []
        return ", ".join(dict.fromkeys([*fixed, *mapped, *company, *marker]))

    @cached_property
    def keys(self) -> str:
        """See `Selection`."""
        return ", ".join(["Id", "OwnerId", *STAMPS, *self._company_stamp])

    @property
    def _company_stamp(self) -> tuple[str, ...]:
        """Who renames an account leaves the stamps of its contacts as they are."""
        known = COMPANY in self.spec.native_names and self.schema.has(COMPANY)
        return (f"Account.{RELATED_STAMP}",) if known else ()

    @cached_property
    def always(self) -> str:
        """The condition that leaves out person accounts, which are edited through the account."""
        return NO_PERSONS if self.schema.has(IS_PERSON) else ""

    def read(
        self, row: Mapping[str, Any], certain_until: datetime | None
    ) -> Record | Absent | None:
        """What a row says: a record, an absence, or nothing if it has no usable id."""
        id = named(row)
        if id is None:
            return None
        if why := unreadable(row):
            return Absent(id, AbsenceReason.UNREADABLE, why=why, owner=owner_of(row))
        return absent(row) or self._record(row, certain_until)

    def last_held(self, row: Mapping[str, Any]) -> Record | None:
        """What a row of the Recycle Bin held; None if it is not there, or cannot be read."""
        if named(row) is None or not row.get("IsDeleted") or unreadable(row):
            return None
        return self._record(row, None)

    def _record(self, row: Mapping[str, Any], certain_until: datetime | None) -> Record:
        """The record of a row. Rows stamped at `certain_until` or later get a provisional
        version, see `version`.
        """
        native = flat(row, self.columns)
        return Record(
            id=row_id(row),
            version=version(row, certain_until, native),
            fields=self.spec.read(native),
            owner=owner_of(row),
            marker=native.get(self.key_field) if self.key_field else None,
            modified=moment(row, "LastModifiedDate"),
            created=moment(row, "CreatedDate"),
            writable=self._writable,
        )

    def matching(self, keys: Sequence[MatchKey]) -> Iterator[str]:
        """See `matching.conditions`."""
        return conditions(keys, self.key_field, soql.URI_BUDGET - len(self.columns) * 2)

    @cached_property
    def _writable(self) -> Writable:
        if not self.schema.allows("updateable"):
            return Writable(frozenset(), "the integration user may not edit contacts")
        barred = frozenset(f.name for f in self.spec.fields if f.read_only or f.create_only)
        if not barred:
            return Writable()
        return Writable(self.spec.readable - barred, "field-level security")


def flat(row: Mapping[str, Any], columns: str) -> dict[str, Any]:
    """The row with the account's name as a property of its own. An account that is set but whose
    row we may not see leaves the company unknown.
    """
    native = {name: value for name, value in row.items() if name not in ("attributes", "Account")}
    if COMPANY in columns:
        account = row.get("Account")
        if isinstance(account, Mapping):
            native[COMPANY] = account.get("Name")
        elif not row.get("AccountId"):
            native[COMPANY] = None
    return native
