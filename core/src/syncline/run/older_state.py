"""What a report says of a state that is not the latest of its place."""

from __future__ import annotations

from syncline.model.reports import Problem
from syncline.state.epochs import Standing


def not_the_latest(found: Standing) -> Problem:
    """For a state that was put back, lost, or carried here."""
    if found is Standing.ELSEWHERE:
        return Problem(
            kind="state",
            message="this state database is a copy that belongs to another place: a run refuses it",
            hint="`syncline state adopt` makes it belong here, if the other one is gone for good.",
            exit_code=3,
        )
    return Problem(
        kind="state",
        message="the state is older than one this place has worked with: a backup was put back, or "
        "it was lost",
        hint="What is on both sides is linked again; namesakes that differ wait (`syncline links "
        "list`), and deletions are left to the next run.",
    )
