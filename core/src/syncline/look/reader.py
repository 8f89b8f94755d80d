"""A reader: answers what people and machines ask about a state. Writes nothing, locks nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from syncline.look.conflicts import waiting_conflicts
from syncline.look.held import held_operations
from syncline.look.history import record_history
from syncline.look.lanes import lane_statuses
from syncline.look.links import LinkList, Selected, links_of_record, selected_links
from syncline.look.runs import ended_runs, latest_runs
from syncline.look.view import View
from syncline.look.waiting import waiting_records
from syncline.look.withheld import withheld_writes
from syncline.model.reports import (
    HeldOperation,
    HistoryEntry,
    RunEntry,
    StatusReport,
    WaitingConflict,
)
from syncline.plugin.manager import PluginManager
from syncline.policy.settings import Configuration
from syncline.state.database import Database
from syncline.state.vault import Vault


def _machine_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Reader:
    """Reads one installation's state. Each answer is of one moment, however long a run is at work
    meanwhile, and keeps no run waiting.
    """

    database: Database
    configuration: Configuration
    plugins: PluginManager
    now: Callable[[], datetime] = _machine_time

    @classmethod
    def open(cls, configuration: Configuration, plugins: PluginManager) -> Self:
        """Open the database. One that is not there yet is made, an older one is moved up.

        Raises:
            ConfigurationError: the state's key is not where the configuration says.
            StateError: the database cannot be used.

        """
        vault = Vault.from_key(configuration.state.key.resolve().get_secret_value())
        return cls(Database.open_to_read(configuration.state.url, vault), configuration, plugins)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database. May be called twice."""
        self.database.close()

    def status(self) -> StatusReport:
        """Every lane, what waits and why, what is held or withheld, how the last runs ended."""
        with self._view() as view:
            lanes = view.lanes()
            return StatusReport(
                lanes=lane_statuses(view, lanes),
                waiting=tuple(waiting_records(view, lanes).values()),
                held=held_operations(view, lanes),
                withheld=withheld_writes(view, lanes),
                last_runs=ended_runs(view),
            )

    def held(self) -> tuple[HeldOperation, ...]:
        """What guards hold back and nobody has approved."""
        with self._view() as view:
            return held_operations(view, view.lanes())

    def conflicts(self) -> tuple[WaitingConflict, ...]:
        """Conflicts that wait for a person."""
        with self._view() as view:
            return waiting_conflicts(view, view.lanes())

    def links(self, selection: Selected, *, everything: bool = False) -> LinkList:
        """Links that are not in step, or all of them, and what waits for what."""
        with self._view() as view:
            return selected_links(view, selection, everything=everything)

    def link(self, reference: str) -> LinkList:
        """The links of one record, and what it waits for: by number, id, name or e-mail address.

        Raises:
            UsageError: there is neither.

        """
        with self._view() as view:
            return links_of_record(view, reference)

    def record_history(self, reference: str) -> tuple[HistoryEntry, ...]:
        """What happened to one record, newest first.

        Raises:
            UsageError: nothing is known of such a record.

        """
        with self._view() as view:
            return record_history(view, reference)

    def runs(self) -> tuple[RunEntry, ...]:
        """The latest runs, newest first."""
        with self._view() as view:
            return latest_runs(view)

    @contextmanager
    def _view(self) -> Iterator[View]:
        with self.database.reading() as snapshot:
            yield View(
                snapshot=snapshot,
                vault=self.database.vault,
                configuration=self.configuration,
                object_types=self.plugins.object_types,
                now=self.now().timestamp(),
            )
