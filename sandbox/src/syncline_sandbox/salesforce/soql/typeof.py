"""TYPEOF: what is selected of a polymorphic reference depends on the object it leads to.

SOQL and SOSL Reference, "TYPEOF"; the form of the answer as recorded by CumulusCI ("SOQL: Event
with TYPEOF Who").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncline_sandbox.salesforce.soql.columns import Place, Tables
from syncline_sandbox.salesforce.soql.failures import invalid_field, invalid_type, malformed
from syncline_sandbox.salesforce.soql.records import Record
from syncline_sandbox.salesforce.soql.syntax import Path, TypeOf

if TYPE_CHECKING:
    from syncline_sandbox.salesforce.soql.select import Selection

Select = Callable[[Tables, Place, Iterable[Path]], "Selection"]


@dataclass(frozen=True)
class Branches:
    """A selection for each object named, and one for all others."""

    relationship: str
    named: tuple[Selection, ...]
    otherwise: Selection | None

    def selections(self) -> Iterator[Selection]:
        """All of them."""
        yield from self.named
        if self.otherwise:
            yield self.otherwise

    def record(self, row: Mapping[str, Any]) -> Record | None:
        """The record that the reference of a row leads to; None if it is empty, or leads to an
        object for which nothing is selected.
        """
        for selection in self.selections():
            if row[f"{selection.root.alias}.Id"] is not None:
                return selection.record(row)
        return None


def branches(tables: Tables, item: TypeOf, select: Select) -> Branches:
    """The branches of one TYPEOF; `select` makes the selection of a place."""
    path = item.relationship
    if len(path.parts) > 1:
        raise malformed(tables.text, path.at, f"unexpected token: '{path}'")
    lookup = tables.lookup(tables.root, path.parts[0], path)
    if len(lookup.refers_to) < 2:
        message = f"TYPEOF cannot be used with the relationship '{lookup.relationship}'"
        raise invalid_field(tables.text, path.at, message)
    named = []
    for when in item.whens:
        kind = tables.catalogue.schema.object(when.object.text)
        if kind is None or kind.name not in lookup.refers_to:
            raise invalid_type(tables.text, when.object.at, when.object.text)
        named.append(select(tables, tables.branch(lookup, kind), when.paths))
    otherwise = (
        select(tables, tables.polymorphic(lookup), item.otherwise) if item.otherwise else None
    )
    return Branches(lookup.relationship or "", tuple(named), otherwise)
