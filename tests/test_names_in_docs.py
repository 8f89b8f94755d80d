"""The names of code in the documentation are there: each is imported and looked up, not searched
for as a text.

A name is written as a link to the file that has it: [`Round.run`](…/engine/round.py), or, of a
function, [`pair.pair_all`](…/engine/match/pair.py).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from inspect import isclass, isroutine
from operator import attrgetter
from pathlib import Path

import click
import pytest
from sqlmodel import SQLModel

from syncline.cli.main import root
from syncline.config.document import GuardsTable, ObjectTable
from syncline.state import tables
from tests.test_docs import PAGES, ROOT

SOURCES = (
    ROOT / "core/src",
    ROOT / "plugins/outlook/src",
    ROOT / "plugins/salesforce/src",
    ROOT / "sandbox/src",
    ROOT,  # proof, bench, mutants
)
NAMED = re.compile(r"\[`([^`\n]+)`\]\(([^)\s#]+\.py)\)")
IN_CODE_TYPE = re.compile(r"`([^`\n]+)`")
OF_A_TEST = re.compile(r"\btest_\w+")
FILE = re.compile(
    r"\b(?:core|plugins|sandbox|tests|proof|prove|mutants|bench|docs)/[\w./-]+\.(?:py|md)"
)
PATH_PAGE = ROOT / "docs/explanation/a-run-step-by-step.md"


@dataclass(frozen=True)
class Named:
    """A name on a page, and the file that it is said to be in."""

    name: str
    file: Path

    def problem(self) -> str:
        """Why a reader who follows the link does not find it; "" if it is there."""
        if not self.file.is_file():
            return f"{self.name}: there is no {self.file}"
        if self.name == self.module or self.file.as_posix().endswith(f"/{self.name}"):
            return ""  # the file itself
        inside = self.name.removeprefix(f"{self.file.stem}.")
        try:
            found = attrgetter(inside)(import_module(self.module))
        except AttributeError as error:
            return f"{self.name}: {error}"
        elsewhere = _home(found) not in (None, self.module)
        return f"{self.name}: is in {_home(found)}, not in {self.module}" if elsewhere else ""

    @property
    def module(self) -> str:
        source = next(each for each in SOURCES if self.file.is_relative_to(each))
        parts = self.file.relative_to(source).with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")


def _home(found: object) -> str | None:
    """The module a class or function was written in; None of a value, which does not say."""
    written = getattr(found, "fget", None) or getattr(found, "func", None) or found
    return written.__module__ if isclass(written) or isroutine(written) else None


def _named(page: Path, text: str) -> Iterator[Named]:
    for name, target in NAMED.findall(text):
        file = (page.parent / target).resolve()
        if "tests" not in file.relative_to(ROOT).parts:
            yield Named(name, file)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_name_that_leads_to_a_file_of_code_is_in_it(page: Path) -> None:
    named = set(_named(page, page.read_text("utf-8")))

    assert [problem for each in sorted(named, key=str) if (problem := each.problem())] == []


@pytest.mark.parametrize(
    ("wrong", "file"),
    [
        ("Round._lend", "core/src/syncline/engine/round.py"),
        ("Rounds", "core/src/syncline/engine/round.py"),
        ("pair.pair_some", "core/src/syncline/engine/match/pair.py"),
        ("pair.alike", "core/src/syncline/engine/match/alike.py"),
        ("Recovery.run", "core/src/syncline/engine/round.py"),  # imported there, and not its own
        ("Round.run", "core/src/syncline/engine/square.py"),
        ("engine/match/pair.py", "core/src/syncline/engine/round.py"),
    ],
)
def test_a_name_that_is_not_there_is_found_out(wrong: str, file: str) -> None:
    page = ROOT / "docs/explanation/page.md"
    [named] = _named(page, f"See [`{wrong}`](../../{file}).")

    assert named.problem()


def _columns() -> set[str]:
    assert tables.LinkRow  # that all of them are known
    return {str(column) for table in SQLModel.metadata.sorted_tables for column in table.columns}


def _options() -> set[str]:
    context = click.Context(root)
    commands = (root.get_command(context, name) for name in root.list_commands(context))
    return {word for each in commands if each for option in each.params for word in option.opts}


def test_on_the_path_through_the_engine_everything_in_code_type_is_known() -> None:
    """What is no code is a column of the state, a setting, an option, or a command; that those are
    there is tested beside this.
    """
    text = PATH_PAGE.read_text("utf-8")
    named = {name for name, _target in NAMED.findall(text)}
    settings = {*ObjectTable.model_fields, *GuardsTable.model_fields}
    known = named | settings | _columns() | _options()
    words = {word for word in IN_CODE_TYPE.findall(text) if not word.startswith("syncline ")}

    assert words - known == set()
    assert {"Round._write", "link.decide_link", "Writer.send", "settle.settle"} <= named


def _tests() -> set[str]:
    """The names of all test files and functions."""
    patterns = ("tests", "*/tests", "plugins/*/tests")
    files = [file for each in patterns for file in ROOT.glob(f"{each}/**/test_*.py")]
    functions = (
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    return {*functions, *(file.stem for file in files)}


def test_every_test_and_every_file_that_is_mentioned_is_there() -> None:
    tests = _tests()
    words = {word for page in PAGES for word in IN_CODE_TYPE.findall(page.read_text("utf-8"))}
    missing = [name for word in words for name in OF_A_TEST.findall(word) if name not in tests]
    missing += [file for word in words for file in FILE.findall(word) if not (ROOT / file).exists()]

    assert missing == []
