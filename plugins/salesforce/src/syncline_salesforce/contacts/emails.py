"""The one e-mail address of a contact."""

from __future__ import annotations

from typing import Any

from syncline.model import text
from syncline.model.fields import Value
from syncline.plugin.codecs import OneOfSet


class Email(OneOfSet):
    """One address. Salesforce takes ASCII domains only, so an international one is sent in its
    ASCII form, which is the same address.
    """

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The address; the first if there are several."""
        return (ascii_address(value[0]) if value else None,)


def ascii_address(address: str) -> str:
    """The address with the ASCII form of its domain; unchanged if it has none, or if that would
    be another address.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        changed = f"{local}{at}{domain.encode('idna').decode('ascii')}" if at else address
    except UnicodeError:
        return address
    return changed if text.email(changed) == text.email(address) else address
