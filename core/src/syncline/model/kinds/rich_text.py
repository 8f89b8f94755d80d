"""Rich text: HTML, or a text without any; compared by what it says.

Two rich texts are the same if they show the same words on the same lines. Markup takes no part in
that, since services rewrite it: a plain text written to an event at Graph comes back as a page of
HTML, and clients add styles of their own. What a service makes of a text must not pass for an edit;
the price is that a word which only became bold is none either. A side that holds texts only never
costs the other one its markup, as long as the words stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from syncline.model import text
from syncline.model.fields import FieldType, Value
from syncline.model.html_text import shown_text

_FORMS: Final = frozenset({"html", "text"})


@dataclass(frozen=True)
class RichTextType(FieldType):
    """A mapping with `html` or with `text`, never with both."""

    kind: str = "rich text"
    form: Callable[[str], str] = text.long_text

    def normal(self, value: Value) -> Value:
        """The words, line by line; empty lines and runs of spaces carry no meaning."""
        lines = map(text.short_text, self.text_form(value).split("\n"))
        words = "\n".join(line for line in lines if line)
        return {"text": words} if words else None

    def text_form(self, value: Value) -> str:
        """The value as a text for a system, or a person, without HTML.

        Raises:
            ValueError: the value is not of this type.

        """
        html, plain = self._forms(value)
        return shown_text(html) if html else text.long_text(plain)

    def shown(self, value: Value) -> str:
        """The text form."""
        return self.text_form(value) if self.normal(value) else ""

    def _forms(self, value: Value) -> tuple[str, str]:
        if value is None:
            return "", ""
        if not isinstance(value, Mapping) or not value.keys() <= _FORMS:
            raise ValueError(f"{self.kind} must be a mapping with html or text")
        html, plain = (value.get(name) or "" for name in ("html", "text"))
        if not isinstance(html, str) or not isinstance(plain, str) or (html and plain):
            raise ValueError(f"{self.kind} must have one text, as html or as text")
        return html, plain


RICH_TEXT: Final = RichTextType()
