"""The frozen requests and answers of the connection hooks.

Every hook takes one request and returns one finished value. A new optional field is then no new
signature, and old plugins go on working.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from syncline.model.fields import Value
from syncline.model.records import AbsenceReason, Absent, AccountId, Json, Record, RecordId
from syncline.model.rights import RIGHTS, Right
from syncline.plugin.spec import TypeSpec

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """`types`: what will be synced; `rights`: what will be done to records of a type besides
    reading, everything if nothing is said of it. `thorough`: also look at expiry dates and every
    permission.
    """

    types: tuple[str, ...] = ()
    accounts: tuple[AccountId, ...] = ()
    thorough: bool = False
    rights: Mapping[str, frozenset[Right]] = field(default_factory=dict)

    def rights_for(self, type: str) -> frozenset[Right]:
        """What will be done to records of this type."""
        return self.rights.get(type, RIGHTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One finding. `id` is stable and machine-readable, such as `credentials.expiry`."""

    id: str
    level: Level
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """`store` is the identity of the system itself (tenant, organisation), which survives a
    renamed host; `types` is what this very tenant can do: the declared specs, narrowed by what
    the service said (lengths, fields nobody may read). `server_time` is the service's clock.
    """

    store: str
    types: Mapping[str, TypeSpec]
    results: tuple[CheckResult, ...] = ()
    server_time: datetime | None = None

    @property
    def ok(self) -> bool:
        """Whether a run may start."""
        return all(result.level != "error" for result in self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox or user: the system's own id, and the name the configuration uses for it; `also`
    holds other names that lead to it (a mail address beside a sign-in name).
    """

    id: AccountId
    name: str
    display_name: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A folder, calendar or list of an account. `path` as a person would write it; `also` holds
    other ways to write it (`Contacts/CRM` where paths begin below the default folder).
    """

    id: str
    path: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsRequest:
    """Resolve names (addresses, user names) to accounts. Unknown names are left out."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountListRequest:
    """A page of all accounts that could be synced, of at most `page_size` where the service lets us
    choose; `next` goes on from an earlier page.
    """

    next: Json = None
    page_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Accounts, each under a name that `AccountsRequest` resolves to it. `next` goes on, also in
    another process; the last page has none.
    """

    accounts: tuple[Account, ...] = ()
    next: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainersRequest:
    """All containers of an account that can hold `type`; the default one has `path` ""."""

    type: str
    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Containers:
    """The answer to either: `accounts` or `containers`."""

    accounts: tuple[Account, ...] = ()
    containers: tuple[Container, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A data set: `condition` in the connector's language, checked, ready to be asked with."""

    text: str
    condition: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One stream with one cursor. `account` and `container` only for feeds per account."""

    type: str
    account: AccountId | None = None
    container: str | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesRequest:
    """A page of what changed since `cursor` (everything, if None); `next` goes on in a round.

    The scope of the feed is *not* applied: a record outside it is reported, too.
    """

    spec: TypeSpec
    feed: Feed
    cursor: Json = None
    next: Json = None
    page_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdsRequest:
    """These records, as they are now. `scoped`: also say LEFT of those outside the feed's scope.

    The answer holds each id once, as a record or as absent. At most `spec.read_batch` ids.
    """

    spec: TypeSpec
    feed: Feed
    ids: tuple[RecordId, ...]
    scoped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysRequest:
    """A page of all ids, versions and owners in the feed's scope: the sweep. No fields."""

    spec: TypeSpec
    feed: Feed
    next: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchKey:
    """A normalised key of a matcher; `kind` is the matcher's name, or `marker` for our own key."""

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRequest:
    """Records that carry one of these keys, in scope or not, deleted ones excluded.

    Only kinds in `spec.match` are asked. `created_since` narrows to records made since then (the
    search for a create whose answer was lost). With `deleted` the answer holds those that were
    deleted instead, as they were last; only asked where `spec.finds_deleted`.
    """

    spec: TypeSpec
    feed: Feed
    keys: tuple[MatchKey, ...]
    created_since: datetime | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedRequest:
    """What these records held when they were deleted: the service's bin.

    Only asked right after a deletion of ours that may have gone over an edit. The answer leaves
    out what is not deleted, was merged, or cannot be read any more. At most `spec.read_batch` ids.
    """

    spec: TypeSpec
    feed: Feed
    ids: tuple[RecordId, ...]


FetchRequest = ChangesRequest | IdsRequest | KeysRequest | MatchRequest | DeletedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`next` goes on within the round; `cursor` comes on the last page only (never both).

    `nameless` counts what cannot be spoken of in any other way: rows without a usable id.
    """

    records: tuple[Record, ...] = ()
    absent: tuple[Absent, ...] = ()
    next: Json = None
    cursor: Json = None
    nameless: int = 0

    @classmethod
    def of(
        cls, rows: Iterable[Record | Absent | None], *, next: Json = None, cursor: Json = None
    ) -> Page:
        """A page of what was made of each row, in their order; None for one without a usable id."""
        found = tuple(rows)
        return cls(
            records=tuple(each for each in found if isinstance(each, Record)),
            absent=tuple(each for each in found if isinstance(each, Absent)),
            next=next,
            cursor=cursor,
            nameless=sum(1 for each in found if each is None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """A new record. `key` is deterministic: the same source record always gives the same key.

    The connector stores `marker` where it can be found again, if `spec.idempotency` says so.
    """

    key: str = field(repr=False)
    account: AccountId
    container: str | None = None
    fields: Mapping[str, Value] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Change these fields of a record: present = set, None = clear, sets arrive whole.

    `current` is the target as just read. `version` makes the write conditional: it must fail
    with `Stale` if the record has another one; None lets it pass whatever the record has become
    (one-way overwrite).
    """

    id: RecordId
    version: str | None
    fields: Mapping[str, Value] = field(repr=False)
    current: Record
    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Delete a record, conditionally where the service can."""

    id: RecordId
    version: str | None
    current: Record
    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """A batch of creates or of updates (never mixed), cut to the sizes `spec` declares."""

    spec: TypeSpec
    feed: Feed
    operations: tuple[Create, ...] | tuple[Update, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRequest:
    """A batch of deletions."""

    spec: TypeSpec
    feed: Feed
    operations: tuple[Delete, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """It was done. `version` and `stored` only if the answer said so (or the connector itself
    decided what to store, such as a company that matches no account). `incomplete` names fields
    that a second call failed to write: they hold what they held, and are sent again.
    """

    id: RecordId
    version: str | None = None
    stored: Mapping[str, Value] | None = field(default=None, repr=False)
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """The record has another version than expected; nothing was changed."""

    current: Record | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The record is not there. For a deletion this is success."""

    reason: AbsenceReason = AbsenceReason.DELETED
    into: RecordId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The service refuses a second record like `of` (unique field, duplicate rule)."""

    of: tuple[RecordId, ...] = ()
    code: str = ""


RejectionKind = Literal[
    "invalid", "too_long", "required", "forbidden", "read_only", "quota", "other"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The service refuses this content. Nothing was changed; sending it again will not help.

    `message` is the service's own, without values a user entered; `fields` are canonical.
    """

    kind: RejectionKind
    message: str
    code: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """It was sent and there is no answer. It is resolved by looking, never by repeating."""

    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """It was certainly not done (throttled, not sent): the same operation may be sent again. `sent`
    is False where it never left us; a create without a key is looked for before it is repeated
    otherwise, since an answer may come from a gateway after the effect.
    """

    message: str = ""
    after: float | None = None
    sent: bool = True


Outcome = Applied | Stale | Gone | Duplicate | Rejected | Unknown | Deferred

__all__ = [
    "AbsenceReason", "Absent", "Account", "AccountId", "AccountListRequest", "AccountPage",
    "AccountsRequest", "Applied", "ApplyRequest", "ChangesRequest", "CheckReport", "CheckRequest",
    "CheckResult", "Container", "Containers", "ContainersRequest", "Create", "Deferred", "Delete",
    "DeleteRequest", "DeletedRequest", "Duplicate", "Feed", "FetchRequest", "Gone", "IdsRequest",
    "KeysRequest", "MatchKey", "MatchRequest", "Outcome", "Page", "Record", "RecordId", "Rejected",
    "Scope", "Stale", "Unknown", "Update",
]  # fmt: skip
