"""The Salesforce stand-in from Python: start it, act as its users, look inside.

with SalesforceSandbox.start() as sf:
    ada = sf.add_user("ada@example.test", name="Ada Lovelace")
    sf.create("Contact", {"LastName": "Babbage"}, as_user=ada)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from syncline_sandbox.starting import StartableSandbox

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class SandboxUser:
    """A user of the org."""

    id: str
    username: str
    name: str


class SalesforceSandbox(StartableSandbox):
    """Acts on a stand-in that runs in this process (`start`) or in another (`attach`).

    Ids that methods return and take have 18 characters.
    """

    service: ClassVar[str] = "salesforce"

    # ---- what a client needs --------------------------------------------------------------------

    @property
    def token(self) -> str:
        """An access token of the integration user that works now."""
        return str(self.credentials()["token"])

    @property
    def client_id(self) -> str:
        """Consumer key."""
        return str(self.credentials()["client_id"])

    @property
    def client_secret(self) -> str:
        """Consumer secret."""
        return str(self.credentials()["client_secret"])

    @property
    def username(self) -> str:
        """Username of the integration user, which all three flows run as."""
        return str(self.credentials()["username"])

    @property
    def private_key_pem(self) -> str:
        """The key to sign JWT bearer assertions with."""
        return str(self.request("GET", "/private-key")["pem"])

    def refresh_token(self, user: SandboxUser | None = None) -> str:
        """A refresh token, as an administrator gets it once in a browser."""
        wish = {"refresh": True, "user": user.id if user else None}
        return str(self.request("POST", "/sessions", wish)["token"])

    def revoke_tokens(self, kind: Literal["access", "refresh"] = "access") -> int:
        """Ends all sessions; returns how many it were."""
        return int(self.request("POST", "/revoke", {"kind": kind})["revoked"])

    # ---- users ----------------------------------------------------------------------------------

    def add_user(self, username: str, *, name: str | None = None, **fields: Any) -> SandboxUser:
        """A new user; `email` is the username unless given, `active` is true."""
        wish = {"username": username, **({"name": name} if name else {}), **fields}
        user_id = self.request("POST", "/users", wish)["id"]
        return SandboxUser(user_id, username, name or username.partition("@")[0].title())

    def change_user(self, user: SandboxUser, **fields: Any) -> None:
        """Changes fields of a user, for instance `IsActive`."""
        self.request("PATCH", f"/users/{user.id}", fields)

    # ---- rows -----------------------------------------------------------------------------------

    def create(self, kind: str, fields: Fields, *, as_user: SandboxUser | None = None) -> str:
        """A new row, owned and created by the user (the integration user if none)."""
        wish = _wish(as_user, fields=dict(fields))
        return str(self.request("POST", f"/records/{kind}", wish)["id"])

    def create_many(
        self, kind: str, rows: Sequence[Fields], *, as_user: SandboxUser | None = None
    ) -> list[str]:
        """Many new rows in one go."""
        wish = _wish(as_user, rows=[dict(row) for row in rows])
        ids: list[str] = self.request("POST", f"/records/{kind}/many", wish)["ids"]
        return ids

    def update(
        self, kind: str, record_id: str, fields: Fields, *, as_user: SandboxUser | None = None
    ) -> None:
        """Changes some fields."""
        wish = _wish(as_user, fields=dict(fields))
        self.request("PATCH", f"/records/{kind}/{record_id}", wish)

    def delete(self, kind: str, record_id: str, *, as_user: SandboxUser | None = None) -> None:
        """Moves a row to the Recycle Bin."""
        self._act(kind, record_id, "delete", _wish(as_user))

    def undelete(self, kind: str, record_id: str, *, as_user: SandboxUser | None = None) -> None:
        """Takes it out again."""
        self._act(kind, record_id, "undelete", _wish(as_user))

    def erase(self, kind: str, record_id: str) -> None:
        """Deletes a row for good: no query will show it."""
        self._act(kind, record_id, "erase", {})

    def merge(
        self,
        kind: str,
        winner: str,
        losers: Sequence[str],
        fields: Fields | None = None,
        *,
        as_user: SandboxUser | None = None,
    ) -> None:
        """Merges one or two rows into the winner."""
        wish = _wish(as_user, losers=list(losers), fields=dict(fields or {}))
        self._act(kind, winner, "merge", wish)

    def automate(self, kind: str, record_id: str, fields: Fields | None = None) -> None:
        """A change by automation: SystemModstamp moves, LastModifiedDate stays."""
        self._act(kind, record_id, "automate", {"fields": dict(fields or {})})

    def hide(self, kind: str, record_id: str) -> None:
        """Keeps a row from the API user by sharing."""
        self._act(kind, record_id, "hide", {})

    def show(self, kind: str, record_id: str) -> None:
        """Shows it again; no stamp moves."""
        self._act(kind, record_id, "show", {})

    def rows(self, kind: str, *, include_deleted: bool = False) -> list[dict[str, Any]]:
        """All rows as stored, whatever the API user may see."""
        query = "?include_deleted=true" if include_deleted else ""
        found: list[dict[str, Any]] = self.request("GET", f"/records/{kind}{query}")
        return found

    def row(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """One row as stored, deleted or not."""
        found = self.rows(kind, include_deleted=True)
        return next((row for row in found if row["Id"] == record_id), None)

    def empty_bin(self) -> int:
        """Empties the Recycle Bin; returns how many rows are gone."""
        return int(self.request("POST", "/empty-bin")["erased"])

    def purge_delete_log(self) -> int:
        """Forgets deletions older than two hours; `deleted` then says since when it knows."""
        return int(self.request("POST", "/purge-delete-log")["purged"])

    def add_person_account(
        self, fields: Fields, *, as_user: SandboxUser | None = None
    ) -> tuple[str, str]:
        """An account that is a person; returns the ids of account and contact."""
        wish = _wish(as_user, fields=dict(fields))
        made = self.request("POST", "/person-accounts", wish)
        return str(made["account"]), str(made["contact"])

    # ---- the org --------------------------------------------------------------------------------

    def define_field(self, kind: str, name: str, **properties: Any) -> None:
        """A custom field: `type` (string), `length` (255), `unique`, `external_id`, `values`,
        `restricted`, `required`, `label`, ….
        """
        self.request("POST", f"/fields/{kind}/{name}", properties)

    def hide_field(self, kind: str, name: str) -> None:
        """Takes the API user's right to see a field."""
        self._access(f"{kind}.{name}", "hidden")

    def readonly_field(self, kind: str, name: str) -> None:
        """Takes the API user's right to write a field."""
        self._access(f"{kind}.{name}", "read")

    def restore_field(self, kind: str, name: str) -> None:
        """Gives all rights on a field back."""
        self._access(f"{kind}.{name}", None)

    def hide_object(self, kind: str) -> None:
        """Takes the API user's right to see an object at all."""
        self._access(kind, "hidden")

    def set(self, **settings: Any) -> None:
        """Changes settings of the org: `features`, `duplicate_rules`, `session_seconds`, …."""
        self.request("POST", "/settings", settings)

    def set_limit(self, daily: int, used: int = 0) -> None:
        """The daily allocation of API calls, and how many of them are used up."""
        self.set(daily_limit=daily, used=used)

    def add_duplicate_rule(
        self,
        kind: str = "Contact",
        *,
        match: Literal["email", "name"] = "email",
        action: Literal["alert", "block"] = "alert",
    ) -> None:
        """A duplicate rule that warns or refuses."""
        rules = self.request("GET", "/settings")["duplicate_rules"]
        rule = {"object": kind, "name": f"{kind}s_DR", "match": match, "action": action}
        self.set(duplicate_rules=[*rules, rule])

    def _access(self, name: str, access: str | None) -> None:
        self.request("POST", "/access", {"name": name, "access": access})

    def _act(self, kind: str, record_id: str, action: str, wish: dict[str, Any]) -> None:
        self.request("POST", f"/records/{kind}/{record_id}/{action}", wish)


def _wish(as_user: SandboxUser | None, **more: Any) -> dict[str, Any]:
    return {"as_user": as_user.id if as_user else None, **more}
