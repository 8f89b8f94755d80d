"""The one e-mail address of a contact: which address Salesforce takes, and in which form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from syncline.model import text
from syncline.model.capacity import Capacity
from syncline.model.fields import Element, SetType, Value
from syncline.plugin.codecs import OneOfSet

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
"""RFC 5322's dot-atom at a host name of RFC 1123. Anything else is certainly refused
(INVALID_EMAIL_ADDRESS); what Salesforce refuses beyond that is met by `leaving_out`."""


class Email(OneOfSet):
    """One address. Salesforce takes ASCII domains only, so an international one is sent in its
    ASCII form, which is the same address.
    """

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The address; the first if there are several."""
        return (ascii_address(value[0]) if value else None,)


@dataclass(frozen=True, kw_only=True)
class EmailCapacity(Capacity):
    """Room for addresses only: an Exchange name (`/o=…`), a display form (`Ann <ann@…>`) or an
    address of more than `max_length` characters is left out, so that the next one is the first.
    """

    def stored_element(self, kind: SetType, element: Element) -> Element:
        """The address as it is; "" if Salesforce would refuse the contact because of it."""
        sent = ascii_address(element)
        fits = self.max_length is None or len(sent) <= self.max_length
        return element if fits and is_address(sent) else ""


def is_address(value: str) -> bool:
    """Whether it has the form of an address, in ASCII."""
    return _ADDRESS.fullmatch(value) is not None


def ascii_address(address: str) -> str:
    """The address with the ASCII form of its domain; unchanged if it has none, or if that would
    be another address.
    """
    local, at, domain = address.strip().rpartition("@")
    if domain.isascii() or not at:
        return address
    changed = f"{local}{at}{text.ascii_domain(domain)}"
    return changed if text.email(changed) == text.email(address) else address
