"""Secrets are references: resolved late, and never shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked
from pydantic import ValidationError

from syncline.errors import ConfigurationError
from syncline.plugin import Secret


def test_a_secret_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Secret(env="A_SECRET_OF_OURS")
    monkeypatch.setenv("A_SECRET_OF_OURS", "open sesame")

    resolved = secret.resolve()

    assert resolved.get_secret_value() == "open sesame"
    assert "sesame" not in f"{secret!r}{resolved!r}{resolved}"


def test_a_secret_is_read_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("open sesame\n")

    assert Secret(file=tmp_path / "key").resolve().get_secret_value() == "open sesame"


@pytest.mark.parametrize(
    ("secret", "place"),
    [
        (Secret(env="NOT_SET_ANYWHERE"), "environment variable NOT_SET_ANYWHERE"),
        (Secret(file=Path("/no/such/file")), "file /no/such/file"),
    ],
)
def test_a_missing_secret_names_its_place(secret: Secret, place: str) -> None:
    with pytest.raises(ConfigurationError, match=place) as missing:
        secret.resolve()

    assert place in missing.value.hint


class Ring(KeyringBackend):
    """A keyring in memory; one that is locked says nothing."""

    priority = 1

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("locked")
        return self.known.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.known[service, username] = password


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, ring = keyring.get_keyring(), Ring()
    keyring.set_keyring(ring)
    keyring.set_password("syncline", "graph", "open sesame")
    yield ring
    keyring.set_keyring(before)


def test_a_secret_is_read_from_the_keyring(ring: Ring) -> None:
    assert Secret(keyring="syncline/graph").resolve().get_secret_value() == "open sesame"
    with pytest.raises(ConfigurationError, match="keyring entry syncline/other"):
        Secret(keyring="syncline/other").resolve()


def test_a_keyring_that_is_locked_is_said_to_be(ring: Ring) -> None:
    ring.locked = True

    with pytest.raises(ConfigurationError, match="KeyringLocked") as refused:
        Secret(keyring="syncline/graph").resolve()
    assert "Unlock it" in refused.value.hint


def test_an_empty_secret_is_missing(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" \n")

    with pytest.raises(ConfigurationError):
        Secret(file=tmp_path / "key").resolve()


@pytest.mark.parametrize("value", [{}, {"env": "A", "file": "/b"}, {"value": "plain"}])
def test_a_secret_is_exactly_one_reference(value: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Secret.model_validate(value)
