"""The way in, `syncline …`: read options, run one command, print its answer, end with a code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from syncline import __version__
from syncline.cli import exit_codes
from syncline.cli.invocation import Invocation, common_options
from syncline.cli.root import Root


@click.group("syncline", cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="syncline %(version)s")
@common_options(environment=True)
def root() -> None:
    """Keep contacts the same in Outlook, Salesforce and other systems.

    Begin with `init`, look with `check` and `plan`, then `run`.
    """


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. Prints results on stdout, all else on stderr."""
    invocation = Invocation(json="--json" in arguments, color="--no-color" not in arguments)
    _forgive_narrow_terminals()
    try:
        return _run(arguments, invocation)
    except BrokenPipeError:
        # What Python would flush at exit has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.PIPE_CLOSED


def _run(arguments: Sequence[str], invocation: Invocation) -> int:
    try:
        answer = root.main(list(arguments), "syncline", standalone_mode=False, obj=invocation)
        if isinstance(answer, int):  # a command of a plugin, or --help and --version
            return answer
        if answer is None:
            return exit_codes.DONE
        from syncline.cli.answer import print_answer

        print_answer(answer, invocation)
        code: int = answer.exit_code
    except BrokenPipeError:
        raise
    except click.exceptions.NoArgsIsHelpError as nothing_asked:
        click.echo(nothing_asked.format_message(), err=True)
        return exit_codes.USAGE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place to catch it
        from syncline.cli.failures import failure_of, print_failure

        failure = failure_of(error)
        print_failure(failure, invocation, sys.stderr)
        return failure.exit_code
    return code


def _forgive_narrow_terminals() -> None:
    """A name with letters the terminal does not know is shown with marks, not as an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def entry_point() -> None:
    """The console script `syncline`."""
    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    entry_point()
