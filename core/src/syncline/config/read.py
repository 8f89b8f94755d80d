"""The file as TOML: read, or refused with its line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from syncline.errors import ConfigurationError


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables.

    Raises:
        ConfigurationError: it is not there, not readable, not UTF-8 or not TOML.

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
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}",
            hint="Texts need quotes, and a table or key may appear only once.",
            file=str(path),
        ) from error


def disabled_plugins(path: Path) -> frozenset[str]:
    """The names under `[plugins] disabled`, empty if there is no usable file.

    Read before the plugins are: `load` needs them, and reports whatever is wrong with the file.
    """
    try:
        table = read_toml(path).get("plugins")
    except ConfigurationError:
        return frozenset()
    names = table.get("disabled") if isinstance(table, dict) else None
    return frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()
