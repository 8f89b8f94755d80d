"""The term of a search as a value, and whether texts meet it: pure, and without regard to case.

A word of the term stands for a whole word of the text; `*` stands for any characters of it and `?`
for one. What the service does beyond (stems, synonyms, nicknames) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

MAX_DEPTH = 50


@dataclass(frozen=True)
class Words:
    """Words that stand side by side in one text: one of them, or a phrase."""

    patterns: tuple[str, ...]


@dataclass(frozen=True)
class AnyOf:
    """One of several terms, or more."""

    parts: tuple[Term, ...]


@dataclass(frozen=True)
class AllOf:
    """All of some terms and none of others."""

    parts: tuple[Term, ...]
    without: tuple[Term, ...] = ()


Term = Words | AnyOf | AllOf


def parse_term(text: str) -> Term | None:
    """The term of a text, or None where it is none, is nested too deep or has nothing to look for:
    a word needs two characters, not counting `*` and `?`.
    """
    try:
        found = cast(Term, _parser().parse(text))
    except UnexpectedInput:
        return None
    return found if _depth(found) <= MAX_DEPTH and _long_enough(found) else None


def matches(term: Term, texts: Sequence[str]) -> bool:
    """Whether the texts of one row, taken together, meet a term."""
    words = [_words(text) for text in texts]
    return _matches(term, words)


def _matches(term: Term, texts: list[list[str]]) -> bool:
    match term:
        case Words(patterns):
            return any(_contains(words, patterns) for words in texts)
        case AnyOf(parts):
            return any(_matches(part, texts) for part in parts)
        case AllOf(parts, without):
            wanted = all(_matches(part, texts) for part in parts)
            return wanted and not any(_matches(part, texts) for part in without)


def _contains(words: list[str], patterns: tuple[str, ...]) -> bool:
    wanted = [_pattern(pattern) for pattern in patterns]
    starts = range(len(words) - len(wanted) + 1)
    return any(
        all(one.fullmatch(word) for one, word in zip(wanted, words[start:], strict=False))
        for start in starts
    )


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"\w+", text)]


@lru_cache(maxsize=256)
def _pattern(word: str) -> re.Pattern[str]:
    wild = {"*": r"\w*", "?": r"\w"}
    return re.compile("".join(wild.get(char, re.escape(char)) for char in word.casefold()))


def _depth(term: Term) -> int:
    deepest, waiting = 0, [(term, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        if not isinstance(each, Words):
            inner = (*each.parts, *(each.without if isinstance(each, AllOf) else ()))
            waiting += [(part, depth + 1) for part in inner]
    return deepest


def _long_enough(term: Term) -> bool:
    match term:
        case Words(patterns):
            letters = [char for pattern in patterns for char in pattern if char not in "*?"]
            return len(letters) > 1
        case AnyOf(parts):
            return all(_long_enough(part) for part in parts)
        case AllOf(parts, without):
            return all(_long_enough(part) for part in (*parts, *without))


@dataclass(frozen=True)
class _Without:
    part: Term


@v_args(inline=True)
class _Builder(Transformer[Token, Term]):
    def start(self, term: Term) -> Term:
        return term

    def either(self, *parts: Term) -> AnyOf:
        return AnyOf(parts)

    def both(self, *parts: Term | _Without) -> AllOf:
        wanted = tuple(part for part in parts if not isinstance(part, _Without))
        return AllOf(wanted, tuple(part.part for part in parts if isinstance(part, _Without)))

    def without(self, part: Term) -> _Without:
        return _Without(part)

    def word(self, token: Token) -> Words:
        return _spoken(str(token))

    def phrase(self, token: Token) -> Words:
        return _spoken(str(token[1:-1]))


def _spoken(text: str) -> Words:
    """The words of a text as they are found in others: `e-mail` is two of them."""
    plain = re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
    return Words(tuple(re.findall(r"[\w*?]+", plain)))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("terms.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder())
