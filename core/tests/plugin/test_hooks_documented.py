"""`docs/reference/hooks.md` names every hook with exactly its arguments, and no other hook."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from syncline.plugin.hookspecs import PROJECT, ConnectionSpecs, EngineSpecs

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "hooks.md"


def _declared(specs: type) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(inspect.signature(function).parameters)[1:]
        for name, function in vars(specs).items()
        if hasattr(function, f"{PROJECT}_spec")
    }


def _documented(section: str) -> dict[str, tuple[str, ...]]:
    text = PAGE.read_text("utf-8").partition(f"## {section}\n")[2].partition("\n## ")[0]
    return {
        name: tuple(filter(None, arguments.split(", ")))
        for name, arguments in re.findall(r"^### `(\w+)\(([^)]*)\)`$", text, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("specs", "section"), [(EngineSpecs, "Engine hooks"), (ConnectionSpecs, "Connection hooks")]
)
def test_hooks_and_their_documentation_agree(specs: type, section: str) -> None:
    assert _documented(section) == _declared(specs)


@pytest.mark.parametrize("specs", [EngineSpecs, ConnectionSpecs])
def test_every_hook_says_what_it_is_for(specs: type) -> None:
    for name in _declared(specs):
        function = vars(specs)[name]
        assert function.__doc__, name
        for argument in _declared(specs)[name]:
            assert argument in inspect.signature(function).parameters
