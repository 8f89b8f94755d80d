"""Where pages of other systems enter core: checked record by record, value by value.

A value nobody can interpret, or our database could not keep, costs its own record only: it becomes
`Absent(UNREADABLE)`, which waits with its reason and is never taken for deleted. Reasons name the
field and the kind of problem, never the value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from syncline.model import text
from syncline.model.fields import SHORT_TEXT, FieldType, SetType, Value
from syncline.model.objects import ObjectType
from syncline.model.records import AbsenceReason, Absent, Record
from syncline.plugin.requests import FetchRequest, IdsRequest, MatchRequest, Page
from syncline.plugin.spec import UNREADABLE, TypeSpec

NAME_AT_MOST: Final = 1024
"""Bytes of an id, version, owner, container or marker: two of them must fit into one entry of an
index, which PostgreSQL limits to 2704 bytes (btree documentation, "version 4 index")."""
TEXT_AT_MOST: Final = 1_000_000
"""Characters of one text: far more than any field of any system holds."""
ELEMENTS_AT_MOST: Final = 1_000
LEFT_OUT: Final = "the answer left it out"
_FORM: Final = "holds characters that cannot be kept"
_LONG: Final = "is longer than anything that can be kept"
_TAKES_ANY_TEXT: Final = frozenset(
    {text.short_text, text.long_text, text.folded, text.email, text.phone, text.url}
)
_TEXTS: Final = ("version", "owner", "container", "marker")


def checked(page: Page, request: FetchRequest, type_: ObjectType | None) -> Page:
    """The page with everything in it that core can rely on, and the rest by name.

    Answers by id are complete: what the connector left out is unreadable, which is not deleted.
    Of answers by match key, records keep what of them can be read: one that could not be found
    would be made a second time.

    Raises:
        TypeError, ValueError: the cursor cannot be kept as JSON.

    """
    asked = field_types(request.spec, type_)
    looked = [looked_at(each, asked) for each in page.records if _is_record(each)]
    last = {record.id: why for record, why in looked}  # of a repeated record, the last one counts
    partly = isinstance(request, MatchRequest)
    bad = dict.fromkeys(id for id, why in last.items() if why and not partly)
    unreadable = {record.id: _unreadable(record, last[record.id]) for record, _ in looked if bad}
    records = tuple(r for r, why in looked if r.id not in bad and (partly or not why))
    named = [_absence(each) for each in page.absent if _is_absence(each)]
    absent = (*named, *(unreadable[each] for each in bad))
    if isinstance(request, IdsRequest):
        absent += _left_out(request, (*records, *absent))
    nameless = len(page.records) - len(looked) + len(page.absent) - len(named)
    json.dumps(page.cursor)  # as it will be kept
    return replace(page, records=records, absent=absent, nameless=page.nameless + nameless)


def is_name(value: object) -> bool:
    """Whether something can be an id: a text, not empty, of sane length, that can be kept."""
    return bool(value) and not _unfit_name(value)


# ---- one record ---------------------------------------------------------------------------------


def field_types(spec: TypeSpec, type_: ObjectType | None) -> Mapping[str, FieldType | None]:
    """The type of each field a mapping has; None if nobody knows the object type. What the
    configuration adds is text.
    """
    names = spec.by_name
    if type_ is None:
        return dict.fromkeys(names)
    known = type_.fields
    return {name: known[name].type if name in known else SHORT_TEXT for name in names}


def looked_at(record: Record, asked: Mapping[str, FieldType | None]) -> tuple[Record, str]:
    """What of a record can be relied on, and why the record as a whole cannot; "" if it can.

    What nobody asked for goes, and so do instants that say none: they decide which edit is the
    newest, where it is better to know nothing than to guess a time zone. A set is a tuple, as it is
    when it comes back from our database.
    """
    facts = record.version, record.owner, record.container, record.marker
    wrong = {
        name: why
        for name, fact in zip(_TEXTS, facts, strict=True)
        if (name == "version" or fact is not None) and (why := _unfit_name(fact))
    }
    given = record.fields if isinstance(record.fields, Mapping) else {"fields": UNREADABLE}
    bad = {
        name: why
        for name, value in given.items()
        if name in asked and (why := unfit(value, asked[name]))
    }
    if given is not record.fields:
        bad["fields"] = "are no mapping"
    usable: dict[str, Any] = {name: "" if name == "version" else None for name in wrong}
    listed = any(isinstance(value, list) for value in given.values())
    if bad or listed or not given.keys() <= asked.keys():
        fit = {n: v for n, v in given.items() if n in asked and n not in bad}
        usable["fields"] = {n: tuple(v) if isinstance(v, list) else v for n, v in fit.items()}
    for name in ("modified", "created"):
        if not _is_instant(getattr(record, name)):
            usable[name] = None
    why = next((f"{name}: {each}" for name, each in {**wrong, **bad}.items()), "")
    return (replace(record, **usable) if usable else record), why


def _unreadable(record: Record, why: str) -> Absent:
    return Absent(record.id, AbsenceReason.UNREADABLE, why=why, owner=record.owner)


def _is_instant(value: object) -> bool:
    return value is None or (isinstance(value, datetime) and value.utcoffset() is not None)


# ---- one value ----------------------------------------------------------------------------------


def unfit(value: Value, kind: FieldType | None) -> str:
    """Why a value cannot be one of this type; "" if it can."""
    if value is None or _is_plain_text(value, kind):
        return ""
    unread = "cannot be read" if kind is None else f"cannot be read as {kind.kind}"
    if value is UNREADABLE:
        return unread
    for part in _texts(value):
        if len(part) > TEXT_AT_MOST:
            return _LONG
        if not can_be_kept(part):
            return _FORM
    if isinstance(value, list | tuple) and len(value) > ELEMENTS_AT_MOST:
        return f"has more than {ELEMENTS_AT_MOST} elements"
    if kind is None or _is_plainly(value, kind):
        return ""
    try:
        kind.normal(value)
    except Exception:  # noqa: BLE001 - field types come from plugins, too
        return unread
    return ""


def _is_plain_text(value: Value, kind: FieldType | None) -> bool:
    """What nearly all values are: a short ASCII text of a field that takes any text. Nothing else
    has to be asked of it.
    """
    return (
        type(value) is str
        and type(kind) is FieldType
        and kind.form in _TAKES_ANY_TEXT
        and value.isascii()
        and "\0" not in value
        and len(value) <= TEXT_AT_MOST
    )


def _is_plainly(value: Value, kind: FieldType) -> bool:
    """Whether it is one of these without working out its normal form, which the digest does once
    more: most values are, and that is half of what checking a page costs.
    """
    if kind.form not in _TAKES_ANY_TEXT:
        return False
    if type(kind) is SetType:
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return type(kind) is FieldType and isinstance(value, str)


def _texts(value: Value) -> Iterable[str]:
    """Every text in a value: in its parts, its elements, and the parts of its elements."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping):
        return [part for part in value.values() if isinstance(part, str)]
    if isinstance(value, list | tuple):
        return [text for element in value for text in _texts_of_element(element)]
    return ()


def _texts_of_element(element: Value) -> Iterable[str]:
    return () if isinstance(element, list | tuple) else _texts(element)


def _unfit_name(value: object) -> str:
    """Why something cannot be an id, a version or the like; "" if it can."""
    if not isinstance(value, str):
        return "is no text"
    if not can_be_kept(value):
        return _FORM
    size = len(value) if value.isascii() else len(value.encode())
    return _LONG if size > NAME_AT_MOST else ""


def can_be_kept(value: str) -> bool:
    """Whether our database can keep a text: UTF-8 has no half of a surrogate pair, and a text in
    PostgreSQL no NUL.
    """
    if "\0" in value:
        return False
    return value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value)


# ---- absences -----------------------------------------------------------------------------------


def _is_record(each: object) -> bool:
    return isinstance(each, Record) and is_name(each.id)


def _is_absence(each: object) -> bool:
    return isinstance(each, Absent) and is_name(each.id)


def _absence(absence: Absent) -> Absent:
    """A record that went into another one we cannot name is not known to be gone."""
    if absence.reason is AbsenceReason.MERGED and absence.into and not is_name(absence.into):
        why = "the record it was merged into has no usable id"
        return Absent(absence.id, AbsenceReason.UNREADABLE, why=why, owner=absence.owner)
    return absence


def _left_out(request: IdsRequest, answered: Iterable[Record | Absent]) -> tuple[Absent, ...]:
    known = {each.id for each in answered}
    silent = dict.fromkeys(each for each in request.ids if each not in known)
    return tuple(Absent(each, AbsenceReason.UNREADABLE, why=LEFT_OUT) for each in silent)
