"""What plugins answer to the engine, held against what they were asked.

An answer of another kind counts as a failure of its plugin. Of what a plugin answered or raised
only kinds are ever told: both may hold what the plugin was asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncline.errors import Stop
from syncline.model.fields import Value
from syncline.model.matching import Matcher
from syncline.model.sides import Side
from syncline.plugin.checked import can_be_kept
from syncline.plugin.events import Resolution, Veto


class WrongAnswer(TypeError):
    """A plugin answered with something else than it was asked for. The text is safe to show."""


def told(error: Exception) -> str:
    """A plugin's failure, in words that are safe to show anywhere."""
    return str(error) if isinstance(error, WrongAnswer) else type(error).__name__


def require_nothing(_answer: Any) -> None:
    """Of observers, whose answers nobody reads."""


def require_resolution(answer: Any) -> None:
    """A resolution whose winner is a side, or None.

    Raises:
        WrongAnswer: it is something else, or its reason cannot be kept.

    """
    if answer is None:
        return
    _require(answer, Resolution)
    if not isinstance(answer.winner, Side):
        raise WrongAnswer(f"it answered with a winner of type {type(answer.winner).__name__}")
    _require_reason(answer.reason)


def require_veto(answer: Any) -> None:
    """A veto, or None.

    Raises:
        WrongAnswer: it is something else, or its reason cannot be kept.

    """
    if answer is not None:
        _require(answer, Veto)
        _require_reason(answer.reason)


def cautious(name: str, matcher: Matcher) -> Matcher:
    """The matcher of this name, whose failure is an error of our tree.

    It raises `Stop` where the plugin's own raises, or answers with something else than keys.
    """

    def keys(fields: Mapping[str, Value]) -> tuple[str, ...]:
        try:
            return _keys(matcher(fields))
        except Exception as error:  # noqa: BLE001 - plugins may raise anything
            raise Stop(
                f"the matcher {name!r} failed: {told(error)}",
                hint="This is a fault of the plugin that brings it. Report it there, or do without "
                "it (`match`).",
            ) from None

    return keys


def _keys(answer: Any) -> tuple[str, ...]:
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        raise WrongAnswer(f"it answered with {type(answer).__name__} instead of keys")
    keys = tuple(answer)
    for each in keys:
        if not isinstance(each, str):
            raise WrongAnswer(f"it answered with a key of type {type(each).__name__}")
        if not can_be_kept(each):
            raise WrongAnswer("it answered with a key that is no text")
    return keys


def _require(answer: Any, kind: type) -> None:
    if not isinstance(answer, kind):
        raise WrongAnswer(f"it answered with {type(answer).__name__} instead of {kind.__name__}")


def _require_reason(reason: Any) -> None:
    if not isinstance(reason, str):
        raise WrongAnswer(f"it answered with a reason of type {type(reason).__name__}")
    if not can_be_kept(reason):
        raise WrongAnswer("it answered with a reason that holds characters that cannot be kept")
