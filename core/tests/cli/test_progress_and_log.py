"""Progress only on a terminal; logs only on stderr, and never the chatter of HTTP libraries."""

from __future__ import annotations

import io
import logging
import os
import pty
from contextlib import suppress

import pytest
import structlog

from syncline.cli.log import configure_log
from syncline.cli.progress import Bars, progress_on
from syncline.model.progress import Silent


def everything_on(terminal: int) -> str:
    """What was written to it before its other end was closed, however many pieces it comes in."""
    pieces = []
    with suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as reading:  # its end: EIO
        while piece := reading.read(65536):
            pieces.append(piece)
    return b"".join(pieces).decode()


def test_no_terminal_no_progress():
    stream = io.StringIO()
    with progress_on(stream, color=True) as progress:
        progress.phase("sales", "contact", "read", 10)
        progress.advance(5)
    assert isinstance(progress, Silent)
    assert stream.getvalue() == ""


def test_bars_on_a_terminal():
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream, progress_on(stream, color=False) as progress:
        assert isinstance(progress, Bars)
        progress.advance(1)
        progress.phase("sales", "contact", "read", 10)
        progress.advance(5)
        progress.phase("sales", "contact", "write")
        progress.advance(1)
    drawn = everything_on(ours)
    assert "sales · contact" in drawn


@pytest.fixture
def logs_restored():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("verbose", "seen"), [(False, ["careful"]), (True, ["careful", "going on"])]
)
def test_logs_go_to_stderr_and_never_to_stdout(capsys, logs_restored, verbose, seen):
    configure_log(verbose=verbose)
    logging.getLogger("syncline.x").info("stdlib going on")
    logging.getLogger("syncline.x").warning("stdlib careful")
    structlog.get_logger().info("structured going on")
    structlog.get_logger().warning("structured careful")
    logging.getLogger("httpx").info("GET https://service/people?name=ann")
    captured = capsys.readouterr()
    assert captured.out == ""
    for text in ("careful", "going on"):
        assert (captured.err.count(text) == 2) is (text in seen)
    assert "ann" not in captured.err
