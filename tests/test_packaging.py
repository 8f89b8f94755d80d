"""What is shipped: every distribution builds, is complete, and says what it is."""

from __future__ import annotations

import configparser
import email
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MEMBERS = ("core", "plugins/outlook", "plugins/salesforce", "sandbox")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, zipfile.ZipFile]:
    """Each member's wheel, built here from what is in the tree; nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    sources = [str(ROOT / member) for member in MEMBERS]
    subprocess.run([*command, "--no-index", "--quiet", "-w", folder, *sources], check=True)
    found = {path.name: zipfile.ZipFile(path) for path in folder.glob("*.whl")}
    by_distribution = {name.split("-")[0].replace("_", "-"): file for name, file in found.items()}
    return {member: by_distribution[_project(member)["name"]] for member in MEMBERS}


def _project(member: str) -> dict:
    return tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]


def _dist_info(wheel: zipfile.ZipFile, name: str) -> str:
    path = next(each for each in wheel.namelist() if each.endswith(f".dist-info/{name}"))
    return wheel.read(path).decode()


def _metadata(wheel: zipfile.ZipFile) -> Message:
    return email.message_from_string(_dist_info(wheel, "METADATA"))


@pytest.mark.parametrize("member", MEMBERS)
def test_wheel_holds_every_file_of_the_source(
    member: str, wheels: dict[str, zipfile.ZipFile]
) -> None:
    source = ROOT / member / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert expected - set(wheels[member].namelist()) == set()


@pytest.mark.parametrize("member", MEMBERS)
def test_wheel_is_typed_and_holds_no_tests(member: str, wheels: dict[str, zipfile.ZipFile]) -> None:
    names = wheels[member].namelist()
    package = _project(member)["name"].replace("-", "_")

    assert f"{package}/py.typed" in names
    assert [name for name in names if name.split("/")[0] in {"tests", "docs"}] == []


@pytest.mark.parametrize("member", MEMBERS)
def test_metadata_says_licence_python_and_no_address(
    member: str, wheels: dict[str, zipfile.ZipFile]
) -> None:
    metadata = _metadata(wheels[member])

    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Summary"]
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert metadata["Project-URL"] is None


def test_extras_of_the_core_point_at_the_connectors(
    wheels: dict[str, zipfile.ZipFile],
) -> None:
    metadata = _metadata(wheels["core"])
    required = "\n".join(metadata.get_all("Requires-Dist", []))

    assert set(metadata.get_all("Provides-Extra", [])) >= {
        "outlook", "salesforce", "sandbox", "all",
    }  # fmt: skip
    for extra in ("outlook", "salesforce", "sandbox"):
        assert re.search(rf"^syncline-{extra}\W.*extra == ['\"]{extra}['\"]", required, re.M)


@pytest.mark.parametrize("member", MEMBERS)
def test_every_entry_point_names_a_module_of_the_wheel(
    member: str, wheels: dict[str, zipfile.ZipFile]
) -> None:
    points = configparser.ConfigParser(delimiters=("=",))
    points.read_string(_dist_info(wheels[member], "entry_points.txt"))
    modules = {
        value.split(":")[0].replace(".", "/")
        for section in points.sections()
        for value in points[section].values()
    }
    names = set(wheels[member].namelist())

    assert modules
    assert {m for m in modules if not {f"{m}.py", f"{m}/__init__.py"} & names} == set()


def test_installed_from_the_wheels_every_plugin_is_there_and_the_command_works(
    wheels: dict[str, zipfile.ZipFile], tmp_path: Path
) -> None:
    folder = tmp_path / "installed"
    files = [str(wheel.filename) for wheel in wheels.values()]
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--target", folder, *files], check=True)

    shown = subprocess.run(
        [sys.executable, "-m", "syncline.cli", "plugins", "list", "--json"],
        env={**os.environ, "PYTHONPATH": str(folder)},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )

    states = {each["name"]: each["state"] for each in json.loads(shown.stdout)["plugins"]}
    assert states == dict.fromkeys(("memory", "outlook", "salesforce", "sandbox"), "loaded")
    assert (folder / "bin" / "syncline").exists() or (folder / "Scripts").exists()


@pytest.mark.parametrize("member", MEMBERS)
def test_licence_of_every_member_is_the_projects(member: str) -> None:
    assert (ROOT / member / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_members_have_one_version() -> None:
    assert len({_project(member)["version"] for member in MEMBERS}) == 1


def test_constraints_pin_every_requirement_and_name_no_index() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    pinned = {_canonical(line.split("==")[0]) for line in pins}
    wanted = {name for member in MEMBERS for name in _requirements(member)}

    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.!+-]+", line)] == []
    assert {name for name in wanted if not name.startswith("syncline")} - pinned == set()


def _requirements(member: str) -> Iterator[str]:
    optional = _project(member).get("optional-dependencies", {})
    asked = [each for name, group in optional.items() if name == "postgres" for each in group]
    for requirement in [*_project(member).get("dependencies", []), *asked]:
        yield _canonical(re.match(r"[\w.-]+", requirement).group())


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


FORBIDDEN = re.compile(
    "|".join(
        (
            r"pypi\." "org", r"python" r"hosted\.org", r"npm" r"js\.(org|com)", r"crates\." "io",
            r"(?<![\w.~])/(work|root)" "/", r"/tmp" "/brief", r"(?<![\w.])/home" r"/\w",
        )
    )
)  # fmt: skip
"""Hosts of package registries and paths of one machine: they work for nobody else."""


def test_no_registry_host_and_no_path_of_one_machine_in_the_tree() -> None:
    if not (git := shutil.which("git")) or not (ROOT / ".git").exists():
        pytest.skip("not a git work tree")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    found = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        text = path.read_text("utf-8", "replace") if path.is_file() else ""
        found += [f"{name}: {hit.group()}" for hit in FORBIDDEN.finditer(text)]

    assert found == []
