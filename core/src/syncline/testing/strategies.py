"""Hypothesis strategies: values of every field type, and capacities that hurt.

Needs hypothesis, which the kit itself does not.
"""

from __future__ import annotations

from datetime import timedelta, timezone
from functools import cache
from typing import Any, Final, Literal

from hypothesis import strategies as st

from syncline.model.capacity import Capacity
from syncline.model.fields import CompositeType, FieldType, SetType, Value
from syncline.model.kinds.choice import ChoiceType
from syncline.model.kinds.instant import Resolution
from syncline.model.kinds.people import PeopleType
from syncline.model.kinds.rich_text import RichTextType

_HALF_A_DAY: Final = timedelta(hours=12)
_UNITS: Final[tuple[Literal["characters", "utf16"], ...]] = ("characters", "utf16")
_RESOLUTIONS: Final[tuple[Resolution, ...]] = ("second", "minute", "day")

CLUSTERS: Final = (
    "a", "Z", "ß", "é", "e\u0301", "Z\u0323\u0308", "語", "한", "\u1112\u1161\u11ab", "கி",
    "🚀", "👍🏽", "👩‍👩‍👧‍👦", "🇩🇪", "❤️", "1\ufe0f\u20e3",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\r\n", "\n", " ", "\u00a0",
)  # fmt: skip
"""Visible characters, many of which consist of several code points."""

_NASTY: Final = (
    "\u200b", "\ufeff", "\u00ad", "\u0345", "\u030c", "J\u030c", "ǰ", "İ", "\ufb01", "\u212a",
    "\x00", "\x85", "\u2028", "\t", "\r", "+", "(", "x", "ext. 7", "@", "://", "/", "?", "\u3002",
    "\uff20",
)  # fmt: skip
"""What folding, trimming, joining and splitting stumble over."""

TEXTS: Final = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
        st.sampled_from(_NASTY),
        st.sampled_from(CLUSTERS),
    ),
    max_size=8,
).map("".join)
"""Any text a person or a broken import may leave in a field."""

DATES: Final = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.dates().map(lambda day: f"--{day:%m-%d}"),
)


INSTANTS: Final = st.datetimes(
    timezones=st.timezones() | st.timedeltas(-_HALF_A_DAY, _HALF_A_DAY).map(timezone)
).map(lambda moment: moment.isoformat())

NUMBERS: Final = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    st.integers().map(str),
    st.sampled_from(("0.00", "-0", "+7", "1e3", "1E-3", ".5", "5.", "000.100")),
)

FLAGS: Final = st.sampled_from(("true", "false", "TRUE ", "False"))

_PIECES: Final = (
    "<p>", "</p>", "<div>", "</div>", "<br>", "<br/>", "<b>", "</b>", "<ul><li>", "</li></ul>",
    "<a href='https://x.example/?a=1&amp;b'>", "</a>", "<style>", "</style>", "<pre>", "</pre>",
    "<!--", "-->", "<![if !x]>", "<![odd", "<td>", "<", ">", "&", "&amp;", "&nbsp;", "&#0;", "&lt;",
)  # fmt: skip
"""What HTML is made of, and what it breaks at."""

HTML: Final = st.lists(TEXTS | st.sampled_from(_PIECES), max_size=12).map("".join)


@cache
def values_of(kind: FieldType) -> st.SearchStrategy[Value]:
    """Any value of a field type, the empty ones included."""
    return st.none() | _values_of(kind)


def _values_of(kind: FieldType) -> st.SearchStrategy[Value]:
    if isinstance(kind, RichTextType):
        return st.one_of(HTML.map(lambda it: {"html": it}), TEXTS.map(lambda it: {"text": it}))
    if isinstance(kind, CompositeType):
        parts = {name: values_of(part) for name, part in kind.parts.items()}
        return st.fixed_dictionaries({}, optional=parts)
    if isinstance(kind, PeopleType):
        return st.lists(_people(kind), max_size=4).map(tuple)
    if isinstance(kind, SetType):
        return st.lists(TEXTS, max_size=6).map(tuple)
    if isinstance(kind, ChoiceType):
        return st.sampled_from([*kind.classes, "", f" {next(iter(kind.classes)).upper()} "])
    known = {"date": DATES, "instant": INSTANTS, "number": NUMBERS, "flag": FLAGS}
    return known.get(kind.kind, TEXTS)


def _people(kind: PeopleType) -> st.SearchStrategy[Value]:
    """People, and facts about people who may be among them, by few addresses."""
    addresses = st.sampled_from(("ada@x.example", "Ada@X.example ", "bob@x.example", "", *CLUSTERS))
    said = {"role": values_of(kind.roles), "response": values_of(kind.responses)}
    named = {"address": addresses}
    people = st.fixed_dictionaries(named, optional={"name": st.sampled_from(CLUSTERS), **said})
    return people | st.fixed_dictionaries({"of": addresses}, optional=said)


@cache
def capacities(kind: FieldType) -> st.SearchStrategy[Capacity]:
    """Tight limits for a field type."""
    options: dict[str, st.SearchStrategy[Any]] = {"unit": st.sampled_from(_UNITS)}
    lengths = st.integers(0, 12)
    if isinstance(kind, CompositeType):
        names = st.sampled_from(sorted(kind.parts))
        texts = [name for name in kind.parts if not kind.parts[name].whole]
        options["parts"] = st.none() | st.frozensets(names)
        options["part_lengths"] = st.none() | st.dictionaries(st.sampled_from(texts), lengths)
        options["resolution"] = st.sampled_from(_RESOLUTIONS)
    elif isinstance(kind, ChoiceType):
        options["vocabulary"] = st.none() | st.frozensets(st.sampled_from([*kind.classes]))
    elif kind.kind == "date":
        options["full_dates"] = st.booleans()
    else:
        options["max_length"] = st.none() | lengths
        options["plain_text"] = st.booleans()
    if isinstance(kind, SetType):
        options["many"] = st.none() | st.integers(0, 3)
    if isinstance(kind, PeopleType):
        words = st.sampled_from([*kind.roles.classes, *kind.responses.classes])
        options["vocabulary"] = st.none() | st.frozensets(words)
        options["parts"] = st.none() | st.frozensets(st.sampled_from(("name", *kind.choices)))
    return st.builds(Capacity, **options)
