"""What an sObject is: its fields, and what callers may do with its rows."""

from __future__ import annotations

from dataclasses import dataclass

from syncline_sandbox.salesforce.ids import PREFIXES
from syncline_sandbox.salesforce.schema.fields import Field


@dataclass(frozen=True)
class Children:
    """A relationship from a parent to rows that refer to it (`Account.Contacts`); those that are
    `owned` are deleted with it.
    """

    relationship: str
    object: str
    field: str
    owned: bool = True


@dataclass(frozen=True)
class ObjectType:
    """One sObject: its fields in the order of describe, and what callers may do with its rows."""

    name: str
    fields: tuple[Field, ...]
    plural: str
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    mergeable: bool = False
    undeletable: bool = True
    etags: bool = False
    searchable: bool = True
    children: tuple[Children, ...] = ()

    @property
    def prefix(self) -> str:
        """The first three characters of its ids."""
        return PREFIXES[self.name]

    def field(self, name: str) -> Field | None:
        """A field by name; Salesforce's names do not tell case."""
        wanted = name.lower()
        return next((field for field in self.fields if field.name.lower() == wanted), None)

    def lookup(self, relationship: str) -> Field | None:
        """The reference that a relationship is made of (`Account` for `AccountId`)."""
        wanted = relationship.lower()
        named = ((field, field.relationship) for field in self.fields)
        return next((field for field, name in named if name and name.lower() == wanted), None)
