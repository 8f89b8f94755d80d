"""The misbehaviours this stand-in knows beyond those that both have."""

from __future__ import annotations

from syncline_sandbox.quirks import COMMON, SALESFORCE, Quirk

QUIRKS = (
    *COMMON,
    Quirk(
        "late-visibility",
        "what is written shows up in queries only later: after seconds, or after some calls",
        SALESFORCE,
        {"seconds": 10, "calls": None},
    ),
    Quirk("row-locked", "a row is refused with UNABLE_TO_LOCK_ROW", SALESFORCE),
    Quirk("locator-lost", "the cursor of a query is not known any more", SALESFORCE),
    Quirk(
        "field-permission-lost",
        "the API user may not see a field any more",
        SALESFORCE,
        {"field": "Contact.MobilePhone"},
    ),
)
