"""From a selection to the syncs, object types and members that a run is about."""

from __future__ import annotations

from syncline.errors import SynclineError, UsageError
from syncline.model.reports import Problem
from syncline.policy.schema import ObjectPolicy
from syncline.policy.settings import Configuration, Member, SyncSettings
from syncline.run.selection import Selection


def choose(
    configuration: Configuration, selection: Selection
) -> list[tuple[SyncSettings, ObjectPolicy, tuple[Member, ...]]]:
    """The syncs, types and members a selection means; what is switched off is left out.

    Raises:
        UsageError: it names something the configuration does not have.

    """
    syncs = configuration.syncs
    if unknown := set(selection.syncs) - set(syncs):
        raise UsageError(
            f"there is no sync {sorted(unknown)[0]!r}",
            hint=f"There are: {', '.join(sorted(syncs)) or 'none'}.",
        )
    found = []
    for sync in syncs.values():
        if not sync.enabled or (selection.syncs and sync.name not in selection.syncs):
            continue
        members = _members(sync, selection)
        for policy in sync.objects.values():
            wanted = not selection.types or policy.type.name in selection.types
            if policy.runs and wanted and members:
                found.append((sync, policy, members))
    if selection.members and not found:
        raise UsageError(
            "no sync has such a member",
            hint="Name members by one of their account names, as the members' list writes it.",
        )
    return found


def sync_failed(sync: str, error: SynclineError) -> Problem:
    """A sync that could not even begin."""
    connection = error.context.get("connection")
    return Problem(
        kind=type(error).__name__.lower(),
        message=f"sync {sync!r}: {error.message}",
        hint=error.hint,
        connection=None if connection is None else str(connection),
        exit_code=error.exit_code,
    )


def _members(sync: SyncSettings, selection: Selection) -> tuple[Member, ...]:
    if not selection.members:
        return sync.members
    wanted = {name.casefold() for name in selection.members}
    return tuple(
        member
        for member in sync.members
        if wanted.intersection(account.casefold() for account in member.accounts)
    )
