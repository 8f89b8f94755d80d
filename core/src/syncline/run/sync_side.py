"""One side of a sync: its connection, its members' accounts and folders, the feeds to read.

What a name stands for is remembered, so that a run with nothing to do asks for none of it. It is
looked up for all members at once: a run with thousands of lanes asks the state a few times.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from syncline.engine.decide.digests import base_tag
from syncline.engine.lanes import FeedState, LaneSide
from syncline.errors import ConfigurationError
from syncline.model.records import AccountId
from syncline.model.sides import Side
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.requests import (
    AccountsRequest,
    CheckReport,
    CheckRequest,
    ContainersRequest,
    Feed,
    Scope,
)
from syncline.plugin.service import Service
from syncline.plugin.spec import TypeSpec
from syncline.policy.schema import Direction, ObjectPolicy
from syncline.policy.settings import Member
from syncline.state import lanes as rows
from syncline.state.database import Database


@dataclass(frozen=True)
class SyncSide:
    """One side, open. `accounts` by name; `containers` by account and path: those that were known,
    and what is found out on the way is added.
    """

    database: Database
    policy: ObjectPolicy
    side: Side
    handle: ConnectionHandle
    service: Service
    report: CheckReport
    store_id: int
    spec: TypeSpec
    scope: Scope | None
    accounts: Mapping[str, AccountId]
    containers: dict[tuple[str, str], str]
    ahead: float | None = None
    """See `FeedState`."""

    @classmethod
    def open(
        cls,
        database: Database,
        handle: ConnectionHandle,
        reach: Callable[[Service], Service],
        policy: ObjectPolicy,
        side: Side,
        members: Sequence[Member],
        now: Callable[[], float],
    ) -> SyncSide:
        """Check the connection and look up the members' accounts. `reach`: see `World`.

        Raises:
            ConfigurationError: the connection has no such object type, field or data set.
            ConnectionFailure: it refuses us as a whole.

        """
        report = handle.check(CheckRequest(types=(policy.type.name,)))
        spec = _taking_part(handle, _declared(handle, report, policy), policy, side)
        text = policy.where[side]
        names = [member.accounts[side] for member in members]
        with database.transaction() as tx:
            store_id = rows.ensure_store(tx, handle.connector, report.store)
            known = rows.known_accounts(tx, store_id, names)
            ids = known.values() if spec.containers else ()
            containers = rows.known_containers(tx, store_id, policy.type.name, ids)
        return cls(
            database=database,
            policy=policy,
            side=side,
            handle=handle,
            service=reach(handle),
            report=report,
            store_id=store_id,
            spec=spec,
            scope=None if text is None else handle.scope(spec, text),
            accounts=_accounts(database, handle, store_id, names, known),
            containers=containers,
            ahead=_ahead(report, now),
        )

    def of(self, member: Member) -> LaneSide:
        """Give this side of a member's lane.

        Raises:
            ConfigurationError: there is no such account, or no such folder.

        """
        name = member.accounts[self.side]
        if name not in self.accounts:
            raise ConfigurationError(
                f"{self.handle.name} knows no active account {name!r}",
                hint="Check the members' list, and that the account exists and is active.",
            )
        account = self.accounts[name]
        overrides = member.containers.get(self.policy.type.name)
        path = (overrides[self.side] if overrides else None) or self.policy.container[self.side]
        container = self._container(account, path or "")
        return LaneSide(
            feed=self._feed(account, container),
            account=account,
            container=container,
            records=self.policy.records[self.side],
        )

    # --- containers -----------------------------------------------------------------------------

    def _container(self, account: AccountId, path: str) -> str | None:
        if not self.spec.containers:
            return None
        known = self.containers.get((account, path))
        return self._look_for_container(account, path) if known is None else known

    def _look_for_container(self, account: AccountId, path: str) -> str:
        answer = self.handle.containers(ContainersRequest(type=self.spec.name, account=account))
        found = {name.casefold(): each.id for each in answer.containers for name in each.also}
        found |= {each.path.casefold(): each.id for each in answer.containers}
        if path.casefold() not in found:
            paths = sorted(each.path for each in answer.containers if each.path)
            raise ConfigurationError(
                f"there is no folder {path!r}",
                hint=f"There are: {', '.join(paths) or 'none but the default one'}.",
            )
        container = found[path.casefold()]
        with self.database.transaction() as tx:
            rows.save_container(tx, self.store_id, account, self.spec.name, path, container)
        self.containers[account, path] = container
        return container

    # --- feeds ----------------------------------------------------------------------------------

    def _feed(self, account: AccountId, container: str | None) -> FeedState:
        feed = Feed(
            type=self.spec.name,
            account=account if self._per_account else None,
            container=container if self._per_account else None,
            scope=self.scope,
        )
        return FeedState(
            id=self._feed_id(feed.account or "", feed.container or ""),
            side=self.side,
            store_id=self.store_id,
            store=self.report.store,
            connection=self.service,
            feed=feed,
            spec=self.spec,
            tag=self._tag,
            ahead=self.ahead,
        )

    def _feed_id(self, account: str, container: str) -> int:
        known = self._feeds.get((account, container))
        if known is None:
            key = {"account": account, "container": container, **self._feed_key}
            with self.database.transaction() as tx:
                known = rows.ensure_feed(tx, key, self._tag)
            self._feeds[account, container] = known
        return known

    @cached_property
    def _feeds(self) -> dict[tuple[str, str], int]:
        accounts = self.accounts.values() if self._per_account else ("",)
        with self.database.transaction() as tx:
            return rows.known_feeds(tx, self._feed_key, accounts)

    @cached_property
    def _feed_key(self) -> dict[str, Any]:
        """What tells this side's feeds from others, but for account and container."""
        read = sorted((f.name, f.native) for f in self.spec.fields)
        # Values that were kept are of their field's type. Where all are texts nothing is said of
        # it, so that feeds of before there were types stay the same.
        typed = sorted(self.policy.custom_types.items())
        fields = fingerprint(read, self._tag, *([typed] if typed else []))
        text = self.scope.text if self.scope else ""
        return {
            "store_id": self.store_id,
            "type": self.spec.name,
            "scope": f"{text}#{fields}#{self.side}",
        }

    @property
    def _per_account(self) -> bool:
        return self.spec.feed == "account"

    @cached_property
    def _tag(self) -> str:
        return base_tag(self.spec.mapping_version, self.database.vault.key_id)


def fingerprint(*parts: Any) -> str:
    """A short text that differs when any part does."""
    text = json.dumps(parts, sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _ahead(report: CheckReport, now: Callable[[], float]) -> float | None:
    return None if report.server_time is None else report.server_time.timestamp() - now()


def _declared(handle: ConnectionHandle, report: CheckReport, policy: ObjectPolicy) -> TypeSpec:
    name = policy.type.name
    if name not in report.types:
        raise ConfigurationError(
            f"connection {handle.name!r} has no object type {name!r}",
            hint=f"It offers: {', '.join(sorted(report.types)) or 'none'}.",
        )
    return report.types[name]


def _taking_part(
    handle: ConnectionHandle, declared: TypeSpec, policy: ObjectPolicy, side: Side
) -> TypeSpec:
    """The connector's spec, narrowed to the fields that take part, plus custom fields.

    Fields only one side can hold stay: its service may need them to store another one.
    """
    off = {name for name in policy.type.fields if policy.field_direction(name) is Direction.NONE}
    custom = [
        handle.custom_field(declared, name, native, policy.type.fields[name].type)
        for name, rule in policy.fields.items()
        if (native := rule.native[side]) is not None
    ]
    return declared.restricted(declared.readable - off, custom)


def _accounts(
    database: Database,
    handle: ConnectionHandle,
    store_id: int,
    names: Sequence[str],
    known: Mapping[str, str],
) -> Mapping[str, AccountId]:
    """Those that are `known`, and the others from the system."""
    unknown = tuple(dict.fromkeys(name for name in names if name not in known))
    if unknown:
        answer = handle.accounts(AccountsRequest(names=unknown))
        new = {account.name: str(account.id) for account in answer.accounts}
        with database.transaction() as tx:
            rows.save_accounts(tx, store_id, new)
        known = {**known, **new}
    return {name: AccountId(account) for name, account in known.items()}
