"""Match keys: by which values two records that were never linked are recognised as the same.

A matcher is a pure function from canonical fields to normalised keys, strongest evidence only;
there are no scores. Which matchers apply, and in which order, is policy (`match`). Plugins add
matchers through the hook `register_matchers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncline.model import text
from syncline.model.fields import Value

Matcher = Callable[[Mapping[str, Value]], tuple[str, ...]]

_ROLE_ADDRESSES = frozenset(
    {"info", "sales", "office", "contact", "kontakt", "support", "hello", "mail", "admin", "team"}
)


def email(fields: Mapping[str, Value]) -> tuple[str, ...]:
    """Every personal e-mail address. Role addresses (info@, sales@) identify a firm, no person."""
    keys = (text.email(address) for address in fields.get("emails") or ())
    return tuple(key for key in keys if "@" in key and key.split("@")[0] not in _ROLE_ADDRESSES)


def name_company(fields: Mapping[str, Value]) -> tuple[str, ...]:
    """Given name, family name and company together; a contact without one of them has no key."""
    return _joined(fields, "given_name", "family_name", "company")


def name(fields: Mapping[str, Value]) -> tuple[str, ...]:
    """Given and family name together: weak evidence, not among the defaults."""
    return _joined(fields, "given_name", "family_name")


def _joined(fields: Mapping[str, Value], *names: str) -> tuple[str, ...]:
    parts = [text.name_key(fields.get(each) or "") for each in names]
    return ("\x1f".join(parts),) if all(parts) else ()


BUILT_IN: Mapping[str, Matcher] = {
    "email": email,
    "name+company": name_company,
    "name": name,
}
