"""Secrets in files that others may read: a key is worth as much as its file's mode."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Mapping
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
        """Whether others may read it."""
        return mode_of(id, self.path, f"{self.place}: ")


def secret_files(configuration: Configuration) -> Iterator[SecretFile]:
    """Those that are there: the state's key, and what connections sign in with. Where one is not,
    or cannot be looked for, whoever needs it says so.
    """
    yield from _in("[state] key", configuration.state.key)
    for name, connection in configuration.connections.items():
        yield from _in(f"[connections.{name}]", connection.config)


def exposed(configuration: Configuration) -> Iterator[CheckResult]:
    """A warning for each that others may read."""
    findings = (each.finding("secret.mode") for each in secret_files(configuration))
    return (each for each in findings if each.level != "ok")


def _is_ours_to_shut(path: Path, status: os.stat_result) -> bool:
    """Whether it is for us to change its mode: it is our own file, in a place that can be written
    to. What an administrator, or a container's runtime, has put there is theirs to answer for.
    """
    read_only = os.statvfs(path).f_flag & os.ST_RDONLY
    return status.st_uid == os.geteuid() and not read_only


def mode_of(id: str, path: Path, what: str = "") -> CheckResult:
    """Whether others may read a file of ours. Where there are no modes, nothing is known against
    it.
    """
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    if os.name == "posix" and mode & _OTHERS and _is_ours_to_shut(path, status):
        words = f"{what}{path.name} may be read by others (mode {mode:03o})"
        hint = f"chmod 600 {shlex.quote(str(path))}"
        return CheckResult(id=id, level="warning", message=words, hint=hint)
    only = "its mode is for its owner to say" if mode & _OTHERS else "only its owner may read it"
    return CheckResult(id=id, level="ok", message=f"{what}{path.name}: {only} (mode {mode:03o})")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that we may not search
        return False


def _in(place: str, value: Any) -> Iterator[SecretFile]:
    if isinstance(value, Secret):
        path = value.file and value.file.expanduser()
        if path and _is_file(path):
            yield SecretFile(place, path)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _in(f"{place} {name}", getattr(value, name))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _in(f"{place} {name}", each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _in(place, each)
