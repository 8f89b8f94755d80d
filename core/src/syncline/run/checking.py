"""Checking a connection together with the accounts that are going to be synced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from syncline.model.records import AccountId
from syncline.model.rights import Right
from syncline.model.sides import SIDES
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.requests import (
    AccountsRequest,
    CheckReport,
    CheckRequest,
    CheckResult,
)
from syncline.plugin.spec import TypeSpec
from syncline.policy.settings import Configuration


def rights_at(configuration: Configuration, name: str) -> dict[str, frozenset[Right]]:
    """What is done to records at a connection besides reading, by object type; the types that are
    switched off everywhere are named, too, with nothing.
    """
    found: dict[str, frozenset[Right]] = {}
    for sync in configuration.syncs.values():
        for side in (each for each in SIDES if sync.between[each] == name):
            for type, policy in sync.objects.items():
                rights = policy.rights(side) if sync.enabled else frozenset[Right]()
                found[type] = found.get(type, frozenset()) | rights
    return found


def checked(
    handle: ConnectionHandle,
    rights: Mapping[str, frozenset[Right]],
    members: tuple[str, ...],
    thorough: bool,
) -> CheckReport:
    """What the connection says of itself, and whether it has these rights; `thorough`: also of each
    member's account.

    Raises:
        ConnectionFailure: the connection refuses us as a whole.

    """
    created = [type for type, allowed in rights.items() if "create" in allowed]
    asked = CheckRequest(types=tuple(rights), rights=rights, thorough=thorough)
    if not thorough or not members:
        return _with_keys(handle.check(asked), created)
    found = {
        each.name: each.id for each in handle.accounts(AccountsRequest(names=members)).accounts
    }
    accounts = tuple(AccountId(each) for each in dict.fromkeys(found.values()))
    report = _with_keys(handle.check(replace(asked, accounts=accounts)), created)
    unknown = [name for name in members if name not in found]
    return replace(report, results=(*report.results, _members(unknown, len(members))))


def _with_keys(report: CheckReport, created: Collection[str]) -> CheckReport:
    """What it costs where the system keeps no key of what we make, of types that are made there."""
    specs = [spec for name, spec in report.types.items() if name in created]
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
