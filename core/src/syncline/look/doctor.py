"""`syncline doctor`: is this installation sound? Looks, and changes nothing.

Findings have the form of a connection's check: an id, a level, a message, a hint.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from syncline import __version__
from syncline.engine.approvals import APPROVAL
from syncline.errors import SynclineError
from syncline.look.secret_files import mode_of, secret_files
from syncline.plugin.discovery import PluginInfo
from syncline.plugin.requests import CheckReport, CheckResult, Level
from syncline.policy.settings import Configuration
from syncline.state import leases
from syncline.state.database import Database
from syncline.state.epochs import Epochs, Standing, own_folder
from syncline.state.intents import INTENT
from syncline.state.lanes import IN_USE, LANE
from syncline.state.migrate import version_in

_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
SKEW: Final = 30.0
"""Seconds a service's clock may differ from ours before it is mentioned."""
OVERDUE: Final = 2 * _DAY
OLD_INTENT: Final = _DAY
STALE_LEASE: Final = _HOUR
_REKEY: Final = "Make another one (`syncline state rekey`)."


def installation(plugins: Iterable[PluginInfo]) -> Iterator[CheckResult]:
    """Python, Syncline, and every plugin with its state."""
    words = f"Syncline {__version__}, Python {platform.python_version()} on {sys.platform}"
    yield _finding("installation.version", "ok", words)
    for plugin in plugins:
        words = f"{plugin.name} {plugin.version} ({plugin.distribution}): {plugin.state}"
        level: Level = "ok" if plugin.state in ("loaded", "disabled") else "warning"
        reason = f", {plugin.reason}" if plugin.reason else ""
        hint = "" if level == "ok" else "`syncline plugins list` shows all of them."
        yield _finding(f"installation.plugin.{plugin.name}", level, f"{words}{reason}", hint)


@dataclass(frozen=True)
class StateCheck:
    """Looks at the database. It is open, so its version and its key are right."""

    database: Database
    configuration: Configuration
    now: float
    own_folder: Callable[[], Path] = own_folder

    def findings(self) -> Iterator[CheckResult]:
        """The file first, then what is in it."""
        yield from self._database()
        yield from self._file()
        yield self._standing()
        yield from self._key()
        with self.database.reading() as snapshot:
            yield from self._lanes(snapshot)
            yield from self._leases(snapshot)
            yield from self._intents(snapshot)
            yield from self._approvals(snapshot)

    def _database(self) -> Iterator[CheckResult]:
        dialect = self.database.engine.dialect.name
        with self.database.reading() as snapshot:
            words = f"{dialect}, version {version_in(snapshot)}; the key fits"
        yield _finding("database.version", "ok", words)
        if dialect == "sqlite":
            yield self._integrity()

    def _integrity(self) -> CheckResult:
        try:
            with self.database.reading() as snapshot:
                answer = str(snapshot.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        except (SynclineError, DBAPIError) as error:
            answer = type(error).__name__
        if answer == "ok":
            return _finding("database.integrity", "ok", "the database is whole")
        hint = "Go back to a backup. Nothing in the systems is deleted if you start anew."
        return _finding("database.integrity", "error", "the database is damaged", hint)

    def _file(self) -> Iterator[CheckResult]:
        name = self.database.engine.url.database
        if self.database.engine.dialect.name != "sqlite" or name in (None, "", ":memory:"):
            return
        path = Path(str(name))
        size = path.stat().st_size / 1_000_000
        yield _finding("database.size", "ok", f"{path.name}: {size:.1f} MB")
        yield mode_of("database.mode", path)

    def _standing(self) -> CheckResult:
        standing = Epochs(self.database, self.own_folder).standing()
        if standing is Standing.KNOWN:
            return _finding("database.epoch", "ok", "the database belongs here, and is the latest")
        if standing is Standing.OLDER:
            words = "the database is older than one this place has worked with"
            hint = "A backup was put back, or the state was lost: the next run is careful."
            return _finding("database.epoch", "warning", words, hint)
        words = "the database is a copy that belongs to another place: runs refuse it"
        hint = "`syncline state adopt`, if the other one is gone for good."
        return _finding("database.epoch", "error", words, hint)

    def _key(self) -> Iterator[CheckResult]:
        """What protects it, and what the connections sign in with."""
        if self.database.vault.guessable:
            words = "the state key could be guessed: it has few different characters, or repeats"
            yield _finding("database.key_strength", "warning", words, _REKEY)
        for each in secret_files(self.configuration):
            of_state = each.place.startswith("[state]")
            yield each.finding("database.key" if of_state else "secret.mode")

    # --- what is in it --------------------------------------------------------------------------

    def _lanes(self, snapshot: Connection) -> Iterator[CheckResult]:
        """Lanes of the configuration that have not run for a while. Paused ones are left out."""
        wanted = {
            (sync.name, type, *member.accounts)
            for sync in self.configuration.syncs.values()
            for type, policy in sync.objects.items()
            for member in sync.members
            if sync.enabled and policy.runs
        }
        late = 0
        for row in snapshot.execute(select(LANE).where(IN_USE)):
            if (row.sync, row.type, row.left_name, row.right_name) in wanted:
                late += (row.last_run_at or 0.0) < self.now - OVERDUE
        if late:
            words = f"{late} lanes have not run to their end for more than two days"
            hint = "`syncline status` says why; is `syncline run` still started regularly?"
            yield _finding("lanes.overdue", "warning", words, hint)
        else:
            yield _finding("lanes.overdue", "ok", "every lane has run within two days")

    def _leases(self, snapshot: Connection) -> Iterator[CheckResult]:
        busy = len(leases.held(snapshot, self.now))
        if stale := leases.left_behind(snapshot, self.now - STALE_LEASE):
            words = f"{stale} leases were left behind by a run that died"
            hint = "Nothing has to be done: the next run takes them, and settles what was sent."
            yield _finding("leases.stale", "warning", words, hint)
        else:
            words = f"{busy} accounts are being worked on" if busy else "no run was left behind"
            yield _finding("leases.stale", "ok", words)

    def _intents(self, snapshot: Connection) -> Iterator[CheckResult]:
        sent_long_ago = INTENT.c.sent_at < self.now - OLD_INTENT
        old = snapshot.scalar(select(func.count()).where(sent_long_ago)) or 0
        if old:
            words = f"{old} writes were sent more than a day ago, and their outcome is not known"
            hint = "The next run looks. If they stay: `syncline links list` names them."
            yield _finding("intents.old", "warning", words, hint)
        else:
            yield _finding("intents.old", "ok", "no write is left without an outcome")

    def _approvals(self, snapshot: Connection) -> Iterator[CheckResult]:
        days = {
            (sync.name, type): policy.guards.approval_days
            for sync in self.configuration.syncs.values()
            for type, policy in sync.objects.items()
        }
        statement = select(LANE.c.sync, LANE.c.type, APPROVAL.c.approved_at)
        joined = statement.join(APPROVAL, APPROVAL.c.lane_id == LANE.c.id)
        void = sum(
            row.approved_at < self.now - days.get((row.sync, row.type), 0) * _DAY
            for row in snapshot.execute(joined.where(APPROVAL.c.approved_at.is_not(None)))
        )
        if void:
            words = f"{void} approvals were not used in time and are void"
            hint = "`syncline approve` once more, and run within approval_days."
            yield _finding("approvals.expired", "warning", words, hint)
        else:
            yield _finding("approvals.expired", "ok", "no approval has expired")


def clock(name: str, report: CheckReport, now: Callable[[], datetime]) -> CheckResult | None:
    """How far a service's clock is from ours; None if it does not tell the time."""
    if report.server_time is None:
        return None
    skew = (report.server_time - now().astimezone(UTC)).total_seconds()
    id = f"connection.{name}.clock"
    if abs(skew) <= SKEW:
        return _finding(id, "ok", f"{name}: the clocks agree within {SKEW:.0f} s")
    words = f"{name}: its clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} ours"
    hint = "Set this machine's clock (NTP): leases and what counts as newest depend on it."
    return _finding(id, "warning", words, hint)


def connection(
    name: str, report: CheckReport | None, error: SynclineError | None
) -> Iterator[CheckResult]:
    """What a connection's own check found; what is fine is one line."""
    if error is not None:
        yield _finding(f"connection.{name}", "error", f"{name}: {error.message}", error.hint)
        return
    bad = [result for result in report.results if result.level != "ok"] if report else []
    for result in bad:
        id = f"connection.{name}.{result.id}"
        yield _finding(id, result.level, f"{name}: {result.message}", result.hint)
    if not bad:
        yield _finding(f"connection.{name}", "ok", f"{name}: it answers, nothing is missing")


_CODES: Final[Mapping[str, int]] = {"installation": 3, "database": 3, "connection": 4}


def exit_code(findings: Iterable[CheckResult]) -> int:
    """0 if no finding is an error; 3 for what is ours, 4 for a connection, else 5."""
    codes = {_CODES.get(f.id.partition(".")[0], 5) for f in findings if f.level == "error"}
    return min(codes, default=0)


def unusable(error: SynclineError) -> CheckResult:
    """The database, or the configuration, cannot even be opened."""
    return _finding("database.open", "error", error.message, error.hint)


def _finding(id: str, level: Level, message: str, hint: str = "") -> CheckResult:
    return CheckResult(id=id, level=level, message=message, hint=hint)
