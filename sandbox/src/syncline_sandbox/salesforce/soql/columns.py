"""From the paths of a query to columns: looks fields up in the schema and joins parents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.schema.org import OrgSchema
from syncline_sandbox.salesforce.soql.failures import invalid_field, no_such_column
from syncline_sandbox.salesforce.soql.syntax import Path
from syncline_sandbox.salesforce.store.tables import HIDDEN

MAX_LEVELS = 5
"""Parents a path may go through."""


@dataclass(frozen=True)
class Column:
    """A field that a path leads to: its table's alias, and its names as the schema writes them."""

    alias: str
    field: Field
    names: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The column in SQL."""
        return f'{self.alias}."{self.field.name}"'


@dataclass(frozen=True)
class Catalogue:
    """What a compiler needs to know: the schema, and where an object's visible rows are."""

    schema: OrgSchema
    source: Callable[[ObjectType], str]
    today: str


@dataclass
class Tables:
    """The FROM clause of one (sub)query, growing a join for every relationship a path uses."""

    catalogue: Catalogue
    text: str
    kind: ObjectType
    alias: str = "t"
    _joins: dict[tuple[str, ...], tuple[str, ObjectType, str]] = field(default_factory=dict)

    def column(self, path: Path) -> Column:
        """The column of a path; refuses with INVALID_FIELD what is not there or not visible."""
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() == self.kind.name.lower():
            # `Contact.LastName` on Contact names the object itself.
            parts = parts if self._relationship(self.kind, parts[0]) else parts[1:]
        if len(parts) - 1 > MAX_LEVELS:
            raise invalid_field(self.text, path.at, "exceeded maximum relationship depth of 5")
        alias, kind = self.alias, self.kind
        names: tuple[str, ...] = ()
        for depth, name in enumerate(parts[:-1]):
            alias, kind, shown = self._join(alias, kind, parts[: depth + 1], name, path)
            names = (*names, shown)
        found = kind.field(parts[-1])
        if found is None:
            raise no_such_column(self.text, path.at, parts[-1], kind.name)
        return Column(alias, found, (*names, found.name))

    def sql(self) -> str:
        """The FROM clause."""
        return f"{self.catalogue.source(self.kind)} AS {self.alias}" + "".join(
            join for _, _, join in self._joins.values()
        )

    def parents(self) -> dict[tuple[str, ...], tuple[str, ObjectType]]:
        """The joined parents: relationship names (lower case) → alias and object."""
        return {path: (alias, kind) for path, (alias, kind, _) in self._joins.items()}

    def _join(
        self, alias: str, kind: ObjectType, route: tuple[str, ...], name: str, path: Path
    ) -> tuple[str, ObjectType, str]:
        lookup = self._relationship(kind, name)
        if lookup is None or lookup.relationship is None:
            raise self._no_relationship(path, name, kind)
        target = self.catalogue.schema.object(lookup.refers_to[0])
        if target is None:
            raise self._no_relationship(path, name, kind)
        key = tuple(part.lower() for part in route)
        if key not in self._joins:
            parent = f"{self.alias}{len(self._joins) + 1}"
            join = (
                f" LEFT JOIN {self.catalogue.source(target)} AS {parent}"
                f' ON {parent}.Id = {alias}."{lookup.name}" AND {parent}.{HIDDEN} = 0'
            )
            self._joins[key] = (parent, target, join)
        joined, target, _ = self._joins[key]
        return joined, target, lookup.relationship

    def _relationship(self, kind: ObjectType, name: str) -> Field | None:
        wanted = name.lower()
        return next((f for f in kind.fields if (f.relationship or "").lower() == wanted), None)

    def _no_relationship(self, path: Path, name: str, kind: ObjectType) -> ApiError:
        message = (
            f"Didn't understand relationship '{name}' in field path. If you are attempting to use "
            "a custom relationship, be sure to append the '__r' after the custom relationship "
            "name. Please reference your WSDL or the describe call for the appropriate names."
        )
        return invalid_field(self.text, path.at, message)
