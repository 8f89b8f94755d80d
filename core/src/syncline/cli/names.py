"""What people call things on the command line: accounts, syncs, records, handles."""

from __future__ import annotations

from typing import Any, Final

import click


class Name(click.ParamType):  # type: ignore[type-arg]
    """Text that can name something. Empty text is refused, since it says neither whom nor
    everybody, and so are bytes that are no text in UTF-8: nothing is called so.
    """

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it was typed."""
        text = str(value)
        if not text.strip():
            self.fail("an empty name names nothing", param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail(f"{text!r} is not UTF-8 text", param, ctx)
        return text


NAME: Final = Name()
