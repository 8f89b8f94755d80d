"""Checking a connection together with the accounts that are going to be synced."""

from __future__ import annotations

from dataclasses import replace

from syncline.model.records import AccountId
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.requests import AccountsRequest, CheckReport, CheckRequest, CheckResult


def checked(
    handle: ConnectionHandle, types: tuple[str, ...], members: tuple[str, ...], thorough: bool
) -> CheckReport:
    """What the connection says of itself; `thorough`: also of each member's account.

    Raises:
        ConnectionFailure: the connection refuses us as a whole.

    """
    if not thorough or not members:
        return handle.check(CheckRequest(types=types, thorough=thorough))
    found = {
        each.name: each.id for each in handle.accounts(AccountsRequest(names=members)).accounts
    }
    accounts = tuple(AccountId(each) for each in dict.fromkeys(found.values()))
    report = handle.check(CheckRequest(types=types, accounts=accounts, thorough=True))
    unknown = [name for name in members if name not in found]
    return replace(report, results=(*report.results, _members(unknown, len(members))))


def _members(unknown: list[str], number: int) -> CheckResult:
    if not unknown:
        return CheckResult(
            id="members", level="ok", message=f"all {number} members have an active account"
        )
    shown = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
    return CheckResult(
        id="members",
        level="error",
        message=f"{len(unknown)} of {number} members have no active account: {shown}",
        hint="Correct the members' list, or activate the accounts; the other members are synced.",
    )
