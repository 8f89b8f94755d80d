"""Choices: one word of a vocabulary, whose words fall into classes.

Vocabularies of systems differ. Graph's tasks have five statuses, iCalendar's four of which none is
*waiting* (RFC 5545, 3.8.1.11), and Salesforce's events know no *tentative*. A system with fewer
words holds, in place of a word it does not have, one of the same class; that is foreseen, so that
reading it back is no edit and the richer side keeps its word.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

from syncline.model import text
from syncline.model.fields import FieldType, Value


@dataclass(frozen=True)
class ChoiceType(FieldType):
    """One of the words in `classes` (word → class), which has them in order of preference.

    Words are in lower case, with `_` for a space: what systems call them is for their codecs.
    """

    form: Callable[[str], str] = text.folded
    whole: bool = True
    classes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse a vocabulary whose words nobody could write."""
        for word in self.classes:
            if not word or text.folded(word) != word:
                raise ValueError(f"a word of {self.kind} must be in lower case, not {word!r}")

    def normal(self, value: Value) -> Value:
        """The word, checked; `None` if it is empty."""
        word = super().normal(value)
        if word is not None and word not in self.classes:
            raise ValueError(f"{self.kind} must be one of: {', '.join(self.classes)}")
        return word

    def nearest(self, value: Value, vocabulary: Container[str]) -> Value:
        """What a system with this vocabulary holds in the word's place: the word, or the first one
        of its class; `None` if it has none of them.
        """
        word = self.normal(value)
        if word is None or word in vocabulary:
            return word
        alike = (other for other, its in self.classes.items() if its == self.classes[word])
        return next((other for other in alike if other in vocabulary), None)

    def shown(self, value: Value) -> str:
        """The word, with spaces."""
        return (self.normal(value) or "").replace("_", " ")
