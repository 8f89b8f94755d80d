"""Errors on the way out: clear for what we know, without data for what we do not."""

from __future__ import annotations

import click
import pytest

from syncline.cli.failures import failure_of
from syncline.errors import (
    Busy,
    ConfigurationError,
    Reconnect,
    Retry,
    StateError,
    Stop,
    UsageError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (ConfigurationError("x"), 3),
        (StateError("x"), 3),
        (Reconnect("x"), 4),
        (Stop("x"), 4),
        (Retry("x"), 5),
        (Busy("x"), 8),
        (click.UsageError("x"), 2),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (RuntimeError("x"), 1),
    ],
)
def test_exit_codes(error, code):
    assert failure_of(error).exit_code == code


def test_message_hint_and_context_are_kept():
    failure = failure_of(Reconnect("refused", hint="renew the secret", connection="crm"))
    assert (failure.message, failure.hint) == ("refused", "renew the secret")
    assert failure.context == {"connection": "crm"}


def _fail_on(value: str) -> None:
    raise ValueError(f"cannot handle {value}")


def test_an_unexpected_error_tells_where_and_not_about_whom():
    try:
        _fail_on("ann@example.com")
    except ValueError as error:
        failure = failure_of(error)
    assert "ann@example.com" not in str(failure)
    assert "cli/test_failures.py" in failure.context["at"]
    assert "_fail_on" in failure.context["at"]
