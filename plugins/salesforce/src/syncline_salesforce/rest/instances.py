"""Which instances a token may be sent to: the configured one, and those of its domain. Pure.

The token endpoint names an instance with every token (`instance_url`), and may name another than
the one asked: a login host names My Domain's, and an organisation moves. A proxy that alters the
answer must not be able to send us, our token and a member's records anywhere else.
"""

from __future__ import annotations

from typing import Final

from syncline.plugin.http import origin

SHARED: Final = "salesforce.com"
"""Whose hosts are Salesforce's own: login and test, which know every organisation, and the numbered
instances of organisations without My Domain (na139, cs42)."""
_MY: Final = ".my."


def belongs(instance: str, configured: str) -> bool:
    """Whether an instance is the `configured` one or of its domain.

    Of My Domain are its own hosts: `acme.my.salesforce.com`; a sandbox is another organisation,
    whose name tells it apart: `acme--uat.sandbox.my.salesforce.com`. Of a login host, and of a
    numbered instance, is every host of Salesforce. Any other host is only itself.
    """
    theirs, ours = origin(instance), origin(configured)
    if theirs == ours:
        return bool(ours[1])
    if (theirs[0], theirs[2]) != (ours[0], ours[2]):
        return False
    if _MY in ours[1]:
        return _my_domain(theirs[1]) == _my_domain(ours[1])
    return _is_shared(ours[1]) and _is_shared(theirs[1])


def _my_domain(host: str) -> tuple[str, str]:
    """The organisation's name and whose domain it is in; My Domain's hosts have parts in between
    that come and go (`.sandbox`, `.develop`).
    """
    name, _, domain = host.partition(_MY)
    return name.partition(".")[0], domain


def _is_shared(host: str) -> bool:
    return host.endswith(f".{SHARED}")
