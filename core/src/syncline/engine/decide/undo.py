"""What of an earlier run can be taken back: decided record by record, from values alone.

A record is put back only if it still holds what that run left in it. Undo takes back what *we*
wrote, never what a person entered: `docs/explanation/undo.md`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from syncline.engine.decide.deltas import Digests
from syncline.engine.decide.digests import Digester
from syncline.engine.decide.touched import TOUCHED, Trail, is_touched
from syncline.model.fields import Value
from syncline.model.records import AbsenceReason, Record
from syncline.model.reports import Action
from syncline.plugin.spec import TypeSpec

Fields = Mapping[str, Value]

SHARED: Final = "others have linked it"
"""Why a created record stays that other lanes hold, too."""


@dataclass(frozen=True)
class Wrote:
    """What a run did to one record, with the whole record before and after as far as it was
    known. `version` is the one the write's own answer gave. `agreed`: of a deletion, what the other
    record of the pair was settled at; None where that is not known.
    """

    action: Action
    before: Fields = field(repr=False)
    after: Fields = field(repr=False)
    version: str | None = None
    agreed: Digests | None = None


class Counterpart(Enum):
    """What became of the record that a deleted one was linked to."""

    THERE = "there"
    OUTSIDE = "outside of the data set"
    GONE = "gone"
    TAKEN = "linked to another record"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One record as it is now. `record` is None if it is not there, `absence` then says why.

    `linked`: its lane has a link that holds it. `shared`: how many other links hold it.
    `undone`: it was created again by an earlier undo. `counterpart` matters for deleted ones, as
    does `anew`: the kind of match key that a record made since then shares with it. `trail` matters
    for created ones.
    """

    spec: TypeSpec
    record: Record | None = None
    absence: AbsenceReason | None = None
    linked: bool = True
    shared: int = 0
    undone: bool = False
    counterpart: Counterpart = Counterpart.UNKNOWN
    anew: str = ""
    trail: Trail = Trail()  # noqa: RUF009 - frozen


class UndoVerdict(Enum):
    """Put old values back, delete what was created, create what was deleted, or keep."""

    RESTORE = "restore"
    DELETE = "delete"
    CREATE = "create"
    KEEP = "keep"


@dataclass(frozen=True)
class UndoDecision:
    """`fields` are sent by RESTORE and CREATE. `reason` says why KEEP, or what is left out."""

    verdict: UndoVerdict
    reason: str = ""
    fields: Fields = field(default_factory=dict, repr=False)


def net(rows: Sequence[Wrote]) -> Wrote | None:
    """Several writes of one run to one record, in order, as one; None if nothing came of them.

    Not each of them need have read the same fields: what was before is what the first one saw of a
    field, and what was left is what the last one says of it.
    """
    first, last = rows[0], rows[-1]
    created, deleted = first.action is Action.CREATE, last.action is Action.DELETE
    if created and deleted:
        return None
    action = Action.CREATE if created else Action.DELETE if deleted else Action.UPDATE
    before = first.before if created else _together(row.before for row in reversed(rows))
    after = last.after if deleted else _together(row.after for row in rows)
    return Wrote(action, before, after, last.version, last.agreed)


def _together(images: Iterable[Fields]) -> Fields:
    """Of each field, what the last of these images says that has it."""
    return {name: value for image in images for name, value in image.items()}


def parts(
    wrote: Wrote, writable: Sequence[Container[str]], digester: Digester
) -> list[Wrote | None]:
    """An update, as several take it back one after the other, each of whom may write some fields:
    whoever comes first takes all it may. None for those to whom nothing is left.

    Each part begins where the one before it ends. What nobody may write is in the first one.
    """
    rest = _different(wrote.before, wrote.after, wrote.after, digester)
    nobodys = [name for name in rest if not any(name in names for names in writable)]
    left, found = wrote.after, list[Wrote | None]()
    for names in writable:
        mine = [name for name in rest if name in names or name in nobodys]
        rest = tuple(name for name in rest if name not in mine)
        before = {**left, **{name: wrote.before.get(name) for name in mine}}
        needed = mine or not found
        found.append(Wrote(wrote.action, before, left, wrote.version) if needed else None)
        left = before
    return found


def decide_undo(wrote: Wrote, now: Standing, digester: Digester) -> UndoDecision:
    """What to do about one record that a run wrote."""
    if now.absence is AbsenceReason.UNREADABLE:
        return _keep("it cannot be read at the moment")
    if now.absence is AbsenceReason.LEFT:
        return _keep("it has left the data set since")
    match wrote.action:
        case Action.CREATE:
            return _take_away(wrote, now, digester)
        case Action.DELETE:
            return _create_again(wrote, now, digester)
        case _:
            return _put_back(wrote, now, digester)


def _put_back(wrote: Wrote, now: Standing, digester: Digester) -> UndoDecision:
    record = now.record
    if record is None:
        return _keep("it was deleted since")
    if not now.linked:
        return _keep("its link has ended since")
    written = _different(wrote.before, wrote.after, wrote.after, digester)
    if not _different(record.fields, wrote.before, written, digester):
        return _keep("it holds its old values already")
    edited = _edited(wrote, now, tuple(wrote.after), digester)
    if edited:
        return _keep(f"edited since: {', '.join(edited)}")
    locked = [name for name in written if not _may_write(now.spec, record, name)]
    refused = sorted(digester.type.together(locked).intersection(written), key=written.index)
    allowed = [name for name in written if name not in refused]
    if not allowed:
        return _keep(f"these fields may not be written: {', '.join(refused)}")
    left_out = f"without {', '.join(refused)}, which may not be written" if refused else ""
    fields = {name: wrote.before.get(name) for name in allowed}
    return UndoDecision(UndoVerdict.RESTORE, left_out, fields)


def _take_away(wrote: Wrote, now: Standing, digester: Digester) -> UndoDecision:
    if now.record is None:
        return _keep("it is gone already")
    if not now.linked:
        return _keep("its link has ended since")
    if now.shared:
        return _keep(SHARED)
    edited = _edited(wrote, now, tuple(now.spec.by_name), digester)
    if edited:
        return _keep(f"edited since: {', '.join(edited)}")
    if is_touched(now.trail, now.spec):
        return _keep(TOUCHED)
    return UndoDecision(UndoVerdict.DELETE)


_NO_WAY_BACK: Mapping[Counterpart, str] = {
    Counterpart.TAKEN: "what it was linked to is linked to another record by now",
    Counterpart.UNKNOWN: "it cannot be told what it was linked to",
}


def _create_again(wrote: Wrote, now: Standing, digester: Digester) -> UndoDecision:
    if now.undone:
        return _keep("an earlier undo has created it again")
    if now.record is not None:
        return _keep("it is there again")
    if now.counterpart in _NO_WAY_BACK:
        return _keep(_NO_WAY_BACK[now.counterpart])
    if now.anew:
        return _keep(f"somebody has entered it anew: a record with the same {now.anew} is there")
    kinds, mapped = digester.type.fields, now.spec.by_name
    fields = {
        name: value
        for name, value in wrote.before.items()
        if name in mapped and not mapped[name].read_only
        if name not in kinds or kinds[name].type.normal(value) is not None
    }
    return UndoDecision(UndoVerdict.CREATE, "", fields)


def _edited(
    wrote: Wrote, now: Standing, names: tuple[str, ...], digester: Digester
) -> tuple[str, ...]:
    """The fields that differ from what the run left. An exact version that did not move says so
    at once: what a service made of our values is not an edit.
    """
    record = now.record
    if record is None:
        return ()
    exact = now.spec.conditional == "version" and wrote.version is not None
    if exact and record.version == wrote.version:
        return ()
    return _different(record.fields, wrote.after, names, digester)


def _different(
    one: Fields, other: Fields, names: Sequence[str] | Fields, digester: Digester
) -> tuple[str, ...]:
    """Of these fields, those with different values; what was not read in `one` is left out."""
    known = digester.type.fields
    return tuple(
        name
        for name in names
        if name in known and name in one
        if digester.field(name, one[name]) != digester.field(name, other.get(name))
    )


def _may_write(spec: TypeSpec, record: Record, name: str) -> bool:
    mapped = spec.by_name.get(name)
    return (
        mapped is not None
        and not (mapped.read_only or mapped.create_only)
        and record.writable.allows(name)
    )


def _keep(reason: str) -> UndoDecision:
    return UndoDecision(UndoVerdict.KEEP, reason)
