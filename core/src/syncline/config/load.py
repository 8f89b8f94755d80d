"""Load a configuration: everything checked that can be checked without calling a service."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from syncline.config.connections import find_connectors, resolve_connection
from syncline.config.context import Systems
from syncline.config.document import Document, StateTable
from syncline.config.offer import Offer
from syncline.config.problems import InvalidConfigurationError, Problems
from syncline.config.read import read_toml
from syncline.config.syncs import check_lanes_unique, idle_connections, resolve_sync
from syncline.policy.settings import (
    Configuration,
    ConnectionSettings,
    StateSettings,
    SyncSettings,
)


def load(path: Path, plugins: Offer) -> Configuration:
    """The configuration in this file, every default filled in and every name resolved.

    Raises:
        ConfigurationError: the file cannot be read; `InvalidConfigurationError` lists everything
            that is wrong, each with file, key, rule and what is allowed.

    """
    path = path.expanduser().absolute()
    problems = Problems(path)
    document = _read_document(path, problems)
    connections, syncs = _resolve(document, plugins, problems)
    state = _state(document.state, problems.under("state"))
    if problems.found:
        raise InvalidConfigurationError(path, tuple(problems.found))
    return Configuration(
        path=path,
        installation=document.installation,
        state=state,
        connections=connections,
        syncs=syncs,
        disabled_plugins=frozenset(document.plugins.disabled),
    )


def _read_document(path: Path, problems: Problems) -> Document:
    """The tables in their shape; what is wrong with it is all that is reported then."""
    try:
        return Document.model_validate(read_toml(path), context={"directory": path.parent})
    except ValidationError as error:
        problems.add_validation(error, Document)
        raise InvalidConfigurationError(path, tuple(problems.found)) from None


def _resolve(
    document: Document, plugins: Offer, problems: Problems
) -> tuple[dict[str, ConnectionSettings], dict[str, SyncSettings]]:
    tables, idle = document.connections, idle_connections(document)
    connectors = find_connectors(tables, plugins, idle, problems)
    settings = {
        name: resolve_connection(name, tables[name], connector, problems)
        for name, connector in connectors.items()
    }
    systems = Systems(tables, connectors, plugins)
    place = problems.under("syncs")
    syncs = {
        name: resolve_sync(name, table, systems, place.under(name))
        for name, table in document.syncs.items()
    }
    usable = {name: sync for name, sync in syncs.items() if sync is not None}
    check_lanes_unique(usable.values(), place)
    return {name: each for name, each in settings.items() if each is not None}, usable


_DATABASE = re.compile(r"(?P<system>sqlite|postgresql(\+psycopg)?)://(?P<rest>.*)")
_PASSWORD = re.compile(r"[^/@]*:[^/@]*@.*|.*[?&]password=.*")


def _state(table: StateTable, problems: Problems) -> StateSettings:
    """The database's URL, a relative SQLite path made absolute beside the configuration file."""
    url = table.url
    parts = _DATABASE.fullmatch(url)
    if parts is None:
        rule = "is not the URL of a database Syncline can use"
        problems.add("url", rule, "sqlite:///FILE, postgresql+psycopg://USER@HOST/NAME")
    elif parts["system"] != "sqlite" and _PASSWORD.fullmatch(parts["rest"]):
        rule = "must not hold a password"
        problems.add("url", rule, "the URL without it; PGPASSWORD or ~/.pgpass for the password")
    elif parts["system"] == "sqlite":
        url = _beside(parts["rest"], problems.file.parent)
    return StateSettings(url, table.key, table.history_days, table.history_runs)


def _beside(rest: str, directory: Path) -> str:
    file = rest.removeprefix("/")
    return f"sqlite:///{directory / file}" if file and file != ":memory:" else f"sqlite://{rest}"
