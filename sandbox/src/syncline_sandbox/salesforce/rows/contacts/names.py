"""Full names, which the service puts together from their parts."""

from __future__ import annotations

from syncline_sandbox.salesforce.store.records import Values

_PARTS = ("FirstName", "MiddleName", "LastName", "Suffix")


def with_full_name(values: Values, stored: Values) -> Values:
    """The values of a person's row with the name they make, together with what is stored."""
    words = [values.get(part, stored.get(part)) for part in _PARTS]
    return values | {"Name": " ".join(word for word in words if word)[:121]}
