"""What Graph's lists, delta among them, do not answer as it is stored. Pure.

Notes that begin with a line break come without any line break there, and cut after 256 characters;
read by id they are whole (github.com/microsoftgraph/microsoft-graph-docs-contrib, issue 413). What
they began with is gone, but a line break, or more than that, says that nothing was taken out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from syncline.model.records import Record
from syncline.plugin.spec import Native, TypeSpec

_NOTES: Final = "notes"
_LEFT: Final = 256
_LINE_BREAK: Final = re.compile(r"[\r\n]")


def may_be_altered(spec: TypeSpec, native: Native) -> bool:
    """Whether a contact in a list may have other notes than the list says: all that have notes of
    one line that is no longer than what is left.
    """
    notes = native.get("personalNotes") if _NOTES in spec.by_name else None
    if not isinstance(notes, str) or not notes.strip():
        return False
    return len(notes) <= _LEFT and not _LINE_BREAK.search(notes)


def as_far_as_known(record: Record) -> Record:
    """The record of such a contact where it cannot be read by id: its notes are unknown."""
    fields = {name: value for name, value in record.fields.items() if name != _NOTES}
    return replace(record, fields=fields)
