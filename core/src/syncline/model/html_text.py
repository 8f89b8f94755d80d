"""The text that a piece of HTML shows, as far as text can show it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from syncline.model import text

_SPACES: Final = re.compile(r"[ \t\r\n\f]+")
_HIDDEN: Final = frozenset({"script", "style", "title", "template"})
_PARAGRAPHS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dl", "hr"}
)
_LINES: Final = frozenset(
    {"div", "li", "tr", "dt", "dd", "article", "section", "header", "footer", "address", "body"}
)
_CELLS: Final = frozenset({"td", "th"})
_SHOWN_LINKS: Final = ("http://", "https://", "mailto:", "tel:")


def shown_text(html: str) -> str:
    """Blocks on lines of their own, paragraphs with an empty line between, entries of lists after a
    dash, links with their address in brackets where it is not what they show. Never raises.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return text.long_text("".join(reader.written))


class _Reader(HTMLParser):
    """`breaks`: line ends that are due before the next text; `links`: the addresses of the links
    that are open, each with the place in `written` where it begins.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.breaks = 0
        self.hidden = 0
        self.kept_spaces = 0
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What a tag does to the lines; an open link is remembered."""
        self._break(tag)
        if tag == "br":
            self.breaks += 1
        elif tag in _HIDDEN:
            self.hidden += 1
        elif tag == "pre":
            self.kept_spaces += 1
        elif tag == "li":
            self._write("- ")
        elif tag in _CELLS:
            self._write(" ")
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.written)))

    def handle_endtag(self, tag: str) -> None:
        """The same for its end; a link shows its address."""
        self._break(tag)
        if tag in _HIDDEN:
            self.hidden = max(self.hidden - 1, 0)
        elif tag == "pre":
            self.kept_spaces = max(self.kept_spaces - 1, 0)
        elif tag == "a" and self.links:
            address, start = self.links.pop()
            label = text.short_text("".join(self.written[start:]))
            if address.startswith(_SHOWN_LINKS) and not _same_address(label, address):
                self._write(f" ({address})")

    def handle_data(self, data: str) -> None:
        """Text; white space is one space, as it is shown."""
        self._write(data if self.kept_spaces else _SPACES.sub(" ", data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Office writes `<![if …]>` and worse. As a browser does: a comment, up to the next `>`."""
        return self.parse_bogus_comment(i, report)

    def _write(self, words: str) -> None:
        if self.hidden or not words or (words == " " and self.breaks):
            return
        if self.written:
            self.written.append("\n" * self.breaks)
        self.breaks = 0
        self.written.append(words)

    def _break(self, tag: str) -> None:
        due = 2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0
        self.breaks = max(self.breaks, due)


def _same_address(label: str, address: str) -> bool:
    _scheme, _, rest = address.partition(":")
    return text.url(label) in (text.url(address), rest.lstrip("/").rstrip("/"))
