"""From the paths of a query to columns: looks fields up in the schema and joins parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.schema.fields import TEXT_TYPES, Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.schema.setup_objects import NAME
from syncline_sandbox.salesforce.soql.catalogue import Catalogue
from syncline_sandbox.salesforce.soql.failures import invalid_field, no_such_column
from syncline_sandbox.salesforce.soql.syntax import Path
from syncline_sandbox.salesforce.store.tables import HIDDEN

MAX_LEVELS = 5
"""Parents a path may go through."""


@dataclass(frozen=True)
class Place:
    """A table within a query: its alias, what it holds, and the relationships that lead to it."""

    alias: str
    kind: ObjectType
    route: tuple[str, ...] = ()

    @property
    def polymorphic(self) -> bool:
        """Whether rows of several objects meet here, as far as all of them have a name."""
        return self.kind is NAME


@dataclass(frozen=True)
class Column:
    """A field that a path leads to: its table's alias, its names as the schema writes them, and
    the places of the parents on the way.
    """

    alias: str
    field: Field
    names: tuple[str, ...]
    parents: tuple[Place, ...] = ()

    @property
    def sql(self) -> str:
        """The column in SQL, compared as Salesforce compares it wherever it comes from."""
        collation = " COLLATE SALESFORCE" if self.field.type in TEXT_TYPES else ""
        return f'{self.alias}."{self.field.name}"{collation}'


@dataclass
class Tables:
    """The FROM clause of one (sub)query, growing a join for every relationship a path uses."""

    catalogue: Catalogue
    text: str
    kind: ObjectType
    alias: str = "t"
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _joins: dict[tuple[str, ...], tuple[Place, str]] = field(default_factory=dict)

    @property
    def root(self) -> Place:
        """Where the rows of the query are."""
        return Place(self.alias, self.kind)

    def column(self, path: Path, start: Place | None = None) -> Column:
        """The column of a path from the root or from another place; refuses with INVALID_FIELD what
        is not there or not visible.
        """
        parts = path.parts if start else self._unqualified(path.parts)
        if len(parts) - 1 > MAX_LEVELS:
            raise invalid_field(self.text, path.at, "exceeded maximum relationship depth of 5")
        place, names, parents = start or self.root, list[str](), list[Place]()
        for name in parts[:-1]:
            lookup = self.lookup(place, name, path)
            place = self._parent(place, lookup, name, path)
            names.append(lookup.relationship or name)
            parents.append(place)
        found = place.kind.field(parts[-1])
        if found is None:
            raise no_such_column(self.text, path.at, parts[-1], place.kind.name)
        return Column(place.alias, found, (*names, found.name), tuple(parents))

    def lookup(self, place: Place, name: str, path: Path) -> Field:
        """The reference that a relationship of a place is made of."""
        found = place.kind.lookup(name)
        if found is None:
            raise self._no_relationship(path, name)
        return found

    def branch(self, lookup: Field, kind: ObjectType) -> Place:
        """The rows of one object that a polymorphic reference of the root leads to."""
        route = (f"{lookup.name} {kind.name}".lower(),)
        return self._joined(self.root, lookup, kind, route)

    def polymorphic(self, lookup: Field) -> Place:
        """All rows that a polymorphic reference of the root leads to."""
        return self._joined(self.root, lookup, NAME, ((lookup.relationship or "").lower(),))

    def sql(self) -> str:
        """The FROM clause."""
        joins = "".join(join for _, join in self._joins.values())
        return f"{self.catalogue.source(self.kind)} AS {self.alias}{joins}"

    def _unqualified(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The path without the alias, or the name of the object itself, that it begins with."""
        head = parts[0].lower()
        if len(parts) == 1:
            return parts
        if head in self.aliases:
            return (*self.aliases[head], *parts[1:])
        own = head == self.kind.name.lower() and self.kind.lookup(head) is None
        return parts[1:] if own else parts

    def _parent(self, place: Place, lookup: Field, name: str, path: Path) -> Place:
        target = NAME
        if len(lookup.refers_to) == 1:
            found = self.catalogue.schema.object(lookup.refers_to[0])
            if found is None:
                raise self._no_relationship(path, name)
            target = found
        return self._joined(place, lookup, target, (*place.route, name.lower()))

    def _joined(
        self, place: Place, lookup: Field, target: ObjectType, route: tuple[str, ...]
    ) -> Place:
        if route not in self._joins:
            parent = Place(f"{self.alias}{len(self._joins) + 1}", target, route)
            rows = self._source(lookup, target)
            join = (
                f" LEFT JOIN {rows} AS {parent.alias}"
                f' ON {parent.alias}.Id = {place.alias}."{lookup.name}"'
                f" AND {parent.alias}.{HIDDEN} = 0"
            )
            self._joins[route] = (parent, join)
        return self._joins[route][0]

    def _source(self, lookup: Field, target: ObjectType) -> str:
        if target is not NAME:
            return self.catalogue.source(target)
        kinds = [self.catalogue.schema.object(name) for name in lookup.refers_to]
        return f"({' UNION ALL '.join(self._named_rows(kind) for kind in kinds if kind)})"

    def _named_rows(self, kind: ObjectType) -> str:
        """What rows of an object show where only a name is asked for."""
        cells = (
            f"'{kind.name}' AS \"Type\"" if f.name == "Type"
            else f'"{f.name}"' if kind.field(f.name) else f'NULL AS "{f.name}"'
            for f in NAME.fields
        )  # fmt: skip
        return f"SELECT {', '.join(cells)}, {HIDDEN} FROM {self.catalogue.source(kind)}"  # noqa: S608 - names come from the schema

    def _no_relationship(self, path: Path, name: str) -> ApiError:
        message = (
            f"Didn't understand relationship '{name}' in field path. If you are attempting to use "
            "a custom relationship, be sure to append the '__r' after the custom relationship "
            "name. Please reference your WSDL or the describe call for the appropriate names."
        )
        return invalid_field(self.text, path.at, message)
