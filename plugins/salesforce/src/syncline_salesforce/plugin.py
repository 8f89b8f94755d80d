"""The entry point: what this distribution brings. Imports the connector only when asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from syncline.plugin import hookimpl

if TYPE_CHECKING:
    from syncline.plugin.connector import Connector
    from syncline.policy.rules import RuleSet


@hookimpl
def connector_types() -> Iterable[type[Connector]]:
    """The connector for Salesforce."""
    from syncline_salesforce.connector import SalesforceConnector

    return (SalesforceConnector,)


@hookimpl
def policy_rules() -> Iterable[RuleSet]:
    """The rule set for Outlook ↔ Salesforce."""
    from syncline_salesforce.rules import SALESFORCE_FOR_OUTLOOK

    return (SALESFORCE_FOR_OUTLOOK,)
