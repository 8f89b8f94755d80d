"""What a round asks of a system, once its connection is open and its feeds are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from syncline.plugin.requests import ApplyRequest, DeleteRequest, FetchRequest, Outcome, Page
from syncline.plugin.wrappers.retry import Look


class Service(Protocol):
    """Answers reads and writes: `ConnectionHandle`, or what stands in its place in a plan."""

    @property
    def name(self) -> str:
        """The connection's name."""
        ...

    @property
    def can_read_deleted(self) -> bool:
        """See `ConnectionHandle`."""
        ...

    def fetch(self, request: FetchRequest) -> Page:
        """A finished page."""
        ...

    def apply(
        self,
        request: ApplyRequest,
        *,
        before_send: Callable[[], None] = ...,
        look: Look | None = ...,
    ) -> list[Outcome]:
        """One outcome for each operation, in order; see `ConnectionHandle`."""
        ...

    def delete(
        self, request: DeleteRequest, *, before_send: Callable[[], None] = ...
    ) -> list[Outcome]:
        """One outcome for each operation, in order."""
        ...
