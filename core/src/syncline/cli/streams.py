"""stdout and stderr, either of which may be closed, on a full disk, or a pipe that nobody reads.

What cannot be written to stderr is lost, and everything else goes on: it is progress and log. On
stdout is what was asked for, so a failure there is told, but it is no reason to break off.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, TypeVar, cast

T = TypeVar("T")


class OutputError(Exception):
    """stdout cannot be written. No `OSError`: nobody may take it for one of their own."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(cause.strerror)
        self.reason = cause.strerror or type(cause).__name__
        self.nobody_reads = isinstance(cause, BrokenPipeError)


class Output:
    """stdout. A write that fails is an `OutputError`, and so is every one after it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._error: OSError | None = None

    def write(self, text: str) -> int:
        """Write it."""
        return self._do(lambda: self._stream.write(text))

    def flush(self) -> None:
        """Let it be seen."""
        self._do(self._stream.flush)

    def _do(self, deed: Callable[[], T]) -> T:
        if self._error is None:
            try:
                return deed()
            except OSError as error:
                self._error = error
                _lead_nowhere(self._stream)
        raise OutputError(self._error) from self._error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Notes(Output):
    """stderr. What cannot be written is lost."""

    def write(self, text: str) -> int:
        """Write it, if that is possible."""
        with suppress(OutputError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Let it be seen, if that is possible."""
        with suppress(OutputError):
            super().flush()


class _Closed(io.TextIOBase):
    """What stands for a stream that was closed before we began."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "it is closed")


@contextmanager
def forgiving_streams() -> Iterator[None]:
    """`sys.stdout` is an `Output` and `sys.stderr` are `Notes` meanwhile, also if they are None."""
    before = sys.stdout, sys.stderr
    for stream in before:
        # A letter the terminal does not know is shown with marks, not as an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout = cast(TextIO, Output(before[0] or cast(TextIO, _Closed())))
    sys.stderr = cast(TextIO, Notes(before[1] or cast(TextIO, _Closed())))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def occupy_closed() -> None:
    """Let 0, 1 and 2 lead nowhere where they are closed: the next file that is opened would get
    the number, and whatever is written to "stderr" with it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _lead_nowhere(stream: TextIO) -> None:
    """What Python would flush at its end must not fail once more."""
    with suppress(OSError):  # no stream of the system's: nothing is flushed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
