"""A field of an object, with the properties that `describe` reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncline_sandbox.salesforce.schema.places import COUNTRIES, STATES

FieldType = Literal[
    "id",
    "reference",
    "string",
    "textarea",
    "email",
    "phone",
    "url",
    "picklist",
    "boolean",
    "date",
    "datetime",
    "double",
    "currency",
    "int",
    "address",
]

TEXT_TYPES = frozenset({"string", "textarea", "email", "phone", "url", "picklist"})
NUMBER_TYPES = frozenset({"double", "currency", "int"})


@dataclass(frozen=True)
class Field:
    """One field. Lengths are characters; `parts` are the fields a compound address is made of;
    `labels` are values of a picklist with what people read instead. `valid_for` are values of a
    picklist that depends on another one, its `controller`, with the value they are valid for.
    """

    name: str
    type: FieldType
    length: int = 0
    label: str = ""
    required: bool = False
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    filterable: bool = True
    id_lookup: bool = False
    external_id: bool = False
    unique: bool = False
    custom: bool = False
    values: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    controller: str | None = None
    valid_for: tuple[tuple[str, str], ...] = ()
    restricted: bool = False
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    default: str | bool | float | None = None
    needs: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def stored(self) -> bool:
        """Whether the field is a column; a compound one is put together when read."""
        return self.type != "address"

    @property
    def groupable(self) -> bool:
        """Whether GROUP BY takes the field (SOQL Reference, "Considerations for GROUP BY")."""
        barred = self.type in ("address", "double", "currency", "datetime")
        return self.filterable and not barred and not (self.custom and self.type == "int")

    @property
    def shown_label(self) -> str:
        """The label, made from the name where none is given."""
        return self.label or spaced(self.name)


def spaced(name: str) -> str:
    """`MobilePhone` → `Mobile Phone`; a custom field loses its suffix."""
    base = name.removesuffix("__c").removesuffix("Id") or name
    words = "".join(f" {c}" if c.isupper() and i else c for i, c in enumerate(base))
    return words.replace("_", " ").strip()


def text(name: str, length: int, **more: object) -> Field:
    """A line of text."""
    return Field(name, "string", length, **more)  # type: ignore[arg-type]  # checked by dataclass


def system(name: str, kind: FieldType, **more: object) -> Field:
    """A field that only the service writes."""
    fixed: dict[str, object] = {"createable": False, "updateable": False}
    return Field(name, kind, **(fixed | more))  # type: ignore[arg-type]  # checked by dataclass


def lookup(name: str, *targets: str, **more: object) -> Field:
    """A reference to a row of another object, or of one of several; its relationship is the name
    without `Id`.
    """
    fixed: dict[str, object] = {
        "length": 18,
        "refers_to": targets,
        "relationship": name.removesuffix("Id"),
    }
    return Field(name, "reference", **(fixed | more))  # type: ignore[arg-type]  # as above


def picklist(name: str, length: int, *values: str, **more: object) -> Field:
    """A choice; other values are refused only if it is `restricted`."""
    return Field(name, "picklist", length, values=values, **more)  # type: ignore[arg-type]  # as above


def owner(*targets: str) -> Field:
    """The user a row belongs to, or what else may own it."""
    return lookup("OwnerId", *(targets or ("User",)), nillable=False)


def master(kind: str) -> Field:
    """The row that a deleted one was merged into."""
    return lookup(
        "MasterRecordId", kind, createable=False, updateable=False, label="Master Record ID"
    )


def phone(name: str) -> Field:
    """A telephone number."""
    return Field(name, "phone", 40)


def flag(name: str, **more: object) -> Field:
    """Yes or no."""
    fixed: dict[str, object] = {"nillable": False, "default": False}
    return Field(name, "boolean", **(fixed | more))  # type: ignore[arg-type]  # as above


GEOCODE_ACCURACY = (
    "Address",
    "NearAddress",
    "Block",
    "Street",
    "ExtendedZip",
    "Zip",
    "Neighborhood",
    "City",
    "County",
    "State",
    "Unknown",
)


def address(prefix: str) -> tuple[Field, ...]:
    """The fields of one postal address, and the compound field that shows them together."""
    names = ("Street", "City", "State", "PostalCode", "Country")
    codes = (f"{prefix}StateCode", f"{prefix}CountryCode")
    places = (f"{prefix}Latitude", f"{prefix}Longitude", f"{prefix}GeocodeAccuracy")
    return (
        Field(f"{prefix}Street", "textarea", 255),
        text(f"{prefix}City", 40),
        text(f"{prefix}State", 80),
        text(f"{prefix}PostalCode", 20),
        text(f"{prefix}Country", 80),
        _states(codes[0], controller=codes[1]),
        _countries(codes[1]),
        Field(places[0], "double"),
        Field(places[1], "double"),
        picklist(places[2], 40, *GEOCODE_ACCURACY, restricted=True),
        system(
            f"{prefix}Address" if prefix else "Address",
            "address",
            parts=(*(f"{prefix}{name}" for name in names), *codes, *places),
        ),
    )


def _countries(name: str) -> Field:
    labels = tuple(COUNTRIES.items())
    return picklist(name, 10, *COUNTRIES, labels=labels, needs="state_country_picklists")


def _states(name: str, controller: str) -> Field:
    found = [(country, *each) for country, its in STATES.items() for each in its.items()]
    return picklist(
        name,
        10,
        *(code for _, code, _ in found),
        labels=tuple((code, label) for _, code, label in found),
        controller=controller,
        valid_for=tuple((code, country) for country, code, _ in found),
        needs="state_country_picklists",
    )


def audit() -> tuple[Field, ...]:
    """The stamps that every business object carries."""
    return (
        system("CreatedDate", "datetime", nillable=False),
        lookup("CreatedById", "User", createable=False, updateable=False, nillable=False),
        system("LastModifiedDate", "datetime", nillable=False),
        lookup("LastModifiedById", "User", createable=False, updateable=False, nillable=False),
        system("SystemModstamp", "datetime", nillable=False),
    )


def seen() -> tuple[Field, ...]:
    """When a user last did something with a row; the stand-in leaves them empty."""
    return (
        system("LastActivityDate", "date"),
        system("LastViewedDate", "datetime"),
        system("LastReferencedDate", "datetime"),
    )


def identity() -> tuple[Field, ...]:
    """Id and IsDeleted."""
    return (
        system("Id", "id", length=18, nillable=False, id_lookup=True),
        system("IsDeleted", "boolean", nillable=False, default=False),
    )
