"""The commands of docs/reference/sandbox.md, from the commands themselves.

Called by generate.py.
"""

from __future__ import annotations

from pathlib import Path

from docs import marked
from syncline.cli.reference.commands import described
from syncline_sandbox.cli import sandbox
from syncline_sandbox.demo.command import demo

PAGE = Path(__file__).parent / "reference" / "sandbox.md"


def current(text: str) -> str:
    """The page with every command of the sandbox as it is now."""
    parts = [*described("syncline sandbox", sandbox), *described("syncline demo", demo)]
    return marked.filled(text, "commands", "\n\n".join(parts))
