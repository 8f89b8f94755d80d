"""What the demo says on the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import click

_WIDTH = 96


class Narrator:
    """Tells the story on standard output, in plain text that may be pasted."""

    def chapter(self, title: str) -> None:
        """A new part begins."""
        click.echo(f"\n{click.style(title, bold=True)}\n{'─' * len(title)}")

    def say(self, text: str) -> None:
        """A paragraph."""
        click.echo(textwrap.fill(" ".join(text.split()), _WIDTH))

    def point(self, text: str, mark: str = "·") -> None:
        """One of several things."""
        lines = textwrap.fill(text, _WIDTH, initial_indent=f"  {mark} ", subsequent_indent="    ")
        click.echo(lines)

    def verdict(self, promise: str, holds: bool) -> None:
        """Whether something that was promised is so."""
        mark = click.style("✓", fg="green") if holds else click.style("✗", fg="red")
        self.point(promise, mark)

    def command(self, words: Sequence[str]) -> None:
        """A command line, before it runs."""
        click.echo(f"\n{click.style('$ ' + ' '.join(words), bold=True)}")

    def output(self, text: str) -> None:
        """What a command printed."""
        if text.strip():
            click.echo(textwrap.indent(text.strip("\n"), "  "))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; the first column is text, the others are numbers."""
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        for number, row in enumerate((head, *rows)):
            first, *others = zip(row, widths, strict=True)
            cells = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
            click.echo(click.style("  " + "   ".join(cells), dim=number == 0))
