"""Progress bars on stderr, where that is a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from syncline.model.progress import Progress as RunProgress
from syncline.model.progress import Silent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bars:
    """One bar per phase of a round. Called from several threads."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._lock = Lock()
        self._task: TaskID | None = None

    def phase(self, sync: str, type: str, name: str, total: int | None = None) -> None:
        """Finish the bar before, and begin one for this phase."""
        with self._lock:
            self._finish()
            self._task = self._bars.add_task(f"{sync} · {type} · {name}", total=total)

    def advance(self, count: int) -> None:
        """Move the newest bar on."""
        with self._lock:
            if self._task is not None:
                self._bars.advance(self._task, count)

    def _finish(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)


@contextmanager
def progress_on(stream: TextIO, *, color: bool) -> Iterator[RunProgress]:
    """Bars on this stream while the context is open; silence if it is no terminal."""
    if not stream.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(file=stream, no_color=not color, markup=False)
    with Progress(*columns, console=console, transient=True) as bars:
        yield Bars(bars)
