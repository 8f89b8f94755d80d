"""From the configuration's names to lanes the engine can run: stores, accounts, folders, feeds.

What a name stands for is remembered, so that a run with nothing to do asks for none of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from syncline.engine.digests import Digester, base_tag
from syncline.engine.lanes import FeedState, Lane, LaneSide
from syncline.engine.rebase import set_aside
from syncline.errors import Busy, ConfigurationError, SynclineError
from syncline.model.records import AccountId
from syncline.model.reports import LaneName, Problem
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.requests import (
    AccountsRequest,
    CheckReport,
    CheckRequest,
    ContainersRequest,
    Feed,
    Scope,
)
from syncline.plugin.spec import TypeSpec
from syncline.policy.schema import Direction, ObjectPolicy
from syncline.policy.settings import Member, SyncSettings
from syncline.state import lanes as rows
from syncline.state.database import Database
from syncline.state.leases import LeaseKey, until


@dataclass(frozen=True)
class Opened:
    """An open connection with what its check said."""

    handle: ConnectionHandle
    report: CheckReport
    store_id: int


@dataclass
class Resolver:
    """Resolves the lanes of one sync and object type. `connect(name)` gives open connections."""

    database: Database
    connect: Callable[[str], ConnectionHandle]
    now: Callable[[], float]
    limit: int | None = None
    adopt_foreign: bool = False
    problems: list[Problem] = field(default_factory=list)

    def lanes(
        self, sync: SyncSettings, policy: ObjectPolicy, members: tuple[Member, ...]
    ) -> dict[int, Lane]:
        """The lanes of these members; a member that cannot be resolved is a problem, no more.

        Raises:
            ConnectionFailure: a connection refuses us as a whole.

        """
        opened = PerSide(*(self._open(sync.between[side], policy.type.name) for side in SIDES))
        specs = PerSide(*(self._spec(opened[side], policy, side) for side in SIDES))
        scopes = PerSide(*(self._scope(opened[side], specs[side], policy, side) for side in SIDES))
        accounts = PerSide(*(self._accounts(opened[side], members, side) for side in SIDES))
        found: dict[int, Lane] = {}
        for member in members:
            lane = self._lane(sync, policy, member, opened, specs, scopes, accounts)
            if lane is not None:
                found[lane.id] = lane
        return found

    # --- connections ----------------------------------------------------------------------------

    def _open(self, name: str, type: str) -> Opened:
        handle = self.connect(name)
        report = handle.check(CheckRequest(types=(type,)))
        if type not in report.types:
            raise ConfigurationError(
                f"connection {name!r} has no object type {type!r}",
                hint=f"It offers: {', '.join(sorted(report.types)) or 'none'}.",
            )
        with self.database.transaction() as tx:
            store_id = rows.ensure_store(tx, handle.connector, report.store)
        return Opened(handle, report, store_id)

    def _spec(self, opened: Opened, policy: ObjectPolicy, side: Side) -> TypeSpec:
        """The connector's spec, narrowed to the fields that take part, plus custom fields.

        Fields only one side can hold stay: its service may need them to store another one.
        """
        declared = opened.report.types[policy.type.name]
        off = {
            name for name in policy.type.fields if policy.field_direction(name) is Direction.NONE
        }
        custom = [
            opened.handle.custom_field(declared, name, native)
            for name, rule in policy.fields.items()
            if (native := rule.native[side]) is not None
        ]
        return declared.restricted(declared.readable - off, custom)

    def _scope(
        self, opened: Opened, spec: TypeSpec, policy: ObjectPolicy, side: Side
    ) -> Scope | None:
        text = policy.where[side]
        return None if text is None else opened.handle.scope(spec, text)

    # --- accounts and containers ----------------------------------------------------------------

    def _accounts(
        self, opened: Opened, members: tuple[Member, ...], side: Side
    ) -> Mapping[str, AccountId]:
        names = [member.accounts[side] for member in members]
        with self.database.transaction() as tx:
            known = rows.known_accounts(tx, opened.store_id, names)
        unknown = tuple(dict.fromkeys(name for name in names if name not in known))
        if unknown:
            answer = opened.handle.accounts(AccountsRequest(names=unknown))
            new = {account.name: str(account.id) for account in answer.accounts}
            with self.database.transaction() as tx:
                rows.save_accounts(tx, opened.store_id, new, self.now())
            known |= new
        return {name: AccountId(account) for name, account in known.items()}

    def _container(
        self, opened: Opened, spec: TypeSpec, account: AccountId, path: str | None
    ) -> str | None:
        if not spec.containers:
            return None
        wanted = path or ""
        with self.database.transaction() as tx:
            known = rows.known_container(tx, opened.store_id, account, spec.name, wanted)
        if known is not None:
            return known
        answer = opened.handle.containers(ContainersRequest(type=spec.name, account=account))
        found = {name.casefold(): each.id for each in answer.containers for name in each.also}
        found |= {each.path.casefold(): each.id for each in answer.containers}
        if wanted.casefold() not in found:
            paths = sorted(each.path for each in answer.containers if each.path)
            raise ConfigurationError(
                f"there is no folder {wanted!r}",
                hint=f"There are: {', '.join(paths) or 'none but the default one'}.",
            )
        container = found[wanted.casefold()]
        with self.database.transaction() as tx:
            rows.save_container(tx, opened.store_id, account, spec.name, wanted, container)
        return container

    # --- lanes ----------------------------------------------------------------------------------

    def _lane(
        self,
        sync: SyncSettings,
        policy: ObjectPolicy,
        member: Member,
        opened: PerSide[Opened],
        specs: PerSide[TypeSpec],
        scopes: PerSide[Scope | None],
        accounts: PerSide[Mapping[str, AccountId]],
    ) -> Lane | None:
        name = LaneName(sync.name, policy.type.name, member.accounts.left, member.accounts.right)
        try:
            sides = PerSide(
                *(
                    self._lane_side(
                        opened[side],
                        policy,
                        member,
                        side,
                        specs[side],
                        scopes[side],
                        accounts[side],
                    )
                    for side in SIDES
                )
            )
            with self.database.transaction() as tx:
                rows_of = LaneRows(tx, self.database, name, policy, sides, self.now())
                return rows_of.lane(self.limit, self.adopt_foreign)
        except SynclineError as error:
            self._problem(name, error)
            return None

    def _lane_side(
        self,
        opened: Opened,
        policy: ObjectPolicy,
        member: Member,
        side: Side,
        spec: TypeSpec,
        scope: Scope | None,
        accounts: Mapping[str, AccountId],
    ) -> LaneSide:
        name = member.accounts[side]
        if name not in accounts:
            raise ConfigurationError(
                f"{opened.handle.name} knows no active account {name!r}",
                hint="Check the members' list, and that the account exists and is active.",
            )
        account = accounts[name]
        overrides = member.containers.get(policy.type.name)
        path = (overrides[side] if overrides else None) or policy.container[side]
        container = self._container(opened, spec, account, path)
        per_account = spec.feed == "account"
        feed = Feed(
            type=spec.name,
            account=account if per_account else None,
            container=container if per_account else None,
            scope=scope,
        )
        state = self._feed(opened, feed, spec, side)
        return LaneSide(
            feed=state,
            account=account,
            container=container,
            records=policy.records[side],
        )

    def _feed(self, opened: Opened, feed: Feed, spec: TypeSpec, side: Side) -> FeedState:
        tag = base_tag(spec.mapping_version, self.database.vault.key_id)
        print_of_fields = _fingerprint(sorted((f.name, f.native) for f in spec.fields), tag)
        key = {
            "store_id": opened.store_id,
            "type": feed.type,
            "account": feed.account or "",
            "container": feed.container or "",
            "scope": f"{feed.scope.text if feed.scope else ''}#{print_of_fields}#{side}",
        }
        with self.database.transaction() as tx:
            feed_id = rows.ensure_feed(tx, key, tag)
        return FeedState(
            id=feed_id,
            side=side,
            store_id=opened.store_id,
            store=opened.report.store,
            connection=opened.handle,
            feed=feed,
            spec=spec,
            tag=tag,
        )

    def _problem(self, name: LaneName, error: SynclineError) -> None:
        busy = isinstance(error, Busy)
        self.problems.append(
            Problem(
                kind="busy" if busy else "member",
                message=error.message,
                hint=error.hint,
                lane=name,
                exit_code=8 if busy else 5,
            )
        )


@dataclass(frozen=True)
class LaneRows:
    """A lane's row brought in line with the configuration: a changed policy takes effect here."""

    tx: Connection
    database: Database
    name: LaneName
    policy: ObjectPolicy
    sides: PerSide[LaneSide]
    now: float

    def lane(self, limit: int | None, adopt_foreign: bool) -> Lane:
        """The lane, ready to run.

        Raises:
            Busy: the configuration changed, and a run works on the lane as it was.

        """
        row = rows.find_lane(self.tx, self._key())
        lane_id = rows.add_lane(self.tx, {**self._key(), **self._now()}) if row is None else row.id
        if row is not None and not self._unchanged(row):
            self._require_free()
            self._moved(row)
            self._policy_changed(row)
            rows.change_lane(self.tx, lane_id, **self._now())
            rows.drop_unread_feeds(self.tx, (row.left_feed, row.right_feed))
        if adopt_foreign:
            rows.change_lane(self.tx, lane_id, adopted_foreign=True)
        row = rows.find_lane(self.tx, self._key())
        if row is None:
            raise ConfigurationError("a lane vanished while it was resolved")
        winner = row.baseline_winner
        type = self.policy.type
        return Lane(
            id=lane_id,
            name=self.name,
            type=type,
            policy=self.policy,
            digester=Digester(type, self.database.vault.digest),
            sides=self.sides,
            first_sync=row.first_synced_at is None,
            rebaseline=bool(row.rebaseline),
            baseline_winner=None if winner is None else Side(winner),
            adopt_foreign=bool(row.adopted_foreign),
            limit=limit,
        )

    def _require_free(self) -> None:
        """Links are not moved, and bases not given up, under the hands of a run that works with
        them.
        """
        for side in SIDES:
            here = self.sides[side]
            key = LeaseKey(here.feed.store_id, here.account, self.policy.type.name)
            if until(self.tx, key, self.now) is not None:
                raise Busy(
                    "another run works on this member with the configuration as it was",
                    hint="The change takes effect in the next run after that.",
                )

    def _unchanged(self, row: Any) -> bool:
        """Nothing of the configuration moved: the row needs no write, and so no commit."""
        return all(row._mapping[name] == value for name, value in self._now().items())

    def _key(self) -> dict[str, Any]:
        return {
            "type": self.policy.type.name,
            **{f"{side}_store": self.sides[side].feed.store_id for side in SIDES},
            **{f"{side}_account": self.sides[side].account for side in SIDES},
        }

    def _now(self) -> dict[str, Any]:
        return {
            "sync": self.name.sync,
            "left_name": self.name.left,
            "right_name": self.name.right,
            "left_feed": self.sides.left.feed.id,
            "right_feed": self.sides.right.feed.id,
            "left_own": self.sides.left.by_owner,
            "right_own": self.sides.right.by_owner,
            "policy": policy_fingerprint(self.policy),
            "direction": self.policy.direction.value,
        }

    def _moved(self, row: Any) -> None:
        """Another folder, data set or set of fields: links follow to the new feed."""
        for side in SIDES:
            old, new = getattr(row, f"{side}_feed"), self.sides[side].feed
            if old is not None and old != new.id:
                if rows.feed_mapping(self.tx, old) != new.tag:
                    set_aside(self.tx, row.id, side)
                rows.move_links(self.tx, row.id, side, new.id)
                rows.read_again(self.tx, new.id)
                rows.change_lane(self.tx, row.id, rebaseline=True)

    def _policy_changed(self, row: Any) -> None:
        """Direction, data set, mapping or matching changed: everything is looked at again, and no
        deletion is derived in this run. One-way to both: the former source wins where sides differ.
        """
        if row.policy == policy_fingerprint(self.policy):
            return
        rows.change_lane(self.tx, row.id, rebaseline=True)
        for side in SIDES:
            rows.read_again(self.tx, self.sides[side].feed.id)
        former = Direction(row.direction) if row.direction else self.policy.direction
        if former.source is not None and self.policy.direction is Direction.BOTH:
            rows.forget_bases(self.tx, row.id)
            rows.change_lane(self.tx, row.id, baseline_winner=former.source.value)
        else:
            rows.look_again(self.tx, row.id)


def policy_fingerprint(policy: ObjectPolicy) -> str:
    """What of a policy, when it changes, makes everything be looked at again."""
    fields = {
        name: (policy.field_direction(name).value, list(rule.native))
        for name, rule in sorted(policy.fields.items())
    }
    return _fingerprint(
        policy.direction.value,
        policy.drift.value,
        list(policy.where),
        [each.value for each in policy.records],
        list(policy.container),
        list(policy.match),
        fields,
    )


def _fingerprint(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
