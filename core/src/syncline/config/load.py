"""Load a configuration: everything checked that can be checked without calling a service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syncline.config.connections import find_connectors, resolve_connection
from syncline.config.context import Systems
from syncline.config.document import Document
from syncline.config.offer import Offer
from syncline.config.problems import InvalidConfigurationError, Problems, did_you_mean
from syncline.config.read import read_toml
from syncline.config.syncs import check_lanes_unique, idle_connections, resolve_sync
from syncline.policy.settings import (
    Configuration,
    ConnectionSettings,
    PluginSettings,
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
    url = _database(document["state"].url, problems.under("state"))
    _check_plugins(document["plugins"], plugins, problems.under("plugins"))
    if problems.found:
        raise InvalidConfigurationError(path, tuple(problems.found))
    resolved = {
        "state": replace(document["state"], url=url),
        "connections": connections,
        "syncs": syncs,
    }
    return Configuration(path=path, **{**document, **resolved})


def _check_plugins(settings: PluginSettings, offer: Offer, problems: Problems) -> None:
    """A name that nobody bears lets nobody take part: a veto that is missing is a consent."""
    installed = sorted({each.name for each in offer.plugins})
    for name in settings.only:
        if name not in installed:
            rule = f"no plugin {name!r} is installed{did_you_mean(name, installed)}"
            problems.add("only", rule, installed)


def _read_document(path: Path, problems: Problems) -> dict[str, Any]:
    """The tables in their shape; what is wrong with it is all that is reported then."""
    try:
        return dict(Document.model_validate(read_toml(path), context={"directory": path.parent}))
    except ValidationError as error:
        problems.add_validation(error, Document)
        raise InvalidConfigurationError(path, tuple(problems.found)) from None


def _resolve(
    document: Mapping[str, Any], plugins: Offer, problems: Problems
) -> tuple[dict[str, ConnectionSettings], dict[str, SyncSettings]]:
    tables, idle = document["connections"], idle_connections(document["syncs"])
    connectors = find_connectors(tables, plugins, idle, problems)
    settings = {
        name: resolve_connection(name, tables[name], connector, problems)
        for name, connector in connectors.items()
    }
    kinds = {name: table["connector"] for name, table in tables.items()}
    systems = Systems(kinds, connectors, plugins)
    place = problems.under("syncs")
    syncs = {
        name: resolve_sync(name, table, systems, place.under(name))
        for name, table in document["syncs"].items()
    }
    usable = {name: sync for name, sync in syncs.items() if sync is not None}
    check_lanes_unique(usable.values(), place)
    return {name: each for name, each in settings.items() if each is not None}, usable


_FILE = re.compile(r"sqlite:///(?P<file>(?!:memory:|file:)[^?]+)(?P<more>\?.*)?")
_MORE = re.compile(r"\?timeout=[0-9]+(\.[0-9]+)?")
_SERVER = re.compile(r"postgresql(\+psycopg)?://(?P<rest>.*)")
_PASSWORD = re.compile(r"[^/@]*:[^/@]*@.*|.*[?&]password=.*")


def _database(url: str, problems: Problems) -> str:
    """The database's URL, a relative SQLite path made absolute beside the configuration file. One
    in memory is none: the next run would know nothing.
    """
    if file := _FILE.fullmatch(url):
        if file["more"] and not _MORE.fullmatch(file["more"]):
            problems.add("url", "says more after the ? than is understood", "?timeout=SECONDS")
        folder = str(problems.file.parent).replace("%", "%25").replace("?", "%3F")
        return f"sqlite:///{Path(folder) / file['file']}{file['more'] or ''}"
    server = _SERVER.fullmatch(url)
    if server is None:
        rule = "is not the URL of a database Syncline can use"
        problems.add("url", rule, "sqlite:///FILE, postgresql+psycopg://USER@HOST/NAME")
    elif _PASSWORD.fullmatch(server["rest"]):
        rule = "must not hold a password"
        problems.add("url", rule, "the URL without it; PGPASSWORD or ~/.pgpass for the password")
    return url
