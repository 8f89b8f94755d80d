"""Hypothesis strategies: values of every field type, and capacities that hurt.

Needs hypothesis, which the kit itself does not.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from hypothesis import strategies as st

from syncline.model.capacity import Capacity
from syncline.model.fields import FieldType, PartsType, SetType, Value

_UNITS: Final[tuple[Literal["characters", "utf16"], ...]] = ("characters", "utf16")

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


def values_of(kind: FieldType) -> st.SearchStrategy[Value]:
    """Any value of a field type, the empty ones included."""
    if isinstance(kind, PartsType):
        return st.none() | st.dictionaries(st.sampled_from(sorted(kind.parts)), st.none() | TEXTS)
    if isinstance(kind, SetType):
        return st.none() | st.lists(TEXTS, max_size=6).map(tuple)
    return st.none() | (DATES if kind.kind == "date" else TEXTS)


def capacities(kind: FieldType) -> st.SearchStrategy[Capacity]:
    """Tight limits for a field type."""
    limits = st.none() | st.integers(0, 12)
    options: dict[str, st.SearchStrategy[Any]] = {"unit": st.sampled_from(_UNITS)}
    if isinstance(kind, PartsType):
        names = st.sampled_from(sorted(kind.parts))
        options["part_lengths"] = st.none() | st.dictionaries(names, st.integers(0, 12))
    elif kind.kind == "date":
        options["full_dates"] = st.booleans()
    else:
        options["max_length"] = limits
    if isinstance(kind, SetType):
        options["many"] = st.none() | st.integers(0, 3)
    return st.builds(Capacity, **options)
