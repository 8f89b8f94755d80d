"""What most commands begin with: plugins, configuration, session. Each imports what it needs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from syncline.cli.invocation import Invocation

if TYPE_CHECKING:
    from syncline.look.reader import Reader
    from syncline.plugin.manager import PluginManager
    from syncline.policy.settings import Configuration
    from syncline.run.session import Session


def discover_plugins(invocation: Invocation) -> PluginManager:
    """All installed plugins but those the configuration switches off. Needs no configuration."""
    from syncline.config.read import chosen_plugins
    from syncline.plugin.manager import PluginManager

    return PluginManager.discover(chosen_plugins(invocation.config))


def load_configuration(invocation: Invocation) -> tuple[Configuration, PluginManager]:
    """The configuration and the plugins it is checked against."""
    from syncline.config.load import load

    plugins = discover_plugins(invocation)
    return load(invocation.config, plugins), plugins


@contextmanager
def open_reader(invocation: Invocation) -> Iterator[tuple[Reader, Configuration]]:
    """What only reads the state: it takes no lock, and needs no connection and no engine."""
    from syncline.cli.log import configure_log

    configure_log(verbose=invocation.verbose)
    configuration, plugins = load_configuration(invocation)
    from syncline.look.reader import Reader  # the database: once the file is known to be fine
    from syncline.run.garbage import collect_rarely

    collect_rarely()
    with Reader.open(configuration, plugins) as reader:
        yield reader, configuration


@contextmanager
def open_session(
    invocation: Invocation, *, warns: bool = True
) -> Iterator[tuple[Session, Configuration]]:
    """A session on the configuration, with progress on a terminal, that Ctrl-C stops in order.
    `warns`: of secrets that others may read, on stderr.
    """
    from syncline.cli.log import configure_log
    from syncline.cli.progress import progress_on

    configure_log(verbose=invocation.verbose)
    configuration, plugins = load_configuration(invocation)
    from syncline.run.garbage import collect_rarely
    from syncline.run.session import Session  # the engine: only once the file is known to be fine

    collect_rarely()
    if warns:
        _say_what_is_exposed(configuration)
    with ExitStack() as stack:
        progress = stack.enter_context(progress_on(sys.stderr, color=invocation.color))
        session = stack.enter_context(Session.open(configuration, plugins, progress=progress))
        stack.enter_context(_stopping(session))
        yield session, configuration


def _say_what_is_exposed(configuration: Configuration) -> None:
    from syncline.cli.render.text import printable
    from syncline.look.secret_files import exposed

    for found in exposed(configuration):
        click.echo(f"warning: {printable(found.message)}: {printable(found.hint)}", err=True)


@contextmanager
def _stopping(session: Session) -> Iterator[None]:
    """The first SIGINT or SIGTERM lets the batch in flight finish, the second ends at once."""
    asked = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        click.echo("stopping after the batch in flight; once more to stop at once", err=True)
        session.request_stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
