"""Accounts that are persons, each with the contact that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.administration import known_object
from syncline_sandbox.salesforce.rows.writes import Actor, create
from syncline_sandbox.salesforce.store.records import change


def add_person_account(org: Org, given: Mapping[str, Any], actor: Actor) -> tuple[str, str]:
    """An account that is a person, with the contact that belongs to it; returns both ids."""
    names = [str(given[n]) for n in ("FirstName", "LastName") if given.get(n)]
    account, contact = known_object(org, "Account"), known_object(org, "Contact")
    account_id = create(org, account, {"Name": " ".join(names)}, actor)
    contact_id = create(org, contact, {**given, "AccountId": account_id}, actor)
    for kind, record_id in ((account, account_id), (contact, contact_id)):
        change(org, kind, record_id, {"IsPersonAccount": 1})
    return account_id, contact_id
