"""Every library a distribution needs is on the page that says what each is for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/explanation/dependencies.md").read_text("utf-8")
DISTRIBUTIONS = {
    "syncline": "core",
    "syncline-outlook": "plugins/outlook",
    "syncline-salesforce": "plugins/salesforce",
    "syncline-sandbox": "sandbox",
}


def _section(name: str) -> str:
    (text,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return text


def _needed(folder: str) -> set[str]:
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {}).values()
    wanted = [*project["dependencies"], *(each for extra in extras for each in extra)]
    names = {re.split(r"[<>=\[ ]", each)[0].lower() for each in wanted}
    return {each for each in names if not each.startswith("syncline")}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_what_a_distribution_needs_is_named_with_its_purpose_and_nothing_else(name: str) -> None:
    needed, section = _needed(DISTRIBUTIONS[name]), _section(name)

    assert [each for each in sorted(needed) if f"`{each}`" not in section] == []
    assert set(re.findall(r"^\| `([a-z0-9-]+)`", section, re.MULTILINE)) <= needed
