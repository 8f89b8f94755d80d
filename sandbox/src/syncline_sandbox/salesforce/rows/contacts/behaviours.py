"""How rows of contacts behave, and of accounts, leads and users, which have addresses or names."""

from __future__ import annotations

from dataclasses import replace

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.behaviour import Behaviour, Settled
from syncline_sandbox.salesforce.rows.contacts.names import with_full_name
from syncline_sandbox.salesforce.rows.contacts.places import settle_places
from syncline_sandbox.salesforce.store.records import Values


def _with_addresses(*prefixes: str) -> Behaviour:
    def settle(org: Org, values: Values, stored: Values) -> Settled:
        if not org.feature("state_country_picklists"):
            return values, []
        return settle_places(prefixes, values, stored)

    return Behaviour(settle=settle)


CONTACT = replace(_with_addresses("Mailing", "Other"), complete=with_full_name)
ACCOUNT = _with_addresses("Billing", "Shipping")
LEAD = replace(_with_addresses(""), complete=with_full_name)
USER = Behaviour(complete=with_full_name)
