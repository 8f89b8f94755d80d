"""The words of a decision: what is seen of a link's two sides, and what may become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum

from syncline.engine.decide.deltas import Change
from syncline.model.sides import Side


class Presence(Enum):
    """Whether a side has its record, as far as there is evidence."""

    PRESENT = "present"
    DELETED = "deleted"
    LEFT = "left"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class SideView:
    """One side of a link. `empty` are the fields without a value; `also_linked` is the number of
    other lanes that link the same record; `modified` is the service's instant of its last change.
    `locked` are the fields that may not be written there.
    """

    presence: Presence
    changes: Mapping[str, Change] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    modified: datetime | None = None
    also_linked: int = 0
    locked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ruling:
    """What overrides the policy for one link: a person's or a plugin's choice of the winner, and
    the side that was the source before a one-way sync, or field, got another direction. It wins
    where bases are unknown. `first_look`: nobody looked at the link since the policy changed. `by`:
    who chose, in words.
    """

    winner: Side | None = None
    by: str = "decided"
    former_source: Side | None = None
    first_look: bool = False


NO_RULING = Ruling()


class Mode(Enum):
    """How a value travels: as a whole, element by element, or as a whole unless it is empty."""

    REPLACE = "replace"
    MERGE = "merge"
    KEEP_TARGET_IF_EMPTY = "source blanks do not clear"


@dataclass(frozen=True)
class Carry:
    """Fields that travel from `source` to the other side. `overrides`: an edit there is lost.

    `winner`, in a merge of both sides' elements: whose additions stay where there is no room for
    everybody's; None: everybody's stay where they are.
    """

    fields: tuple[str, ...]
    source: Side
    mode: Mode
    reason: str
    overrides: bool = False
    winner: Side | None = None


class Verdict(Enum):
    """What becomes of the link as a whole."""

    NOTHING = "nothing"
    UPDATE = "update"
    DELETE = "delete"
    RECREATE = "recreate"
    HOLD = "hold"
    SEVER = "sever"
    END = "end"
    FREEZE = "out of scope"
    WAIT = "wait"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Decision:
    """`side` is the side that is written by DELETE and RECREATE, and would be by HOLD. `settled`
    are fields on which both sides agree already: nothing is written, both bases move. `conflicts`
    wait for a person.
    """

    verdict: Verdict
    reason: str = ""
    side: Side | None = None
    carries: tuple[Carry, ...] = ()
    settled: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


class Reason(StrEnum):
    """Why, in words that plans, reports and the history show. Placeholders are filled in."""

    OFF = "the direction is none"
    UNREADABLE = "a side cannot be read at the moment"
    BOTH_DELETED = "deleted on both sides"
    LEFT_SCOPE = "it left the data set: both stay, nothing travels"
    LEFT_SCOPE_EDITED = "it left the data set, but its counterpart was edited: both stay"
    LEFT_SCOPE_DELETE = "it left the data set, and left_scope = delete"

    SOURCE_DELETED = "the source's deletions pass"
    DELETED_UNEDITED = "deleted on one side, not edited on the other"
    DELETION_WINS = "deleted and edited: the deletion wins ({rule})"
    EDIT_WINS = "deleted and edited: the edit wins ({rule})"
    DELETED_EDITED = "deleted on one side and edited on the other: a person decides"
    TARGET_DELETED = "deleted at the target: stays away until the source's edit"
    STAYED_AWAY = "deleted before the direction was turned: its original stays, unlinked"
    TARGET_DELETED_EDITED = "the source was edited after its copy was deleted"
    TARGET_DELETED_DRIFT = "deleted at the target, and drift = revert"
    NO_CREATE = "{why}, but creating is switched off there"
    NO_DELETE = "{why}; deleting is switched off there: it stays, unlinked"
    SHARED = "{why}; others link the same record: only this link ends"

    EDITED_ONE_SIDE = "edited on one side only"
    EDITED_SOURCE = "edited at the source"
    DRIFT = "drift = revert"
    ELEMENTS = "elements added and removed on both sides"
    WON = "changed on both sides: {winner} wins ({rule})"
    BOTH_EDITED = "changed on both sides: a person decides"
    FIRST_ONE_WAY = "first sync: the source's values win"
    FIRST_FILLS = "first sync: fills what is empty"
    FIRST_ELEMENTS = "first sync: both sides' elements are kept"
    FIRST_WON = "first sync: {winner} wins ({rule})"
    FIRST_SOURCE = "first sync both ways: {winner} wins, as the source it was"
