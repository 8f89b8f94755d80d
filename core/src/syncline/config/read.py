"""The file as TOML: read, or refused with its line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from syncline.errors import ConfigurationError
from syncline.plugin.discovery import ALL, NONE, Choice


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables.

    Raises:
        ConfigurationError: it is not there, not readable, not UTF-8 or not TOML, or a text in it
            holds the character NUL: no path, name or value of a database does.

    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as missing:
        raise ConfigurationError(
            f"there is no configuration file {path}",
            hint="`syncline init` writes one; --config or SYNCLINE_CONFIG names another.",
            file=str(path),
        ) from missing
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(
            f"the configuration file {path} cannot be read: {reason}",
            hint="Name a readable TOML file with --config or SYNCLINE_CONFIG.",
            file=str(path),
        ) from error
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers and tables beyond measure
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}",
            hint="Texts need quotes, and a table or key may appear only once.",
            file=str(path),
        ) from error
    if _holds_nul(tables):
        raise ConfigurationError(
            f"{path} holds a text with the character NUL",
            hint="It is written \\u0000. No path or name holds one: leave it out.",
            file=str(path),
        )
    return tables


def _holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(map(_holds_nul, (*value, *value.values())))
        case list():
            return any(map(_holds_nul, value))
    return False


def chosen_plugins(path: Path) -> Choice:
    """What `[plugins]` says; all take part if there is no file. Of one that cannot be read, or that
    names plugins in no way that can be, nobody knows whom it would let take part: nobody does.

    Read before the plugins are: `load` needs them, and reports whatever is wrong with the file.
    """
    try:
        table = read_toml(path).get("plugins")
    except ConfigurationError as error:
        return ALL if isinstance(error.__cause__, FileNotFoundError) else NONE
    said = {} if table is None else table
    if not isinstance(said, dict):
        return NONE
    disabled, only = (_names(said.get(key, [])) for key in ("disabled", "only"))
    return NONE if disabled is None or only is None else Choice(disabled, only)


def _names(written: object) -> frozenset[str] | None:
    return frozenset(map(str, written)) if isinstance(written, list) else None
