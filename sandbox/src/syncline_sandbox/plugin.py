"""What the sandbox adds to the command line: `syncline sandbox` and `syncline demo`.

The only module of the sandbox that imports Syncline: the stand-ins know nothing about it.
"""

from __future__ import annotations

import click

from syncline.plugin import hookimpl


@hookimpl
def register_commands(group: click.Group) -> None:
    """Adds both commands. What they need is imported when they run."""
    from syncline_sandbox.cli import sandbox
    from syncline_sandbox.demo.command import demo

    group.add_command(sandbox)
    group.add_command(demo)
