"""Secrets that others may read are found wherever the configuration names a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from syncline.look.secret_files import exposed
from syncline.plugin.secrets import Secret
from syncline.policy.settings import ConnectionSettings
from syncline.testing.rehearsal import EngineWorld


class SignIn(BaseModel):
    private_key: Secret
    password: Secret | None = None


class Config(BaseModel):
    sign_in: SignIn


def test_what_a_connection_signs_in_with_is_found_in_any_depth(
    world: EngineWorld, tmp_path: Path
) -> None:
    for name, mode in (("open.pem", 0o644), ("shut", 0o600)):
        (tmp_path / name).write_text("a secret")
        (tmp_path / name).chmod(mode)
    sign_in = SignIn(
        private_key=Secret(file=tmp_path / "open.pem"), password=Secret(file=tmp_path / "shut")
    )
    known = world.configuration()
    known.state.key.file.chmod(0o600)
    crm = ConnectionSettings("crm", "other", Config(sign_in=sign_in))

    (found,) = exposed(replace(known, connections={"crm": crm}))

    assert found.message == (
        "[connections.crm] sign_in private_key: open.pem may be read by others (mode 644)"
    )
    assert found.hint == f"chmod 600 {tmp_path / 'open.pem'}"


def test_a_secret_that_is_not_there_is_left_to_whom_it_is_missed_by(
    world: EngineWorld, tmp_path: Path
) -> None:
    state = replace(world.state, key=Secret(file=tmp_path / "absent"))

    assert not list(exposed(replace(world.configuration(), state=state)))


def test_a_folder_that_may_not_be_searched_is_left_to_whom_the_secret_is_missed_by(
    world: EngineWorld, tmp_path: Path
) -> None:
    name = "x" * 300  # no file can be called so: the system answers with an error
    state = replace(world.state, key=Secret(file=tmp_path / name))

    assert not list(exposed(replace(world.configuration(), state=state)))


def test_secrets_in_lists_and_tables_are_found(world: EngineWorld, tmp_path: Path) -> None:
    class Many(BaseModel):
        secrets: tuple[Secret, ...]
        by_name: dict[str, Secret]

    for name in ("one", "two"):
        (tmp_path / name).write_text("a secret")
        (tmp_path / name).chmod(0o644)
    one, two = (Secret(file=tmp_path / name) for name in ("one", "two"))
    world.configuration().state.key.file.chmod(0o600)
    crm = ConnectionSettings("crm", "other", Many(secrets=(one,), by_name={"b": two}))

    found = exposed(replace(world.configuration(), connections={"crm": crm}))

    assert [each.message.split(":")[0] for each in found] == [
        "[connections.crm] secrets", "[connections.crm] by_name b",
    ]  # fmt: skip
