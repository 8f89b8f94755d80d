"""Answers to writes, as `checked` does for what is read: what core may keep of each outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from syncline.model.fields import Value
from syncline.model.objects import ObjectType
from syncline.model.records import Record
from syncline.plugin.checked import can_be_kept, field_types, is_name, looked_at, unfit
from syncline.plugin.requests import (
    Applied,
    Deferred,
    Duplicate,
    Gone,
    Outcome,
    Rejected,
    Stale,
    Unknown,
)
from syncline.plugin.spec import TypeSpec

WORDS_AT_MOST: Final = 2_000
"""Characters of a service's message."""


def answered(outcome: Outcome, spec: TypeSpec, type_: ObjectType | None) -> Outcome:
    """The outcome with nothing in it that our database could not keep.

    A write whose answer names no usable record has no answer: what became of it is found out by
    looking.
    """
    match outcome:
        case Applied():
            return _applied(outcome, spec, type_)
        case Stale():
            return Stale(current=_current(outcome.current, spec, type_))
        case Gone(into=into):
            return replace(outcome, into=into if is_name(into) else None)
        case Duplicate():
            return replace(outcome, of=tuple(each for each in outcome.of if is_name(each)))
        case Rejected():
            return replace(outcome, message=_words(outcome.message), code=_words(outcome.code))
        case Unknown() | Deferred():
            return replace(outcome, message=_words(outcome.message))


def _current(record: Record | None, spec: TypeSpec, type_: ObjectType | None) -> Record | None:
    if record is None or not is_name(record.id):
        return None
    known, why = looked_at(record, field_types(spec, type_))
    return None if why else known


def _applied(outcome: Applied, spec: TypeSpec, type_: ObjectType | None) -> Outcome:
    if not is_name(outcome.id):
        return Unknown(message="the answer to the write names no usable record")
    version = outcome.version if is_name(outcome.version) else None
    names = field_types(spec, type_)
    return replace(
        outcome,
        version=version,
        stored=_stored(outcome.stored, spec, type_),
        incomplete=tuple(n for n in outcome.incomplete if isinstance(n, str) and n in names),
    )


def _stored(
    stored: Mapping[str, Value] | None, spec: TypeSpec, type_: ObjectType | None
) -> Mapping[str, Value] | None:
    """What the service made of the values; of those that cannot be read nothing is known."""
    if stored is None:
        return None
    types = field_types(spec, type_)
    return {n: v for n, v in stored.items() if n in types and not unfit(v, types[n])}


def _words(text: object) -> str:
    return text[:WORDS_AT_MOST] if isinstance(text, str) and can_be_kept(text) else ""
