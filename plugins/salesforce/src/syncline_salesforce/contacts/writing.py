"""Creates, updates and deletions, in the fewest calls: 200 a call where no condition is needed,
25 conditional ones in a composite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from typing import Any

from syncline.errors import ConnectionFailure, Stop
from syncline.model.fields import Value
from syncline.model.records import AbsenceReason, RecordId
from syncline.plugin.http import in_batches
from syncline.plugin.requests import (
    Absent,
    Applied,
    Create,
    Delete,
    DeleteRequest,
    Gone,
    Outcome,
    Rejected,
    Stale,
    Unknown,
    Update,
)
from syncline.plugin.spec import TypeSpec
from syncline_salesforce.contacts import places
from syncline_salesforce.contacts.companies import Accounts, Company, find_accounts, written
from syncline_salesforce.contacts.mapping import COMPANY, OBJECT
from syncline_salesforce.contacts.persons import IS_PERSON, NO_PERSONS, there_already
from syncline_salesforce.contacts.schema import Schema
from syncline_salesforce.rest.errors import entries, row_outcome, was_refused
from syncline_salesforce.rest.rows import named, unmodified_since
from syncline_salesforce.rest.service import Row, SalesforceService

COLLECTION, WITHOUT_KEY, COMPOSITE = 200, 50, 25
_FIELD_CODES = frozenset({"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"})

_in_calls = partial(in_batches, undone=was_refused)

Explain = Callable[[Sequence[RecordId]], Mapping[RecordId, Absent | None]]
"""Why ids are not there any more; None for one that is."""


@dataclass(frozen=True)
class Prepared:
    """One row, ready to be sent. `left_out` are canonical fields that may not be written."""

    body: Mapping[str, Any]
    stored: Mapping[str, Value] | None
    left_out: tuple[str, ...]

    def applied(self, id: RecordId) -> Applied:
        """The outcome if it succeeds. The answers hold no version; core reads back."""
        return Applied(id=id, stored=self.stored, incomplete=self.left_out)


@dataclass(frozen=True)
class Writes:
    """Writes for one request. `explain` looks up what became of ids."""

    service: SalesforceService
    schema: Schema
    spec: TypeSpec
    explain: Explain
    key_field: str | None = None

    # ---- creates --------------------------------------------------------------------------------

    def create(self, operations: Sequence[Create]) -> list[Outcome]:
        """By the key field, repeating which makes no second record; else plainly. Who is a person
        account is not made again.
        """
        persons = there_already(self.service, operations) if self._has_persons else {}
        missing = [each for each in operations if each.key not in persons]
        accounts = self._accounts(missing)
        size = COLLECTION if self.key_field else WITHOUT_KEY
        made = iter(_in_calls(missing, size, lambda batch: self._create(batch, accounts)))
        return [persons.get(each.key) or next(made) for each in operations]

    def _create(self, batch: Sequence[Create], accounts: Accounts) -> list[Outcome]:
        prepared = [self._prepared(each.fields, accounts, None, "createable") for each in batch]
        records = [self._new(row, each) for row, each in zip(prepared, batch, strict=True)]
        if self.key_field:
            answers = self.service.upsert(OBJECT, self.key_field, records)
        else:
            answers = self.service.create(records)
        outcomes = [
            self._item(answer, row, new=True) for answer, row in zip(answers, prepared, strict=True)
        ]
        return _unless_full(outcomes)

    def _new(self, row: Prepared, operation: Create) -> Row:
        owner = {"OwnerId": operation.account} if self.schema.may("OwnerId", "createable") else {}
        key = {self.key_field: operation.key} if self.key_field else {}
        return {"attributes": {"type": OBJECT}, **row.body, **owner, **key}

    # ---- updates --------------------------------------------------------------------------------

    def update(self, operations: Sequence[Update]) -> list[Outcome]:
        """Conditional where a version is given."""
        accounts = self._accounts(operations)
        rows = {each.id: self._changed(each, accounts) for each in operations}
        found: dict[RecordId, Outcome] = {}
        sending: list[Update] = []
        for each in operations:
            if not rows[each.id].body:
                found[each.id] = rows[each.id].applied(each.id)
            elif each.version is not None and unmodified_since(each.version) is None:
                found[each.id] = Stale()
            else:
                sending.append(each)
        sure = [each for each in sending if each.version is not None]
        plain = [each for each in sending if each.version is None]
        done = _in_calls(sure, COMPOSITE, lambda batch: self._conditional(batch, rows))
        found.update(zip((each.id for each in sure), done, strict=True))
        more = _in_calls(
            plain, COLLECTION, lambda batch: self._plain(batch, rows), answered=bool(done)
        )
        found.update(zip((each.id for each in plain), more, strict=True))
        return self._explained([each.id for each in operations], found)

    def _changed(self, operation: Update, accounts: Accounts) -> Prepared:
        current = operation.current.fields.get("company")
        return self._prepared(operation.fields, accounts, current, "updateable")

    def _conditional(
        self, batch: Sequence[Update], rows: Mapping[RecordId, Prepared]
    ) -> list[Outcome]:
        answers = self.service.composite(
            [self._subrequest(i, each, rows[each.id].body) for i, each in enumerate(batch)]
        )
        outcomes = [
            self._answer(answer, each.id, rows[each.id])
            for answer, each in zip(answers, batch, strict=True)
        ]
        return _unless_full(outcomes)

    def _subrequest(self, position: int, operation: Update, body: Mapping[str, Any]) -> Row:
        since = unmodified_since(operation.version or "")
        if since is None:
            raise ValueError("a conditional update needs a version of ours")
        return {
            "method": "PATCH",
            "url": self.service.path(f"sobjects/{OBJECT}/{operation.id}"),
            "referenceId": f"update{position}",
            "httpHeaders": {"If-Unmodified-Since": format_datetime(since, usegmt=True)},
            "body": dict(body),
        }

    def _answer(self, answer: Row, id: RecordId, row: Prepared) -> Outcome:
        status = answer.get("httpStatusCode")
        if not isinstance(status, int):
            return Unknown(message="an answer without a status")
        if status < 300:
            return row.applied(id)
        if status == 412:
            return Stale()
        outcome = row_outcome(entries(answer.get("body")), self._canonical)
        if status >= 500 and isinstance(outcome, Rejected):
            return Unknown(message=f"Salesforce answered {status}")
        return outcome

    def _plain(self, batch: Sequence[Update], rows: Mapping[RecordId, Prepared]) -> list[Outcome]:
        records = [
            {"attributes": {"type": OBJECT}, "Id": each.id, **rows[each.id].body} for each in batch
        ]
        answers = self.service.update(records)
        outcomes = [
            self._item(answer, rows[each.id]) for answer, each in zip(answers, batch, strict=True)
        ]
        return _unless_full(outcomes)

    # ---- deletions ------------------------------------------------------------------------------

    def delete(self, operations: Sequence[Delete]) -> list[Outcome]:
        """Without a condition: the service offers none on deletions."""
        ids = [each.id for each in operations]
        outcomes = _in_calls(ids, COLLECTION, self._delete)
        return self._explained(ids, dict(zip(ids, outcomes, strict=True)))

    def _delete(self, ids: Sequence[RecordId]) -> list[Outcome]:
        answers = self.service.remove(ids)
        nothing = Prepared({}, None, ())
        return [
            self._item({**answer, "id": id}, nothing)
            for answer, id in zip(answers, ids, strict=True)
        ]

    # ---- what all have in common ----------------------------------------------------------------

    def _accounts(self, operations: Iterable[Create | Update]) -> Accounts:
        no_persons = NO_PERSONS if self._has_persons else ""
        names = [each.fields.get("company") for each in operations]
        return find_accounts(self.service, names, no_persons) if self.schema.has(COMPANY) else {}

    @property
    def _has_persons(self) -> bool:
        return self.schema.has(IS_PERSON)

    def _prepared(
        self, fields: Mapping[str, Value], accounts: Accounts, company: Value, right: str
    ) -> Prepared:
        mapped = {name: value for name, value in fields.items() if name in self.spec.by_name}
        body = self.spec.write(mapped, None if right == "createable" else {})
        barred = [name for name in body if not self.schema.may(name, right)]
        allowed = {name: value for name, value in body.items() if name not in barred}
        found = Company()
        if COMPANY in allowed:
            found = written(allowed.pop(COMPANY), accounts, company)
        body = places.sent({**allowed, **found.body})
        return Prepared(body, found.stored, self._canonical(barred))

    def _item(self, answer: Row, row: Prepared, *, new: bool = False) -> Outcome:
        """What an answer says of its row; one that cannot be understood says nothing of others."""
        errors = entries(answer.get("errors"))
        if answer.get("success") is True:
            id = named({"Id": answer.get("id")})
            return Unknown(message="the answer names no record") if id is None else row.applied(id)
        if not errors:
            return Unknown(message="the answer says neither that it was done nor why not")
        return row_outcome(errors, self._canonical, new=new, key_field=self.key_field)

    def _canonical(self, native: Iterable[str]) -> tuple[str, ...]:
        wanted = {COMPANY if name == "AccountId" else name for name in native}
        return tuple(f.name for f in self.spec.fields if wanted.intersection(f.native))

    def _explained(
        self, ids: Sequence[RecordId], found: Mapping[RecordId, Outcome]
    ) -> list[Outcome]:
        """The outcomes, those that say `gone` with the reason: deleted, merged, or no access."""
        gone = [id for id in ids if isinstance(found[id], Gone)]
        reasons = self._reasons(gone) if gone else {}
        return [reasons.get(id, found[id]) for id in ids]

    def _reasons(self, gone: Sequence[RecordId]) -> dict[RecordId, Outcome]:
        try:
            absent = self.explain(gone)
        except ConnectionFailure:
            return {id: Gone(reason=AbsenceReason.UNREADABLE) for id in gone}
        return {id: _gone(absent[id]) for id in gone}


def _gone(absent: Absent | None) -> Outcome:
    if absent is None:
        return Rejected(kind="other", message="the record is there and is refused", code="GONE")
    return Gone(reason=absent.reason, into=absent.into)


def _unless_full(outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes, unless storage or quota refused every one: going on would not help."""
    refused = [each for each in outcomes if isinstance(each, Rejected) and each.kind == "quota"]
    if refused and len(refused) == len(outcomes):
        raise Stop(refused[0].message, hint="Make room, then run again.", code=refused[0].code)
    return outcomes


def apply(writes: Writes, operations: Sequence[Create | Update]) -> list[Outcome]:
    """Creates or updates, never mixed."""
    if operations and isinstance(operations[0], Create):
        return writes.create([each for each in operations if isinstance(each, Create)])
    return writes.update([each for each in operations if isinstance(each, Update)])


def without_permission(outcome: Outcome) -> bool:
    """Whether a row was refused for a field that the description promised and is not there."""
    return isinstance(outcome, Rejected) and outcome.code in _FIELD_CODES


def delete(writes: Writes, request: DeleteRequest) -> list[Outcome]:
    """Deletions."""
    return writes.delete(request.operations)
