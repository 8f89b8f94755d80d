"""The back door of this stand-in: act as a user, an administrator or the service itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from syncline_sandbox.backdoor import ROOT, refuse
from syncline_sandbox.messages import Call
from syncline_sandbox.routing import Router
from syncline_sandbox.salesforce import setup
from syncline_sandbox.salesforce.errors import ApiError, RowRefused
from syncline_sandbox.salesforce.org import DEFAULTS, Org
from syncline_sandbox.salesforce.rows import administration, writes
from syncline_sandbox.salesforce.rows.person_accounts import add_person_account
from syncline_sandbox.salesforce.rows.writes import Actor
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.service.sessions import ACCESS, REFRESH, open_session, revoke
from syncline_sandbox.salesforce.stamps import stamp
from syncline_sandbox.salesforce.store.records import erase
from syncline_sandbox.salesforce.store.tables import table

Handler = Callable[..., Any]


def add_routes(router: Router, org: Org) -> None:
    """Adds the routes to the back door."""
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "records/{kind}", _rows),
        ("POST", "records/{kind}", _create),
        ("POST", "records/{kind}/many", _create_many),
        ("PATCH", "records/{kind}/{record_id}", _update),
        ("POST", "records/{kind}/{record_id}/{action}", _act),
        ("POST", "users", _add_user),
        ("PATCH", "users/{record_id}", _change_user),
        ("POST", "person-accounts", _add_person_account),
        ("POST", "fields/{kind}/{name}", _define_field),
        ("POST", "access", _set_access),
        ("GET", "settings", _settings),
        ("POST", "settings", _change_settings),
        ("POST", "empty-bin", _empty_bin),
        ("POST", "purge-delete-log", _purge_delete_log),
        ("POST", "sessions", _open_session),
        ("POST", "revoke", _revoke),
        ("GET", "private-key", _private_key),
    ]
    for method, path, handler in routes:
        router.add(method, f"{ROOT}/{path}", _guarded(org, handler))


def _guarded(org: Org, handler: Handler) -> Handler:
    def run(call: Call, **parameters: str) -> Any:
        org.forget()
        try:
            return handler(org, call, **parameters)
        except RowRefused as refused:
            reasons = "; ".join(f"{e.code}: {e.message}" for e in refused.errors)
            raise refuse(400, reasons) from None
        except ApiError as error:
            raise refuse(400, str(error.body)) from None

    return run


def _rows(org: Org, call: Call, kind: str) -> list[dict[str, Any]]:
    found = _kind(org, kind)
    living = call.query.get("include_deleted") != "true" and found.undeletable
    condition = "WHERE IsDeleted = 0" if living else ""
    sql = f"SELECT * FROM {table(found.name)} {condition} ORDER BY Id"  # noqa: S608 - schema names
    booleans = [f.name for f in found.fields if f.type == "boolean"]
    rows = [dict(row) for row in org.storage.rows(sql)]
    shown = {f.name for f in found.fields}
    return [
        {
            name: bool(value) if name in booleans else value
            for name, value in row.items()
            if name in shown
        }
        for row in rows
    ]


def _create(org: Org, call: Call, kind: str) -> dict[str, Any]:
    wish = call.json()
    return {"id": writes.create(org, _kind(org, kind), wish["fields"], _actor(org, wish))}


def _create_many(org: Org, call: Call, kind: str) -> dict[str, Any]:
    wish, found = call.json(), _kind(org, kind)
    actor = _actor(org, wish)
    return {"ids": [writes.create(org, found, fields, actor) for fields in wish["rows"]]}


def _update(org: Org, call: Call, kind: str, record_id: str) -> None:
    wish = call.json()
    writes.update(org, _kind(org, kind), record_id, wish["fields"], _actor(org, wish))


def _act(org: Org, call: Call, kind: str, record_id: str, action: str) -> None:
    wish = call.json() if call.body else {}
    found, actor = _kind(org, kind), _actor(org, wish)
    match action:
        case "delete":
            writes.delete(org, found, record_id, actor)
        case "undelete":
            administration.undelete(org, found, record_id, actor)
        case "erase":
            writes.delete(org, found, record_id, actor)
            erase(org, found, [record_id])
        case "merge":
            fields = wish.get("fields", {})
            administration.merge(org, found, record_id, wish["losers"], fields, actor)
        case "automate":
            administration.automate(org, found, record_id, wish.get("fields", {}))
        case "hide" | "show":
            administration.share(org, found, record_id, visible=action == "show")
        case _:
            raise refuse(404, f"no action {action}")


def _add_user(org: Org, call: Call) -> dict[str, Any]:
    return {"id": administration.add_user(org, call.json())}


def _change_user(org: Org, call: Call, record_id: str) -> None:
    actor = Actor(administration.SYSTEM, through_api=False)
    writes.update(org, _kind(org, "User"), record_id, call.json(), actor)


def _add_person_account(org: Org, call: Call) -> dict[str, Any]:
    wish = call.json()
    features = org.setting("features")
    if "person_accounts" not in features:
        org.set("features", [*features, "person_accounts"])
    account, contact = add_person_account(org, wish["fields"], _actor(org, wish))
    return {"account": account, "contact": contact}


def _define_field(org: Org, call: Call, kind: str, name: str) -> None:
    org.define_field(kind, name, call.json() if call.body else {})


def _set_access(org: Org, call: Call) -> None:
    wish = call.json()
    kind, _, field = wish["name"].partition(".")
    found = _kind(org, kind)
    if field and found.field(field) is None:
        raise ValueError(f"no field {wish['name']}")
    access = {k: v for k, v in org.setting("access").items() if k != wish["name"]}
    if wish["access"] is not None:
        access[wish["name"]] = wish["access"]
    org.set("access", access)


def _settings(org: Org, call: Call) -> dict[str, Any]:
    return {name: org.setting(name) for name in DEFAULTS}


def _change_settings(org: Org, call: Call) -> dict[str, Any]:
    for name, value in call.json().items():
        org.set(name, value)
    return _settings(org, call)


def _empty_bin(org: Org, call: Call) -> dict[str, Any]:
    kinds = [kind for kind in org.everything.objects.values() if kind.undeletable]
    return {"erased": sum(erase(org, kind) for kind in kinds)}


def _purge_delete_log(org: Org, call: Call) -> dict[str, Any]:
    """What the service does when the log is too large: entries older than two hours go."""
    floor = stamp(org.now() - timedelta(hours=2))
    org.set("delete_log_from", floor)
    return {"purged": org.storage.run("DELETE FROM deletion WHERE deleted_at < ?", floor)}


def _open_session(org: Org, call: Call) -> dict[str, Any]:
    wish = call.json()
    user = wish.get("user") or setup.integration_user(org)
    kind = REFRESH if wish.get("refresh") else ACCESS
    return {"token": open_session(org, kind, user, setup.CLIENT_ID)}


def _revoke(org: Org, call: Call) -> dict[str, Any]:
    wish = call.json() if call.body else {}
    return {"revoked": revoke(org, wish.get("token"), kind=wish.get("kind", ACCESS))}


def _private_key(org: Org, call: Call) -> dict[str, Any]:
    return {"pem": setup.private_key(org)}


def _kind(org: Org, name: str) -> ObjectType:
    found = org.everything.object(name)
    if found is None:
        raise ValueError(f"no object {name}")
    return found


def _actor(org: Org, wish: dict[str, Any]) -> Actor:
    return Actor(wish.get("as_user") or setup.integration_user(org), through_api=False)
