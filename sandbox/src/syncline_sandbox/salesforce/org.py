"""One org: its settings, its schema, its time, and how long changes stay out of sight."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.org import FEATURES, Customisation, OrgSchema, custom_field
from syncline_sandbox.salesforce.stamps import stamp
from syncline_sandbox.salesforce.store.tables import add_column
from syncline_sandbox.storage import Storage

DEFAULTS: dict[str, Any] = {
    "features": [],
    "custom": {},
    "access": {},
    "picklists": {},
    "labels": {},
    "schema_modified": None,
    "daily_limit": 15000,
    "used": 0,
    "window_start": None,
    "session_seconds": 7200,
    "rotate_refresh_tokens": False,
    "password_grant": False,
    "jwt_signature": False,
    "duplicate_rules": [],
    "conditional_delete": False,
    "line_ends": "crlf",
    "first_day_of_week": "sunday",
    "unknown_id": "cross_reference",
    "delete_log_from": None,
    "record_count_age": 0,
    "record_count_of_empty": False,
}
"""Every setting of an org and its value in a new one."""


@dataclass(frozen=True)
class _Schemas:
    everything: OrgSchema
    visible: OrgSchema


class Org:
    """The surroundings in which a call is answered."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._settings: dict[str, Any] | None = None

    @property
    def storage(self) -> Storage:
        """The database."""
        return self.environment.storage

    # ---- settings -------------------------------------------------------------------------------

    def setting(self, name: str) -> Any:
        """One setting."""
        if self._settings is None:
            rows = self.storage.rows("SELECT key, value FROM setting")
            self._settings = DEFAULTS | {row["key"]: json.loads(row["value"]) for row in rows}
        return self._settings[name]

    def set(self, name: str, value: Any) -> None:
        """Changes a setting; raises `KeyError` for one that does not exist."""
        if name not in DEFAULTS:
            raise KeyError(f"no setting {name}; there are: {', '.join(sorted(DEFAULTS))}")
        if name == "features" and (unknown := set(value) - FEATURES):
            raise ValueError(f"no feature {sorted(unknown)}; there are: {sorted(FEATURES)}")
        self.storage.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, json.dumps(value))
        self._settings = None
        if name in ("features", "custom", "access", "picklists", "labels"):
            self.set("schema_modified", stamp(self.now()))

    def forget(self) -> None:
        """Reads the settings anew at the next use: after a reset, or a write taken back."""
        self._settings = None

    # ---- schema ---------------------------------------------------------------------------------

    @property
    def everything(self) -> OrgSchema:
        """The schema without field security."""
        return self._schemas().everything

    @property
    def visible(self) -> OrgSchema:
        """The schema as the API user sees it, with the quirk `field-permission-lost` in it."""
        return self._schemas().visible

    def feature(self, name: str) -> bool:
        """Whether the org has a feature."""
        return name in self.setting("features")

    def define_field(self, kind: str, name: str, properties: dict[str, Any]) -> Field:
        """Adds a custom field, or changes one; raises `ValueError`."""
        found = self.everything.object(kind)
        if found is None:
            raise ValueError(f"no object {kind}")
        if not name.endswith("__c"):
            raise ValueError("the name of a custom field ends in __c")
        field = custom_field(name, **properties)
        custom = self.setting("custom")
        if found.field(name) is None:
            add_column(self.storage, found.name, field)
        own = custom.get(found.name, {}) | {name: properties}
        self.set("custom", custom | {found.name: own})
        return field

    def _schemas(self) -> _Schemas:
        access = dict(self.setting("access"))
        if lost := self.environment.quirks.on("field-permission-lost"):
            access[str(lost["field"])] = "hidden"
        names = ("features", "custom", "picklists", "labels")
        return _built(json.dumps([*(self.setting(n) for n in names), access], sort_keys=True))

    # ---- time -----------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.environment.clock.now()

    def stamp(self) -> str:
        """The audit stamp of a change made now."""
        return stamp(self.environment.stamp())

    def bin_floor(self) -> str:
        """Rows deleted before this moment have left the Recycle Bin."""
        return stamp(self.now() - timedelta(days=15))


@lru_cache(maxsize=64)
def _built(facts: str) -> _Schemas:
    features, custom, picklists, labels, access = json.loads(facts)
    org = Customisation(
        features=frozenset(features),
        custom={
            kind: tuple(custom_field(name, **properties) for name, properties in fields.items())
            for kind, fields in custom.items()
        },
        access=access,
        picklists={name: tuple(values) for name, values in picklists.items()},
        labels=labels,
    )
    return _Schemas(org.everything(), org.visible())
