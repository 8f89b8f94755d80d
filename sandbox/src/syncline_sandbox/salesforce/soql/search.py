"""Runs a search: for each object the rows whose texts meet the term, as a query would show them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.fields import TEXT_TYPES, Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.soql.catalogue import Catalogue, catalogue
from syncline_sandbox.salesforce.soql.failures import invalid_type, malformed_search
from syncline_sandbox.salesforce.soql.grouping import is_grouped
from syncline_sandbox.salesforce.soql.parse import parse_search
from syncline_sandbox.salesforce.soql.records import Record
from syncline_sandbox.salesforce.soql.run import Prepared, matching_ids, read_rows
from syncline_sandbox.salesforce.soql.syntax import Name, Path, Query, Returning, Selected
from syncline_sandbox.salesforce.soql.terms import Term, matches, parse_term

MOST = 2000
"""Records of a search; SOSL Reference, "LIMIT"."""
_ID_ONLY = (Selected(Path(("Id",))),)


def search(org: Org, text: str, user_id: str, base: str) -> list[Record]:
    """The records that a SOSL text finds; refuses with MALFORMED_SEARCH."""
    wanted = parse_search(text)
    term = parse_term(wanted.term)
    if term is None:
        message = f"search term must be longer than one character: {wanted.term}"
        raise malformed_search(text, wanted.at, message)
    known = catalogue(org, user_id)
    records: list[Record] = []
    for returning in wanted.returning or _everything(known):
        records += _found(org, text, known, returning, term, wanted.fields, base)
    return records[: MOST if wanted.limit is None else min(wanted.limit, MOST)]


def _everything(known: Catalogue) -> tuple[Returning, ...]:
    kinds = sorted(known.schema.objects.values(), key=lambda kind: kind.name)
    return tuple(Returning(Name(kind.name)) for kind in kinds if kind.searchable)


def _found(
    org: Org, text: str, known: Catalogue, returning: Returning, term: Term, group: str, base: str
) -> list[Record]:
    kind = known.schema.object(returning.object.text)
    if kind is None or not kind.searchable:
        raise invalid_type(text, returning.object.at, returning.object.text)
    query = Query(
        returning.items or _ID_ONLY, returning.object, where=returning.where,
        order_by=returning.order_by,
    )  # fmt: skip
    if is_grouped(query):
        raise malformed_search(text, returning.object.at, "a search does not group")
    prepared = Prepared(org, text, query, kind, include_deleted=False, base=base, catalogue=known)
    ids = list(_meeting(prepared, term, group, matching_ids(prepared)))
    end = None if returning.limit is None else returning.offset + returning.limit
    return read_rows(prepared, ids[returning.offset : end])


def _meeting(prepared: Prepared, term: Term, group: str, ids: list[str]) -> Iterator[str]:
    """The rows among these whose searched fields meet the term, in their order."""
    names = [field.name for field in _searched(prepared.kind, group)]
    if not names:
        return
    columns = ", ".join(f'"{name}"' for name in ("Id", *names))
    rows = prepared.org.storage.rows(
        f"SELECT {columns} FROM {prepared.catalogue.source(prepared.kind)} "  # noqa: S608 - schema
        "WHERE Id IN (SELECT value FROM json_each(?))",
        json.dumps(ids),
    )
    texts = {row["Id"]: [row[name] for name in names if row[name]] for row in rows}
    yield from (i for i in ids if i in texts and matches(term, texts[i]))


def _searched(kind: ObjectType, group: str) -> Iterator[Field]:
    """The fields of a search group: SOSL Reference, "IN SearchGroup"."""
    names = {"Name", "FirstName", "LastName"}
    for field in kind.fields:
        if field.type not in TEXT_TYPES or field.type == "picklist":
            continue
        in_group = {
            "NAME": field.name in names,
            "EMAIL": field.type == "email",
            "PHONE": field.type == "phone",
            "SIDEBAR": field.name in names or field.type in ("email", "phone"),
        }
        if in_group.get(group, True):
            yield field
