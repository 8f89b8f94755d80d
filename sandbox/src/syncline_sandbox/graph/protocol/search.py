"""`$search="words"`: every word begins a word of what the type lets be searched.

Graph documents `$search` for messages, people and directory objects only
(learn.microsoft.com/graph/search-query-parameter). Its metadata and its clients have it for
contacts too, and it answers there (microsoft-graph-docs issue 10790, microsoft-graph-explorer-v4
issue 2942). It does not go together with `$filter` or `$orderby`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from syncline_sandbox.graph.errors import bad_request
from syncline_sandbox.graph.protocol.vocabulary import Subject, Vocabulary

Words = tuple[str, ...]
_WORD = re.compile(r"\w+")


def read_search(text: str | None, query: Iterable[str], vocabulary: Vocabulary) -> Words | None:
    """The words looked for; raises `Failure` (400)."""
    if text is None:
        return None
    if not vocabulary.searched:
        raise bad_request("Unrecognized or unsupported query option '$search'.")
    for other, code in (("$filter", "SearchWithFilter"), ("$orderby", "SearchWithOrderBy")):
        if other in query:
            message = f"The query parameter '{other}' is not supported with '$search'."
            raise bad_request(message, code)
    words = tuple(_WORD.findall(text.casefold()))
    if not words:
        raise bad_request(f"Syntax error: '{text}' holds nothing to search for.")
    return words


def is_found(subject: Subject, words: Words, vocabulary: Vocabulary) -> bool:
    """Whether something has all the words."""
    there = {
        word
        for name in vocabulary.searched
        for text in _texts(subject.values.get(name))
        for word in _WORD.findall(text.casefold())
    }
    return all(any(word.startswith(wanted) for word in there) for wanted in words)


def _texts(value: Any) -> Iterator[str]:
    """The texts of a property, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
