"""Normal forms of text. Two texts are the same value if their normal forms are equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_SPACES = re.compile(r"\s+")
_NOT_DIGIT = re.compile(r"\D")
_DIGITS = {code: None for code in range(128) if not chr(code).isdigit()}


def short_text(value: str) -> str:
    """One line: NFC, every run of white space one space, zero-width characters gone, trimmed."""
    if value.isascii():  # most values; nothing to compose, nothing without width
        return " ".join(value.split())
    composed = unicodedata.normalize("NFC", value.translate(_ZERO_WIDTH))
    return _SPACES.sub(" ", composed).strip()


def long_text(value: str) -> str:
    """Many lines: NFC, line ends LF, no white space at the end of a line or of the text."""
    composed = unicodedata.normalize("NFC", value)
    lines = composed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(map(str.rstrip, lines)).strip()


def folded(value: str) -> str:
    """Short text without case, again in NFC: folding may take composed characters apart."""
    if value.isascii():
        return short_text(value).lower()
    once = unicodedata.normalize("NFC", short_text(value).casefold())
    return unicodedata.normalize("NFC", once.casefold()).strip()


def email(value: str) -> str:
    """An address, compared without case; the domain in its ASCII form."""
    plain = short_text(value)
    local, at, domain = plain.rpartition("@")
    return f"{folded(local)}{at}{ascii_domain(domain)}" if at else folded(plain)


_LONGEST_LABEL = 63
_HOST_NAME = re.compile(r"[a-z0-9._-]+")


def ascii_domain(domain: str) -> str:
    """The form in which domains are registered: mapped as UTS #46 says (nontransitional, as IDNA
    2008 is: `faß.de` is not `fass.de`), each label in Punycode. What is no host name is folded
    only, since its form would not be stable.
    """
    return folded(domain) if domain.isascii() else _registered(domain)


@lru_cache(maxsize=4096)
def _registered(domain: str) -> str:
    import idna  # only here: few domains need it, and every command's start would feel it

    plain = folded(domain)
    for spelled in (domain, plain):
        try:
            labels = idna.uts46_remap(spelled, std3_rules=False, transitional=False).split(".")
        except (idna.IDNAError, UnicodeError):
            continue
        encoded = ".".join(map(_ascii_label, labels))
        if _HOST_NAME.fullmatch(encoded):
            return encoded
    return plain


def _ascii_label(label: str) -> str:
    """Not by `idna.alabel`, which refuses what is registered all the same (emoji, underscores)."""
    if label.isascii() or len(label) > _LONGEST_LABEL:
        return label
    return f"xn--{label.encode('punycode').decode('ascii')}"


def phone(value: str) -> str:
    """A number, compared by its digits, a leading plus and an extension.

    Text without a single digit ("ask reception") is compared as short text.
    """
    plain = short_text(value)
    number, extension = _split_extension(plain)
    digits = number.translate(_DIGITS) if number.isascii() else _NOT_DIGIT.sub("", number)
    if not digits:
        return folded(plain)
    plus = "+" if number.lstrip(" (").startswith("+") else ""
    return f"{plus}{digits}" + (f"x{extension}" if extension else "")


_EXTENSION = re.compile(r"(?i)[\s,;]*(?:ext(?:ension)?\.?|x|durchwahl)[\s.:]*(\d+)$")


def _split_extension(number: str) -> tuple[str, str]:
    if number.lower() == number.upper():
        return number, ""  # not a letter in it
    found = _EXTENSION.search(number)
    return (number[: found.start()], found.group(1)) if found else (number, "")


def url(value: str) -> str:
    """Scheme and host in lower case, no slash after an empty path."""
    plain = short_text(value)
    scheme, separator, rest = plain.partition("://")
    if not separator:
        return plain
    host = _HOST.match(rest)
    end = host.end() if host else 0
    tail = rest[end:] if rest[end:].strip() != "/" else ""
    return short_text(f"{_lowered(scheme)}://{_lowered(rest[:end])}{tail}")


_HOST = re.compile(r"[^/?#]*")


def _lowered(value: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value.lower()).lower())


def name_key(value: str) -> str:
    """A name as a match key: short text without case."""
    return folded(value)
