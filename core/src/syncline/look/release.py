"""What would release a record that waits: a table from the reason to what has to happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_RELEASES: Final[Mapping[str, str]] = {
    "ambiguous": "change one of the candidates so that only one fits, delete the surplus one, or "
    "make the match key unique; the edited record is looked at in the next run",
    "copy": "delete the copy; to keep it as somebody else, enter that record anew: it keeps the "
    "mark of the one it was copied from, and no edit takes that off",
    "hidden": "correct in {connection} what cannot be read of the record this one was made for, or "
    "give Syncline's account the permission to read it; they are linked then, by themselves",
    "outside": "nothing has to be done here: when the record this one was made for is back in the "
    "data set of {connection}, they are linked; if it is deleted there, this one is new",
    "similar": "let both records hold the same, and they are linked; or delete the surplus one, or "
    "give one of them another name, and it is new; the edited record is looked at in the next run",
    "unreadable": "correct in {connection} what the message names, or give Syncline's account the "
    "permission to read the record; it is tried again by itself",
    "read only": "allow Syncline's account to write these fields in {connection}, or take them out "
    "of the sync (`fields`); then `syncline run --full`",
    "no permission": "allow Syncline's account in {connection} what the message names; then "
    "`syncline run --full`",
    "refused": "correct what {connection} refuses, in the record it comes from; the edit is enough",
    "incomplete": "nothing has to be done: the missing fields are sent again; if they stay, look "
    "at the message",
    "deferred": "nothing has to be done: {connection} was busy, and it is tried again by itself",
    "uncertain": "let the record here and the one in {connection} hold the same, and they are "
    "linked; or delete or change the one in {connection}, and the record is created",
    "unknown": "nothing has to be done: the next run looks what became of the write",
}
_OTHERWISE: Final = "an edit of the record, or `syncline run --full`, has it looked at at once"


def release(reason: str, connection: str) -> str:
    """What would release a record that waits for this reason, in words. `connection` is the
    system that is written: the one that refused.
    """
    return _RELEASES.get(reason, _OTHERWISE).replace("{connection}", connection)
