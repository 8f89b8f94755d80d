"""Everything the author of a plugin imports: `from syncline.plugin import Connector, hookimpl`.

Names are resolved on first use (PEP 562), so that importing one contract, such as
`syncline.plugin.requests`, neither loads pluggy nor the rest of the API: the command line must
start fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syncline.model.capacity import Capacity, Inexpressible
    from syncline.model.reports import PlannedOperation, RunReport
    from syncline.plugin.connector import (
        API_VERSION,
        Connector,
        ConnectorConfig,
        ConnectorContext,
        TokenStore,
    )
    from syncline.plugin.cursors import read_until
    from syncline.plugin.events import ConflictSeen, Resolution, RunStarted, Veto
    from syncline.plugin.hookspecs import hookimpl
    from syncline.plugin.requests import (
        AbsenceReason,
        Absent,
        Account,
        AccountId,
        AccountListRequest,
        AccountPage,
        AccountsRequest,
        Applied,
        ApplyRequest,
        ChangesRequest,
        CheckReport,
        CheckRequest,
        CheckResult,
        Container,
        Containers,
        ContainersRequest,
        Create,
        Deferred,
        Delete,
        DeletedRequest,
        DeleteRequest,
        Duplicate,
        Feed,
        FetchRequest,
        Gone,
        IdsRequest,
        KeysRequest,
        MatchKey,
        MatchRequest,
        Outcome,
        Page,
        Record,
        RecordId,
        Rejected,
        Scope,
        Stale,
        Unknown,
        Update,
    )
    from syncline.plugin.secrets import Secret
    from syncline.plugin.spec import (
        UNREADABLE,
        ChangeDetection,
        Codec,
        Field,
        SameText,
        TypeSpec,
        Unreadable,
    )
    from syncline.policy.rules import Between, Breach, RuleSet

_REQUESTS = (
    "AbsenceReason", "Absent", "Account", "AccountId", "AccountListRequest", "AccountPage",
    "AccountsRequest", "Applied", "ApplyRequest", "ChangesRequest", "CheckReport", "CheckRequest",
    "CheckResult", "Container", "Containers", "ContainersRequest", "Create", "Deferred", "Delete",
    "DeleteRequest", "DeletedRequest", "Duplicate", "Feed", "FetchRequest", "Gone", "IdsRequest",
    "KeysRequest", "MatchKey", "MatchRequest", "Outcome", "Page", "Record", "RecordId", "Rejected",
    "Scope", "Stale", "Unknown", "Update",
)  # fmt: skip

_NAMES_OF = {
    "syncline.model.capacity": ("Capacity", "Inexpressible"),
    "syncline.model.reports": ("PlannedOperation", "RunReport"),
    "syncline.plugin.connector": (
        "API_VERSION", "Connector", "ConnectorConfig", "ConnectorContext", "TokenStore",
    ),
    "syncline.plugin.cursors": ("read_until",),
    "syncline.plugin.events": ("ConflictSeen", "Resolution", "RunStarted", "Veto"),
    "syncline.plugin.hookspecs": ("hookimpl",),
    "syncline.plugin.requests": _REQUESTS,
    "syncline.plugin.secrets": ("Secret",),
    "syncline.plugin.spec": (
        "UNREADABLE", "ChangeDetection", "Codec", "Field", "SameText", "TypeSpec", "Unreadable",
    ),
    "syncline.policy.rules": ("Between", "Breach", "RuleSet"),
}  # fmt: skip

_MODULE_OF = {name: module for module, names in _NAMES_OF.items() for name in names}

__all__ = [
    "API_VERSION", "UNREADABLE", "AbsenceReason", "Absent", "Account", "AccountId",
    "AccountListRequest", "AccountPage", "AccountsRequest", "Applied", "ApplyRequest", "Between",
    "Breach", "Capacity", "ChangeDetection", "ChangesRequest", "CheckReport", "CheckRequest",
    "CheckResult", "Codec", "ConflictSeen", "Connector", "ConnectorConfig", "ConnectorContext",
    "Container", "Containers", "ContainersRequest", "Create", "Deferred", "Delete",
    "DeleteRequest", "DeletedRequest", "Duplicate", "Feed", "FetchRequest", "Field", "Gone",
    "IdsRequest", "Inexpressible", "KeysRequest", "MatchKey", "MatchRequest", "Outcome", "Page",
    "PlannedOperation", "Record", "RecordId", "Rejected", "Resolution", "RuleSet", "RunReport",
    "RunStarted", "SameText", "Scope", "Secret", "Stale", "TokenStore", "TypeSpec", "Unknown",
    "Unreadable", "Update", "Veto", "hookimpl", "read_until",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
