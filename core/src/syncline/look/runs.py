"""Runs: when, how they ended, what they did."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy import select

from syncline.look.view import View, instant, instant_if_any
from syncline.model.reports import RunEntry
from syncline.state.history import RUN

LATEST: Final = 50
_LAST: Final = 10
_NEWEST_FIRST: Final = select(RUN).order_by(RUN.c.started_at.desc())


def latest_runs(view: View) -> tuple[RunEntry, ...]:
    """The latest runs, newest first, those as well that have not ended."""
    return tuple(
        RunEntry(
            id=row.id,
            started=instant(row.started_at),
            finished=instant_if_any(row.finished_at),
            exit_code=row.exit_code,
            counts=json.loads(row.counts_json),
            undoes=row.undoes,
        )
        for row in view.snapshot.execute(_NEWEST_FIRST.limit(LATEST))
    )


def ended_runs(view: View) -> tuple[tuple[str, datetime, int], ...]:
    """The last that came to an end, newest first: which, when it began, its exit code."""
    ended = _NEWEST_FIRST.where(RUN.c.exit_code.is_not(None)).limit(_LAST)
    return tuple(
        (row.id, instant(row.started_at), row.exit_code) for row in view.snapshot.execute(ended)
    )
