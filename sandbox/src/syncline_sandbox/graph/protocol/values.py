"""Values of a body: what JSON may stand for a text, a list, a part, an instant.

Lengths are documented nowhere: `SHORT_TEXT` is the size of the columns Exchange indexes and can be
changed here in one place.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from syncline_sandbox.graph.errors import Failure, bad_body, bad_request

SHORT_TEXT = 255

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(\.\d{1,12})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE
)


def unknown_property(name: str, type_name: str) -> Failure:
    """A body names something the type does not have."""
    return bad_body(
        f"The property '{name}' does not exist on type '{type_name}'. Make sure to only use "
        "property names that are defined by the type."
    )


def read_text(name: str, value: Any, limit: int = SHORT_TEXT) -> str | None:
    """A text within a limit, or null; raises `Failure` (400)."""
    if value is not None and not (isinstance(value, str) and _is_unicode(value)):
        raise bad_body(
            f"Cannot convert the value of property '{name}' to target type 'Edm.String' because of "
            "conversion error."
        )
    if value is not None and len(value) > limit:
        raise _too_large(name, f"is {len(value)} characters long", limit)
    return value


def _is_unicode(value: str) -> bool:
    """Whether a text is free of lone surrogates, which JSON can spell but UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def read_list(name: str, value: Any, limit: int | None) -> list[Any]:
    """A list of so many entries at most; raises `Failure` (400)."""
    if not isinstance(value, list):
        raise bad_body(
            f"The value of property '{name}' is no collection: a node of type 'StartArray' was "
            "expected from the JSON reader."
        )
    if limit is not None and len(value) > limit:
        raise bad_request(
            f"The multi value property {name[0].upper()}{name[1:]} has {len(value)} entries, that "
            f"exceeds the max allowed value of {limit}",
            "ErrorInvalidRequest",
        )
    return value


def read_parts(
    name: str, value: Any, parts: tuple[str, ...], type_name: str, limit: int
) -> dict[str, Any]:
    """The parts a complex value gives, each a text within a limit; raises `Failure` (400)."""
    if not isinstance(value, dict):
        raise bad_body(f"The value of property '{name}' is no '{type_name}'.")
    given = {part: entry for part, entry in value.items() if "@" not in part}
    if surplus := given.keys() - set(parts):
        raise unknown_property(min(surplus), type_name)
    texts = {part: read_text(f"{name}/{part}", given.get(part), limit) for part in parts}
    return {part: entry for part, entry in texts.items() if part in given}


def read_instant(name: str, value: Any) -> datetime:
    """A DateTimeOffset or a bare date (midnight UTC); raises `Failure` (400)."""
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return datetime.fromisoformat(_six_digits(value)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_instant(name) from error
    raise _no_instant(name)


def _no_instant(name: str) -> Failure:
    return bad_body(
        f"Cannot convert the value of property '{name}' to target type 'Edm.DateTimeOffset' "
        "because of conversion error."
    )


def format_instant(moment: datetime) -> str:
    """An instant as Graph writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _six_digits(value: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", value.upper())


def _too_large(name: str, what: str, limit: int) -> Failure:
    return bad_request(
        f"The value of property '{name}' {what}, that exceeds the max allowed length of {limit}",
        "ErrorInvalidRequest",
    )
