"""The text that a piece of HTML shows, as far as text can show it.

Not by `html.parser`: what that makes of broken HTML changes from one release of Python to the next,
and digests rest on it; and for a text of unfinished tags, which anybody may send in an invitation,
it takes time by the square of the length. Here every character is looked at once. Only text comes
out: this makes nothing safe to be shown as HTML.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from syncline.model import text

_TOKEN: Final = re.compile(
    r"""
    <!--.*?(?:-->|\Z)
    | <(?P<end>/?)(?P<tag>[a-zA-Z][^\s/>]*)
      (?P<attributes>(?:=\s*"[^"]*(?:"|\Z) | =\s*'[^']*(?:'|\Z) | [^>])*) (?:>|\Z)
    | <[!?/][^>]*(?:>|\Z)
    | (?P<words>[^<]+|<)
    """,
    re.VERBOSE | re.DOTALL,
)
"""What is begun and not ended goes on to the end of the text, as in a browser (HTML Standard,
13.2.5, "eof-in-tag", "eof-in-comment")."""
_HREF: Final = re.compile(r"""(?i)(?:^|\s)href\s*=\s*("[^"]*|'[^']*|[^\s"']+)""")
_HIDDEN: Final = {tag: re.compile(f"(?i)</{tag}") for tag in ("script", "style", "title")}
"""What is never shown, up to where it ends: no tag counts within."""
_PARAGRAPHS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dl", "hr"}
)
_LINES: Final = frozenset(
    {"div", "li", "tr", "dt", "dd", "article", "section", "header", "footer", "address", "body"}
)
_CELLS: Final = frozenset({"td", "th"})
_SHOWN_LINKS: Final = ("http://", "https://", "mailto:", "tel:")
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")


def shown_text(html: str) -> str:
    """Blocks on lines of their own, paragraphs with an empty line between, entries of lists after a
    dash, links with their address in brackets where it is not what they show. Never raises.
    """
    page, position = _Page(), 0
    while (token := _TOKEN.match(html, position)) is not None:
        position = token.end()
        if token["words"]:
            page.words(unescape(token["words"]))
        elif token["tag"]:
            tag = token["tag"].lower()
            if tag in _HIDDEN and not token["end"]:
                hidden = _HIDDEN[tag].search(html, position)
                position = hidden.start() if hidden else len(html)
            elif token["end"]:
                page.ends(tag)
            else:
                page.begins(tag, token["attributes"])
    return text.long_text("".join(page.written))


class _Page:
    """`due`: line ends before the next words; `link`: the address of the link that is open, and
    where in `written` it begins.
    """

    def __init__(self) -> None:
        self.written: list[str] = []
        self.due = 0
        self.preformatted = False
        self.link: tuple[str, int] | None = None

    def begins(self, tag: str, attributes: str) -> None:
        """What the beginning of an element does to the lines; an open link is remembered."""
        self._breaks(tag)
        if tag == "br":
            self.due += 1
        elif tag == "pre":
            self.preformatted = True
        elif tag == "li":
            self._writes("- ")
        elif tag in _CELLS:
            self._writes(" ")
        elif tag == "a":
            found = _HREF.search(attributes)
            address = unescape(found[1].strip("\"'")) if found else ""
            self.link = (address, len(self.written))

    def ends(self, tag: str) -> None:
        """The same for its end; a link shows its address."""
        self._breaks(tag)
        if tag == "pre":
            self.preformatted = False
        elif tag == "a" and self.link is not None:
            (address, start), self.link = self.link, None
            label = text.short_text("".join(self.written[start:]))
            if address.startswith(_SHOWN_LINKS) and not _same_address(label, address):
                self._writes(f" ({address})")

    def words(self, words: str) -> None:
        """White space is one space, as it is shown."""
        self._writes(words if self.preformatted else _SPACES.sub(" ", words))

    def _writes(self, words: str) -> None:
        if words == " " and self.due:
            return
        if self.written:
            self.written.append("\n" * self.due)
        self.due = 0
        self.written.append(words)

    def _breaks(self, tag: str) -> None:
        self.due = max(self.due, 2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0)


def _same_address(label: str, address: str) -> bool:
    _scheme, _, rest = address.partition(":")
    return text.url(label) in (text.url(address), rest.strip("/"))
