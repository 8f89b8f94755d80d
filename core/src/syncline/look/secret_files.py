"""Secrets in files that others may read: a key is worth as much as its file's mode."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from syncline.plugin.requests import CheckResult
from syncline.plugin.secrets import Secret
from syncline.policy.settings import Configuration

_OTHERS: Final = 0o077


@dataclass(frozen=True)
class SecretFile:
    """A secret of the configuration (`place`) that is in a file."""

    place: str
    path: Path

    def finding(self, id: str) -> CheckResult:
        """Whether others may read it; where it is not there, whoever needs it says so."""
        return mode_of(id, self.path, f"{self.place}: ")


def secret_files(configuration: Configuration) -> Iterator[SecretFile]:
    """Those that are there: the state's key, and what connections sign in with."""
    yield from _in("[state] key", configuration.state.key)
    for name, connection in configuration.connections.items():
        yield from _in(f"[connections.{name}]", connection.config)


def exposed(configuration: Configuration) -> Iterator[CheckResult]:
    """A warning for each that others may read."""
    findings = (each.finding("secret.mode") for each in secret_files(configuration))
    return (each for each in findings if each.level != "ok")


def mode_of(id: str, path: Path, what: str = "") -> CheckResult:
    """Whether others may read a file. Where there are no modes, nothing is known against it."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & _OTHERS:
        words = f"{what}{path.name} may be read by others (mode {mode:03o})"
        return CheckResult(id=id, level="warning", message=words, hint=f"chmod 600 {path.name}")
    words = f"{what}{path.name}: only its owner may read it (mode {mode:03o})"
    return CheckResult(id=id, level="ok", message=words)


def _in(place: str, value: Any) -> Iterator[SecretFile]:
    if isinstance(value, Secret):
        path = value.file and value.file.expanduser()
        if path and path.is_file():
            yield SecretFile(place, path)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _in(f"{place} {name}", getattr(value, name))
