"""Named misbehaviours of the real services: off by default, counted, never left to chance.

A quirk that is switched on ("armed") sees *opportunities*: each call, page or write it could act
on. It lets the first `skip` pass, then acts on every `every`-th, at most `times` in all; `method`,
`path` (a part of the path template or path) and `scope` (`outer`, `inner`, `any`) narrow down what
is an opportunity. Everything else given to it is an option of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

GRAPH = frozenset({"graph"})
SALESFORCE = frozenset({"salesforce"})
BOTH = GRAPH | SALESFORCE

Options = Mapping[str, Any]
Value = None | int | str | Mapping[str, Any]
"""`None`: always; a number: that many times; text: `times:2,method:POST,retry_after:5`."""


class BadQuirk(ValueError):
    """No such quirk, or an option it does not know; the message lists what there is."""


@dataclass(frozen=True)
class Quirk:
    """A misbehaviour by name; `options` maps the names of its own options to their defaults."""

    name: str
    summary: str
    services: frozenset[str] = BOTH
    options: Mapping[str, Any] = field(default_factory=dict)


COMMON = (
    Quirk("drop-before-commit", "closes the connection before anything is done"),
    Quirk("commit-then-drop", "does what was asked, then closes the connection without an answer"),
    Quirk("rate-limit", "429; Retry-After only when the option is given", BOTH,
          {"retry_after": None}),
    Quirk("server-error", "answers with a 5xx and does nothing", BOTH, {"status": 503}),
    Quirk("malformed-body", "a success whose body is cut off in the middle"),
    Quirk("late-visibility", "what is written shows up in lists, queries and deltas only later",
          BOTH, {"seconds": 10}),
    Quirk("equal-stamps", "stamps are cut to a coarse grain, so that many rows share one", BOTH,
          {"seconds": 60}),
    Quirk("small-pages", "pages are smaller than asked for", BOTH, {"size": 2}),
    Quirk("token-revoked", "the token presented is revoked from this call on"),
    Quirk("looping-next-link", "the link to the next page leads to the same page again"),
    Quirk("spurious-412", "a write is refused with 412 although nobody changed the record"),
)  # fmt: skip

_COMMON_OPTIONS: Mapping[str, Any] = {
    "times": None, "every": 1, "skip": 0, "method": None, "path": None, "scope": "any",
}  # fmt: skip


@dataclass(frozen=True)
class Opportunity:
    """A call as far as a quirk may want to know it."""

    method: str = ""
    path: str = ""
    inner: bool = False


@dataclass
class Armed:
    """A quirk that is on, and how often it saw a chance and took it."""

    quirk: Quirk
    options: dict[str, Any]
    seen: int = 0
    fired: int = 0

    def take(self, opportunity: Opportunity | None) -> bool:
        """Counts an opportunity and tells whether to act on it."""
        if opportunity is not None and not self._concerns(opportunity):
            return False
        self.seen += 1
        position, times = self.seen - self.options["skip"], self.options["times"]
        if position <= 0 or position % self.options["every"]:
            return False
        if times is not None and self.fired >= times:
            return False
        self.fired += 1
        return True

    def _concerns(self, opportunity: Opportunity) -> bool:
        method, path, scope = (self.options[name] for name in ("method", "path", "scope"))
        return (
            (method is None or method.upper() == opportunity.method)
            and (path is None or path in opportunity.path)
            and (scope == "any" or (scope == "inner") == opportunity.inner)
        )

    def facts(self) -> dict[str, Any]:
        """For the back door."""
        return {"options": self.options, "seen": self.seen, "fired": self.fired}


class Quirks:
    """The quirks one service knows, and which are on."""

    def __init__(self, known: Iterable[Quirk] = COMMON) -> None:
        self.known = {quirk.name: quirk for quirk in known}
        self._armed: dict[str, Armed] = {}

    def arm(self, name: str, value: Value = None, **options: Any) -> None:
        """Switches a quirk on, counting from zero; raises `BadQuirk`."""
        quirk = self.known.get(name)
        if quirk is None:
            raise BadQuirk(f"no quirk {name!r}; there are: {', '.join(sorted(self.known))}")
        allowed = {**_COMMON_OPTIONS, **quirk.options}
        given = {**_parsed(value), **options}
        if surplus := given.keys() - allowed.keys():
            raise BadQuirk(f"{name} has no option {sorted(surplus)}; it has: {', '.join(allowed)}")
        self._armed[name] = Armed(quirk, {**allowed, **given})

    def disarm(self, name: str | None = None) -> None:
        """Switches one quirk off, or all."""
        if name is None:
            self._armed.clear()
        else:
            self._armed.pop(name, None)

    def fires(self, name: str, opportunity: Opportunity | None = None) -> Options | None:
        """Counts an opportunity; the options if the quirk acts on it, else `None`."""
        armed = self._armed.get(name)
        return armed.options if armed and armed.take(opportunity) else None

    def on(self, name: str) -> Options | None:
        """The options of a quirk that is a state, not an event; counts nothing."""
        armed = self._armed.get(name)
        return armed.options if armed else None

    def facts(self) -> dict[str, Any]:
        """Known quirks with their summaries, and those that are on with their counters."""
        return {
            "known": {quirk.name: quirk.summary for quirk in self.known.values()},
            "armed": {name: armed.facts() for name, armed in self._armed.items()},
        }


def parse_quirk(text: str) -> tuple[str, Value]:
    """Splits the command line's `NAME` or `NAME=VALUE`."""
    name, found, value = text.partition("=")
    return name.strip(), value if found else None


def _parsed(value: Value) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, int) or value.isdigit():
        return {"times": int(value)}
    pairs = (part.partition(":") for part in value.split(","))
    return {name.strip(): _scalar(text.strip()) for name, _, text in pairs}


def _scalar(text: str) -> int | str:
    return int(text) if text.isdigit() else text
