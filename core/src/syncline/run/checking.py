"""Checking a connection together with the accounts that are going to be synced."""

from __future__ import annotations

from dataclasses import replace

from syncline.model.records import AccountId
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.requests import AccountsRequest, CheckReport, CheckRequest, CheckResult
from syncline.plugin.spec import TypeSpec


def checked(
    handle: ConnectionHandle, types: tuple[str, ...], members: tuple[str, ...], thorough: bool
) -> CheckReport:
    """What the connection says of itself; `thorough`: also of each member's account.

    Raises:
        ConnectionFailure: the connection refuses us as a whole.

    """
    if not thorough or not members:
        return _with_keys(handle.check(CheckRequest(types=types, thorough=thorough)), types)
    found = {
        each.name: each.id for each in handle.accounts(AccountsRequest(names=members)).accounts
    }
    accounts = tuple(AccountId(each) for each in dict.fromkeys(found.values()))
    report = _with_keys(
        handle.check(CheckRequest(types=types, accounts=accounts, thorough=True)), types
    )
    unknown = [name for name in members if name not in found]
    return replace(report, results=(*report.results, _members(unknown, len(members))))


def _with_keys(report: CheckReport, types: tuple[str, ...]) -> CheckReport:
    """What it costs where the system keeps no key of what we make."""
    specs = [spec for name, spec in report.types.items() if name in types]
    return replace(
        report,
        results=(*report.results, *(_no_key(s) for s in specs if s.idempotency == "none")),
    )


def _no_key(spec: TypeSpec) -> CheckResult:
    return CheckResult(
        id=f"{spec.name}.key",
        level="warning",
        message="a record made here keeps no key of ours: after a lost state, or a write whose "
        "answer was lost, it is known again only by its match keys or by holding exactly the same",
        hint="Where the connection's settings offer a field for the key (`key_field`), name one.",
    )


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
