"""From `[connections.NAME]` to the connector's own settings, validated by its own model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncline.config.document import ConnectionTable
from syncline.config.offer import Offer
from syncline.config.problems import Problems
from syncline.config.words import check_connection_name
from syncline.errors import ConfigurationError
from syncline.plugin.connector import Connector
from syncline.policy.settings import ConnectionSettings

Written = Mapping[str, Any]
"""A `[connections.NAME]`: what its table has checked, and the connector's own keys."""


def find_connectors(
    tables: Mapping[str, Written], offer: Offer, idle: frozenset[str], problems: Problems
) -> dict[str, type[Connector]]:
    """The connector class of each connection that has one.

    A connection in `idle` is used only by syncs that rest: a missing connector is no problem.
    """
    found: dict[str, type[Connector]] = {}
    for name, table in tables.items():
        place = problems.under("connections", name)
        check_connection_name(name, place)
        try:
            found[name] = offer.require_connector(table["connector"])
        except ConfigurationError as error:
            if name not in idle:
                place.add("connector", error.message, error.hint)
    return found


def resolve_connection(
    name: str, table: Written, connector: type[Connector], problems: Problems
) -> ConnectionSettings | None:
    """The settings the connector gets; None if they are wrong."""
    common = {key: table[key] for key in ConnectionTable.model_fields}
    raw = {key: value for key, value in table.items() if key not in common}
    try:
        config = connector.Config.model_validate(raw, context=_context(problems.file))
    except ValidationError as error:
        problems.under("connections", name).add_validation(error, connector.Config)
        return None
    return ConnectionSettings(name, config=config, **common)


def _context(file: Path) -> dict[str, Path]:
    """What validators may look up: paths in the file are relative to its directory."""
    return {"directory": file.parent}
