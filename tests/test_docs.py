"""The documentation is true where a machine can tell: links, commands, configuration, tables."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncline.config.document import GuardsTable, ObjectTable
from syncline.config.load import load
from syncline.plugin.manager import PluginManager

ROOT = Path(__file__).resolve().parents[1]
_PATTERNS = ("*.md", "docs/**/*.md", "core/*.md", "plugins/*/*.md", "sandbox/*.md")
PAGES = sorted(page for pattern in _PATTERNS for page in ROOT.glob(pattern))
BLOCK = re.compile(r"^```([\w-]*)[^\n]*\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(.*)$", re.M)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text("utf-8"))


def _blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        found = BLOCK.findall(page.read_text("utf-8"))
        for number, (kind, text) in enumerate(found, start=1):
            if kind == language:
                yield f"{_name(page)}#{number}", text


def _anchors(page: Path) -> set[str]:
    titles = HEADING.findall(_prose(page))
    plain = [re.sub(r"[^\w\s-]", "", title.lower()) for title in titles]
    return {title.strip().replace(" ", "-") for title in plain}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    dead = []
    for link in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        wrong_anchor = target.suffix == ".md" and anchor and target.exists()
        if not target.exists() or (wrong_anchor and anchor not in _anchors(target)):
            dead.append(link)

    assert dead == []


def test_every_page_of_the_documentation_is_reached_from_the_index() -> None:
    reached, waiting = set(), [ROOT / "docs/index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [
            (page.parent / link.split("#")[0]).resolve() for link in LINK.findall(_prose(page))
        ]

    assert [_name(page) for page in ROOT.glob("docs/**/*.md") if page not in reached] == []


@pytest.mark.parametrize(("place", "text"), [pytest.param(*b, id=b[0]) for b in _blocks("toml")])
def test_every_toml_block_is_toml_and_every_whole_configuration_loads(
    place: str, text: str, tmp_path: Path
) -> None:
    found = tomllib.loads(text)
    if not {"installation", "connections", "syncs"} <= set(found):
        return
    (tmp_path / "syncline.toml").write_text(text, "utf-8")
    names = next(iter(found["syncs"].values()))["between"]
    (tmp_path / "members.csv").write_text(f"{names[0]},{names[1]}\nada@x.example,ada@x.example\n")

    assert load(tmp_path / "syncline.toml", PluginManager.discover()).syncs


def test_the_page_about_the_policy_tells_what_follows_from_every_setting() -> None:
    page = (ROOT / "docs/explanation/policy.md").read_text("utf-8")
    settings = {*ObjectTable.model_fields, *GuardsTable.model_fields}
    told = {word for code in re.findall(r"`([^`\n]+)`", page) for word in re.findall(r"\w+", code)}

    assert settings - told == set()


def test_the_page_about_the_architecture_has_every_room_in_the_order_that_is_kept() -> None:
    page = (ROOT / "docs/explanation/architecture.md").read_text("utf-8")
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    of_core, of_engine, *_ = (
        [
            room.strip().removeprefix("syncline.")
            for layer in each["layers"]
            for room in re.split(r"[:|]", layer)
        ]
        for each in tools["importlinter"]["contracts"]
        if "layers" in each
    )
    core = ROOT / "core/src/syncline"
    rooms = {each.parent.name for each in core.glob("*/__init__.py")} | {"errors"}
    folders = {each.parent.name for each in (core / "engine").glob("*/__init__.py")}
    engine_rooms = [name for name in of_engine if name in {"round", *folders}]

    assert re.findall(r"^\| `(\w+)` \|", page, re.M) == [*of_core, *engine_rooms]
    assert [room for room in sorted(rooms - {*of_core}) if f"[`{room}/`](" not in page] == []


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "generator",
    [("-m", "syncline.cli.reference"), ("-m", "docs.generate")],
    ids=lambda words: words[-1],
)
def test_generated_parts_are_current(generator: tuple[str, ...]) -> None:
    done = _run(*generator, "--check")

    assert done.returncode == 0, done.stderr + "\nrun: make docs"


def _mentioned_commands() -> set[tuple[str, ...]]:
    """`syncline run --full` → ("run",): the words before the first option or argument."""
    texts = [text for language in ("", "console", "bash") for _, text in _blocks(language)]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    lines += [code for page in PAGES for code in re.findall(r"`([^`\n]+)`", _prose(page))]
    called = (re.match(r"(?:\$ |bin/)?syncline((?: [a-z]+)*)(?=$|[ …\[-])", line) for line in lines)
    return {tuple(found[1].split()) for found in called if found and found[1]}


def test_every_command_that_is_mentioned_exists() -> None:
    groups = {("conflicts",), ("config",), ("plugins",), ("sandbox",)}
    unknown = []
    for words in sorted(_mentioned_commands()):
        known = words[:2] if words[:1] in groups else words[:1]
        if _run("-m", "syncline.cli", *known, "--help").returncode != 0:
            unknown.append(" ".join(words))

    assert unknown == []


def test_every_make_target_that_is_mentioned_exists() -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.M))
    mentioned = {
        target
        for page in PAGES
        for target in re.findall(r"(?:`|^|\$ )make ([a-z][\w-]*)", page.read_text("utf-8"), re.M)
    }

    assert mentioned - targets == set()
    assert {"demo", "test"} <= mentioned
