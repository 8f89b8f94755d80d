"""What this organisation's Contact really is: the declared type, narrowed by `describe`.

A field the integration user may not read is not in the description: it is left out, so that it
is unknown and never taken for empty. A field that may not be written stays, read-only.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from syncline.model.capacity import Capacity
from syncline.plugin.spec import Field, TypeSpec
from syncline_salesforce.contacts import mapping
from syncline_salesforce.contacts.mapping import COMPANY, OBJECT
from syncline_salesforce.contacts.matching import COLUMNS
from syncline_salesforce.contacts.places import CODES, PlacedAddress, Places
from syncline_salesforce.contacts.stored import ADDRESSES, STANDARD_LENGTHS, Stored
from syncline_salesforce.rest.service import SalesforceService


@dataclass(frozen=True)
class Schema:
    """A description of Contact. `accounts` tells whether Account rows can be read."""

    description: Mapping[str, Any]
    accounts: bool = True

    @cached_property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        """The native fields by name."""
        found = self.description.get("fields")
        described = found if isinstance(found, list | tuple) else ()
        named = (each for each in described if isinstance(each, Mapping))
        return {each["name"]: each for each in named if isinstance(each.get("name"), str)}

    def has(self, native: str) -> bool:
        """Whether the property can be read; a company needs the account."""
        if native == COMPANY:
            return self.accounts and "AccountId" in self.fields
        return native in self.fields

    def may(self, native: str, right: str) -> bool:
        """Whether the property is `createable` or `updateable`."""
        column = "AccountId" if native == COMPANY else native
        return bool(self.fields.get(column, {}).get(right))

    def allows(self, right: str) -> bool:
        """Whether the object itself is `createable`, `updateable`, `deletable`."""
        return bool(self.description.get(right))

    def length(self, native: str) -> int | None:
        """The field's length in characters; None where it has none."""
        length = self.fields.get(native, {}).get("length")
        return length if isinstance(length, int) and length > 0 else None

    def narrowed(self, declared: TypeSpec) -> TypeSpec:
        """The declared type as far as this organisation has it."""
        kept = (field for field in declared.fields if all(map(self.has, field.native)))
        lengths = {name: self.length(name) or known for name, known in STANDARD_LENGTHS.items()}
        placed = {name: found for name in ADDRESSES if (found := self.places(ADDRESSES[name]))}
        return replace(
            declared,
            fields=tuple(self.narrowed_field(_placed(field, placed)) for field in kept),
            stored_as=Stored(lengths, placed),
            match=frozenset(filter(self._can_match, declared.match)),
        )

    def places(self, prefix: str) -> Places | None:
        """The states and countries of an address; None where any text goes, or where we may not
        see the codes.
        """
        states, countries = (self.fields.get(f"{prefix}{each}") for each in CODES)
        return Places.described(states, countries) if states and countries else None

    def _can_match(self, kind: str) -> bool:
        """Whether every column of the match key can be asked for."""
        return all(map(self.has, COLUMNS.get(kind, ())))

    def narrowed_field(self, field: Field) -> Field:
        """A field with the lengths, words and rights it has in this organisation."""
        writable = all(self.may(native, "updateable") for native in field.native)
        create_only = not writable and all(self.may(n, "createable") for n in field.native)
        return replace(
            field,
            capacity=self._capacity(field),
            read_only=not writable and not create_only,
            create_only=create_only,
        )

    def _capacity(self, field: Field) -> Capacity:
        known = field.capacity
        if known.part_lengths is not None:
            lengths = {
                part: self.length(native) or known.part_lengths[part]
                for part, native in zip(known.part_lengths, field.native, strict=False)
            }
            return replace(known, part_lengths=lengths)
        native = field.native[0]
        if known.max_length is not None and native != COMPANY:
            known = replace(known, max_length=self.length(native) or known.max_length)
        return replace(known, vocabulary=self.vocabulary(native))

    def vocabulary(self, native: str) -> frozenset[str] | None:
        """The values of a restricted picklist; None where any text goes."""
        description = self.fields.get(native, {})
        if description.get("type") != "picklist" or not description.get("restrictedPicklist"):
            return None
        values = description.get("picklistValues") or ()
        active = (v for v in values if isinstance(v, Mapping) and v.get("active", True))
        return frozenset(v["value"] for v in active if isinstance(v.get("value"), str))

    @property
    def demanded(self) -> tuple[str, ...]:
        """Native names of what every new contact must have, and we give to none unless it is mapped
        as a custom field: neither nillable nor filled by a default (sObject Describe).
        """
        return tuple(
            name
            for name, described in self.fields.items()
            if described.get("createable")
            and not (described.get("nillable", True) or described.get("defaultedOnCreate"))
            and name not in self.mapped | {"LastName", "OwnerId"}
        )

    @property
    def mapped(self) -> frozenset[str]:
        """Native names the declared mapping uses."""
        return frozenset(n for field in mapping.FIELDS for n in field.native)


def _placed(field: Field, placed: Mapping[str, Places]) -> Field:
    """An address with codes of state and country, where there are any."""
    places = placed.get(field.name)
    if places is None:
        return field
    codes = (f"{ADDRESSES[field.name]}{each}" for each in CODES)
    return replace(field, native=(*field.native, *codes), codec=PlacedAddress(places))


class SchemaSource:
    """Fetches the description once and keeps it; asks again only whether it changed."""

    def __init__(self, service: SalesforceService) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._schema: Schema | None = None
        self._modified: str | None = None

    def known(self) -> Schema:
        """The description, fetched at first use."""
        with self._lock:
            return self._schema or self._fetch()

    def refreshed(self, *, anew: bool = False) -> Schema:
        """The description as it is now. `anew`: without asking only whether it changed, since a
        field permission that was taken away need not count as a change.
        """
        with self._lock:
            return self._fetch(anew=anew)

    def _fetch(self, *, anew: bool = False) -> Schema:
        since = None if anew or self._schema is None else self._modified
        found, self._modified = self._service.describe(OBJECT, since)
        if found is not None or self._schema is None:
            self._schema = Schema(found or {}, self._service.can_read("Account"))
        return self._schema
