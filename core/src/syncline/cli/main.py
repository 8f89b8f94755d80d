"""The way in, `syncline …`: read options, run one command, print its answer, end with a code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import click

from syncline import __version__
from syncline.cli import exit_codes
from syncline.cli.invocation import Invocation, common_options
from syncline.cli.root import Root
from syncline.cli.streams import OutputError, forgiving_streams, occupy_closed


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
    with forgiving_streams():
        return _said(exit_codes.DONE, lambda: _run(arguments, invocation))


def _run(arguments: Sequence[str], invocation: Invocation) -> int:
    try:
        answer = root.main(list(arguments), "syncline", standalone_mode=False, obj=invocation)
        if answer is None or isinstance(answer, int):  # a plugin's command, --help, --version
            return answer or exit_codes.DONE
        from syncline.cli.answer import print_answer

        return _said(answer.exit_code, lambda: print_answer(answer, invocation))
    except OutputError:
        raise
    except click.exceptions.NoArgsIsHelpError as nothing_asked:
        click.echo(nothing_asked.format_message(), err=True)
        return exit_codes.USAGE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place to catch it
        from syncline.cli.failures import failure_of, print_failure

        failure = failure_of(error)
        return _said(failure.exit_code, lambda: print_failure(failure, invocation, sys.stderr))


def _said(code: int, say: Callable[[], int | None]) -> int:
    """How a command ends that ended with `code` and has something to say. What it did counts more
    than that nobody can be told.
    """
    try:
        return say() or code
    except OutputError as error:
        if error.nobody_reads:
            return code or exit_codes.PIPE_CLOSED
        click.echo(f"error: the output cannot be written to stdout: {error.reason}", err=True)
        click.echo("hint: What the command did is done; see `syncline history runs`.", err=True)
        return code or exit_codes.OUTPUT_FAILED


def entry_point() -> None:
    """The console script `syncline`."""
    occupy_closed()
    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    entry_point()
