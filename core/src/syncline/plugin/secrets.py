"""Secrets in the configuration are references, resolved late and never written back.

client_secret = { env = "GRAPH_SECRET" }
client_secret = { file = "/run/secrets/graph" }
client_secret = { keyring = "syncline/graph" }
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from syncline.errors import ConfigurationError


class Secret(BaseModel):
    """A reference to a secret: exactly one of `env`, `file`, `keyring` (`service/name`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = None
    file: Path | None = None
    keyring: str | None = None

    @field_validator("file", mode="after")
    @classmethod
    def _beside_configuration(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        """A relative path is relative to the configuration file, not to where a run is started."""
        directory = (info.context or {}).get("directory")
        return file if file is None or directory is None else directory / file.expanduser()

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(each is not None for each in (self.env, self.file, self.keyring)) != 1:
            raise ValueError("a secret is exactly one of env, file, keyring")
        return self

    def resolve(self) -> SecretStr:
        """Read the secret now.

        Raises:
            ConfigurationError: it is not there; names the place, never a value.

        """
        if self.env is not None:
            value = os.environ.get(self.env)
            place = f"environment variable {self.env}"
        elif self.file is not None:
            value = _read_file(self.file)
            place = f"file {self.file}"
        else:
            value = _read_keyring(self.keyring or "")
            place = f"keyring entry {self.keyring}"
        if not value:
            raise ConfigurationError(
                f"secret not found: {place}", hint=f"Set the {place} and run again.", place=place
            )
        return SecretStr(value)


def _read_file(path: Path) -> str | None:
    try:
        return path.expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _read_keyring(entry: str) -> str | None:
    try:
        import keyring  # optional: the extra `syncline[keyring]`
        from keyring.errors import KeyringError
    except ImportError as missing:
        raise ConfigurationError(
            "secrets from a keyring need the package keyring",
            hint='pip install "syncline[keyring]"',
        ) from missing
    service, _, name = entry.partition("/")
    try:
        found: str | None = keyring.get_password(service, name)
    except KeyringError as error:
        raise ConfigurationError(
            f"the keyring cannot be asked for {entry}: {type(error).__name__}",
            hint="Unlock it, or set one up: `python -m keyring diagnose` says which is used. On a "
            "server without one, keep the secret in a file or in the environment.",
        ) from error
    return found
