"""The lines of a `--load` file for the Salesforce stand-in, one JSON object each:

{"user": {"username": "ada@example.test", "name": "Ada Lovelace", "active": true}}
{"account": {"Name": "Analytical Engines", "Type": "Customer"}, "owner": "ada@example.test"}
{"object": "Contact", "owner": "ada@example.test", "account": "Analytical Engines",
"fields": {"LastName": "Babbage", "Email": "charles@example.test"}}
{"field": {"object": "Contact", "name": "Tier__c", "length": 20}}
{"settings": {"features": ["middle_name"]}}

`owner` is a username and `account` an account's name; both are made if they are not there yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.administration import add_user
from syncline_sandbox.salesforce.rows.writes import Actor, create
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.setup import integration_user
from syncline_sandbox.salesforce.store.records import find_by

Row = Mapping[str, Any]


def load(org: Org, rows: Iterable[Row]) -> int:
    """Stores all lines; returns how many. Raises `ValueError` for a line of another form."""
    loader = _Loader(org)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - the number of the last one
        loader.store(row)
    return count


class _Loader:
    """Remembers the users and accounts that lines refer to by name."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._users: dict[str, str] = {}
        self._accounts: dict[str, str] = {}

    def store(self, row: Row) -> None:
        if "object" in row:
            self._store_record(str(row["object"]), row)
        elif "user" in row:
            self._user(row["user"]["username"], row["user"])
        elif "account" in row:
            fields = row["account"]
            self._accounts[fields["Name"]] = self._create("Account", fields, row.get("owner"))
        elif "field" in row:
            facts = dict(row["field"])
            self._org.define_field(facts.pop("object"), facts.pop("name"), facts)
        elif "settings" in row:
            for name, value in row["settings"].items():
                self._org.set(name, value)
        else:
            raise ValueError(f"a line has none of user, account, object, field, settings: {row}")

    def _store_record(self, kind: str, row: Row) -> None:
        fields = dict(row["fields"])
        if row.get("account"):
            fields["AccountId"] = self._account(row["account"], row.get("owner"))
        self._create(kind, fields, row.get("owner"))

    def _create(self, kind: str, fields: Row, owner: str | None) -> str:
        user = self._user(owner) if owner else integration_user(self._org)
        return create(self._org, self._kind(kind), fields, Actor(user, through_api=False))

    def _user(self, username: str, facts: Row | None = None) -> str:
        if username not in self._users:
            found = find_by(self._org, self._kind("User"), "Username", username)
            given = dict(facts or {}) | {"username": username}
            self._users[username] = found[0] if found else add_user(self._org, given)
        return self._users[username]

    def _account(self, name: str, owner: str | None) -> str:
        if name not in self._accounts:
            found = find_by(self._org, self._kind("Account"), "Name", name)
            fields = {"Name": name}
            self._accounts[name] = found[0] if found else self._create("Account", fields, owner)
        return self._accounts[name]

    def _kind(self, name: str) -> ObjectType:
        kind = self._org.everything.object(name)
        if kind is None:
            raise ValueError(f"no object {name}")
        return kind
