"""USING SCOPE: everything, or what belongs to the user who asks.

SOQL and SOSL Reference, "USING SCOPE"; which scopes an object has is in its describe. The scopes of
teams, territories and delegation concern objects and features that this stand-in does not have.
"""

from __future__ import annotations

from syncline_sandbox.salesforce.errors import refuse
from syncline_sandbox.salesforce.schema.scopes import scopes_of
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.conditions import Sql
from syncline_sandbox.salesforce.soql.failures import pointed
from syncline_sandbox.salesforce.soql.syntax import Name


def in_scope(tables: Tables, scope: Name | None) -> Sql:
    """The rows within a scope; an empty text for all of them."""
    if scope is None:
        return "", []
    if scope.text.lower() not in scopes_of(tables.kind):
        message = f"scope '{scope.text}' is not supported for {tables.kind.name}"
        raise refuse("INVALID_QUERY_SCOPE", pointed(tables.text, scope.at, message))
    if scope.text.lower() == "everything":
        return "", []
    return f'{tables.alias}."OwnerId" = ?', [tables.catalogue.viewer.user_id]
