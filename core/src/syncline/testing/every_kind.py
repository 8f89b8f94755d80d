"""A made-up object type with a field of every kind, for tests of what works with any type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from syncline.model import fields as f
from syncline.model import text
from syncline.model.fields import AtomicType, Value
from syncline.model.kinds.choice import ChoiceType
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.number import NUMBER
from syncline.model.kinds.people import PEOPLE, Person
from syncline.model.kinds.rich_text import RICH_TEXT
from syncline.model.objects import CanonicalModel, ObjectType, object_type

STATUS: Final = ChoiceType(
    "status",
    classes={
        "not_started": "open",
        "in_progress": "open",
        "waiting": "open",
        "deferred": "open",
        "completed": "closed",
    },
)
RULE: Final = AtomicType(
    "rule",
    text.short_text,
    parts=MappingProxyType(
        {"every": f.SHORT_TEXT, "times": NUMBER, "until": f.DATE},
    ),
)


class Errand(CanonicalModel):
    """Something to be done, somewhere, by several people."""

    title: Annotated[str | None, f.SHORT_TEXT] = None
    remarks: Annotated[str | None, f.LONG_TEXT] = None
    body: Annotated[Mapping[str, str] | None, RICH_TEXT] = None
    due: Annotated[str | None, f.DATE] = None
    start: Annotated[Mapping[str, str | None] | None, INSTANT] = None
    urgent: Annotated[str | None, FLAG] = None
    effort: Annotated[str | None, NUMBER] = None
    status: Annotated[str | None, STATUS] = None
    topics: Annotated[tuple[str, ...], f.CATEGORIES] = ()
    place: Annotated[Mapping[str, str | None] | None, f.ADDRESS] = None
    rule: Annotated[Mapping[str, str | None] | None, RULE] = None
    people: Annotated[tuple[Person, ...], PEOPLE] = ()


ERRAND: Final[ObjectType] = object_type(
    "errand", Errand, default_match=("title+due",), label_fields=("title",)
)


def title_and_due(fields: Mapping[str, Value]) -> tuple[str, ...]:
    """A matcher: what is called the same and due on the same day."""
    title = text.name_key(fields.get("title") or "")
    due = f.DATE.normal(fields.get("due"))
    return (f"{title}\x1f{due}",) if title and due else ()
