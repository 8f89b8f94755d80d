"""The scopes that a query may ask for, by the names of `USING SCOPE`."""

from __future__ import annotations

from syncline_sandbox.salesforce.schema.object_type import ObjectType


def scopes_of(kind: ObjectType) -> dict[str, str]:
    """Name and label of each scope of an object."""
    found = {"everything": f"All {kind.plural}"}
    return found | {"mine": f"My {kind.plural}"} if kind.field("OwnerId") else found
