"""The three places of a contact's e-mail addresses, and the list of those that are taken.

"Use the primaryEmailAddress, secondaryEmailAddress, and tertiaryEmailAddress properties on contact
to get or set the primary, secondary, or tertiary email address" (What's new in Microsoft Graph,
2026). That `emailAddresses` lists the same addresses follows from Outlook, which has three places
for them. Older metadata has no such properties: the quirk `no-numbered-addresses`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.graph.contacts.schema import EMAILS, NUMBERED


def with_numbered_addresses(
    changes: Mapping[str, Any], current: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Changes completed by what they mean for the places and for the list; a place that is named
    wins over the list.
    """
    if not changes.keys() & {EMAILS, *NUMBERED}:
        return dict(changes)
    before = current or {}
    places = [before.get(name) for name in NUMBERED]
    if EMAILS in changes:
        places = [*changes[EMAILS], None, None, None][: len(NUMBERED)]
    taken = [changes.get(name, place) for name, place in zip(NUMBERED, places, strict=True)]
    listed = [place for place in taken if place is not None]
    return {**changes, EMAILS: listed, **dict(zip(NUMBERED, taken, strict=True))}
