"""What a run leaves behind is of no use to whoever finds it: database, journals, logs, output.

Both connectors and stand-ins do what they can to make somebody careless: every logger at DEBUG,
refused records, broken answers, conflicts, operations held by a guard. Then each value that went
through is looked for in each file, as text, in lower case, escaped and quoted.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from bench.vcards import to_graph
from bench.world import World, raised
from syncline.run.upkeep import back_up
from syncline.state.backup import backup_beside
from syncline.state.engines import unopened
from tests.postgres import private_server

CORPUS = Path(__file__).resolve().parents[2] / "shared/data/pim-corpus/contacts.jsonl"
FRAMEWORKS = ("httpx", "httpcore", "urllib3", "requests", "msal", "simple_salesforce", "sqlalchemy")
SHORTEST = 6
"""Bytes: anything shorter is found in random bytes, too."""

_WORD = re.compile(rb"[a-z0-9]+")
TOKENS = re.compile(
    rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}|00D\w*!\w*\.[\w-]{8,}|Bearer [\w.-]{8,}", re.IGNORECASE
)


@dataclass
class Left:
    """Everything that was left behind, by where, and what must not be in it."""

    values: set[str]
    secrets: set[str]
    traces: dict[str, bytes] = field(default_factory=dict)
    output: dict[str, bytes] = field(default_factory=dict)
    happened: set[str] = field(default_factory=set)


# --- people nobody else is called like ------------------------------------------------------------


def _ours(number: int) -> dict[str, Any]:
    name = f"Xantippe{number}Quorthon"
    return {
        "givenName": name,
        "surname": f"Zweigelberger-{number}é",
        "companyName": f"Vrykolakas {number} & Söhne",
        "jobTitle": f"Oberquastenpflegerin {number}",
        "department": f"Abteilung Wolkenschieben {number}",
        "emailAddresses": [{"address": f"{name}@Wolkenschieben{number}.example"}],
        "businessPhones": [f"+49 (30) 5550 {number:04}17"],
        "mobilePhone": f"+49 (171) 5550 {number:04}99",
        "businessAddress": {
            "street": f"Unter den Zwetschgen {number}",
            "city": "Schnurrbarthausen",
        },
        "personalNotes": f'Marmalade {number}: she knows\nthe "teapot" <{number}>; O\'Hara',
    }


def _corpus() -> list[dict[str, Any]]:
    """Every tenth contact, of every kind of file; all of them with `SYNCLINE_PROVE`."""
    every = 1 if os.environ.get("SYNCLINE_PROVE") else 10
    lines = CORPUS.read_text("utf-8").splitlines()
    return [to_graph(json.loads(line))[0] for line in lines[::every]]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from value.splitlines()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _values(bodies: list[dict[str, Any]]) -> set[str]:
    found = {text.strip() for body in bodies for text in _texts(body)}
    digits = {re.sub(r"\D", "", text) for text in found if re.fullmatch(r"[+\d\s()./-]{9,}", text)}
    return {text for text in found | digits if len(text.encode()) >= SHORTEST}


# --- a careless day -------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["made up", "corpus"])
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Left:
    if request.param == "corpus" and not CORPUS.exists():
        pytest.skip("the corpus is not there (../shared/data/pim-corpus)")
    folder = tmp_path_factory.mktemp("careless")
    with raised(folder / "empty") as world:
        nobody = _day(world, [])
    bodies = _corpus() if request.param == "corpus" else [_ours(number) for number in range(40)]
    with raised(folder / "full") as world:
        found = _day(world, bodies)
    known = b"\n".join(nobody.traces.values()).lower()
    found.values = {each for each in found.values if each.lower().encode() not in known}
    return found


def _day(world: World, bodies: list[dict[str, Any]]) -> Left:
    found = Left(_values(bodies), {world.graph.client_secret, world.salesforce.client_secret})
    box, user = world.add_member("careless")
    box.create_contacts([{**body} for body in bodies])
    world.configure()
    _careless(world.folder / "syncline.toml")
    found.secrets.add((world.folder / "syncline.key").read_text())
    with _everything_logged(world.folder / "debug.log"):
        _runs(world, found, user)
        with world.session() as session:
            session.status()
            for each in sorted(world.folder.glob("syncline.sqlite*")):
                found.traces[each.name] = each.read_bytes()
            written = back_up(session._configuration.state, world.folder / "copy.sqlite")
        found.traces["backup"] = written.read_bytes()
    _commands(world, found)
    found.traces["debug.log"] = (world.folder / "debug.log").read_bytes()
    found.secrets |= {world.graph.token, world.salesforce.token}
    return found


def _careless(path: Path) -> None:
    """A person decides conflicts, and guards are as sharp as they come."""
    text = path.read_text("utf-8").replace('conflict = "salesforce_wins"', 'conflict = "manual"')
    path.write_text(re.sub("guards = .*", "guards = { minimum_links = 1 }", text), "utf-8")


@contextmanager
def _everything_logged(path: Path) -> Iterator[None]:
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    names = ["", "syncline", "syncline.audit", *FRAMEWORKS]
    levels = {name: logging.getLogger(name).level for name in names}
    root.addHandler(handler)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _runs(world: World, found: Left, user: Any) -> None:
    _run(world, found)
    linked = world.salesforce.rows("Contact")
    if not linked:
        return
    [box] = world.mailboxes
    both = [each for each in box.contacts() if each.get("surname")][:5]
    for number, each in enumerate(both):
        name = each["surname"][:80]
        rows = [row for row in linked if row["LastName"] == name]
        box.update_contact(each["id"], {"jobTitle": f"Pfauenfederkiel links {number}"})
        world.salesforce.update("Contact", rows[0]["Id"], {"Title": f"Pfauenfederkiel {number}"})
        found.values |= {f"Pfauenfederkiel links {number}", f"Pfauenfederkiel {number}"}
    with_reads = {"malformed-body": 1, "server-error": 1, "commit-then-drop": 1, "token-revoked": 1}
    for sandbox in (world.graph, world.salesforce):
        for name, times in with_reads.items():
            sandbox.quirk(name, times=times, skip=3)
        _run(world, found)
        sandbox.clear_quirks()
    _run(world, found)
    for row in linked[: len(linked) * 3 // 4]:
        world.salesforce.delete("Contact", row["Id"])
    _run(world, found)


def _run(world: World, found: Left) -> None:
    report = world.run()
    found.happened |= {f"problem {each.kind}" for each in report.problems}
    found.happened |= {f"guard {each.guard}" for each in report.guards if each.held}
    found.happened |= {"conflict"} if report.conflicts else set()
    found.happened |= {"refused"} if any(lane.waiting for lane in report.lanes) else set()


def _commands(world: World, found: Left) -> None:
    """The command line with --verbose, when all is well and when it is not."""
    world.later(400 * 86_400)
    for name, words in {
        "run": ("--verbose", "run", "--full"),
        "check": ("--verbose", "check", "--json"),
        "config": ("--verbose", "config", "show", "--json"),
        "status": ("--verbose", "status", "--json"),
        "doctor": ("--verbose", "plugins", "--json"),
    }.items():
        _command(world, found, name, words)
    world.graph.quirk("malformed-body")
    world.salesforce.quirk("server-error", status=500, times=2)
    _command(world, found, "failing", ("--verbose", "run", "--json"))
    world.graph.clear_quirks()
    (world.folder / "outlook.secret").write_text("Wrong-secret-Kumquat~9")
    found.secrets.add("Wrong-secret-Kumquat~9")
    _command(world, found, "refused", ("--verbose", "check"))
    found.traces["broken configuration"] = _broken(world)


def _command(world: World, found: Left, name: str, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "syncline.cli", *words],
        cwd=world.folder,
        capture_output=True,
        check=False,
    )
    found.traces[f"stderr of {name}"] = done.stderr
    found.output[f"stdout of {name}"] = done.stdout


def _broken(world: World) -> bytes:
    """What a program that embeds Syncline sees: whole tracebacks and every repr."""
    text = ""
    with world.session() as session:
        checks = session.check()
        for each in checks:
            text += repr(each)
            if each.error is not None:
                text += "".join(traceback.format_exception(each.error))
        text += repr(session._configuration) + repr(session._database.vault) + repr(vars(session))
        for name in ("outlook", "salesforce"):
            handle = session._connections.get(name)
            text += repr(handle) + repr(vars(handle)) + repr(vars(handle._connector))
    return text.encode()


# --- looking for it -------------------------------------------------------------------------------


@cache
def _forms(value: str) -> tuple[tuple[bytes, frozenset[bytes]], ...]:
    """How a value may be written somewhere, each form with its words."""
    escaped = json.dumps(value)[1:-1]
    written = {value, escaped, json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
    written |= {quote(value), quote(value, safe="")}
    forms = {each.lower().encode() for each in written}
    return tuple((form, frozenset(_WORD.findall(form))) for form in forms)


def _found(values: set[str], where: bytes) -> list[str]:
    """The values that stand there with nothing but themselves between two ends of a word."""
    text = where.lower()
    words = set(_WORD.findall(text))
    return [
        value
        for value in sorted(values)
        if any(
            own <= words and re.search(rb"(?<![a-z0-9])%s(?![a-z0-9])" % re.escape(form), text)
            for form, own in _forms(value)
        )
    ]


def test_everything_that_could_go_wrong_did(left: Left) -> None:
    """Else the other tests prove little."""
    assert "conflict" in left.happened
    assert {each for each in left.happened if each.startswith("guard")}
    assert {each for each in left.happened if each.startswith("problem")}
    assert len(left.values) > 300
    assert len(left.traces["syncline.sqlite-wal"]) + len(left.traces["syncline.sqlite"]) > 100_000
    assert b"urllib3" in left.traces["debug.log"]
    assert b"httpx" in left.traces["debug.log"]
    assert b"fetch changes" in left.traces["stderr of run"]


def test_no_value_of_anybody_is_readable(left: Left) -> None:
    leaks = {place: _found(left.values, text) for place, text in left.traces.items()}

    assert {place: values for place, values in leaks.items() if values} == {}


def test_no_secret_and_no_token_is_readable_anywhere(left: Left) -> None:
    for place, text in {**left.traces, **left.output}.items():
        assert _found(left.secrets, text) == [], place
        assert TOKENS.findall(text) == [], place


def test_no_value_is_readable_in_a_servers_files_and_its_write_ahead_log(tmp_path: Path) -> None:
    bodies = [_ours(number) for number in range(20)]
    with private_server() as server, server.database() as url, raised(tmp_path) as world:
        found = Left(_values(bodies), set())
        box, user = world.add_member("careless")
        box.create_contacts([{**body} for body in bodies])
        world.configure()
        path = world.folder / "syncline.toml"
        path.write_text(path.read_text().replace("[state]", f'[state]\nurl = "{url}"'))
        _careless(path)
        _runs(world, found, user)
        server.stop("fast")
        files = [each for each in server.data.rglob("*") if each.is_file()]
        text = b"\n".join(each.read_bytes() for each in files)
        server.start()

    assert "conflict" in found.happened
    assert any("pg_wal" in each.parts for each in files)
    assert b"careless@example.test" in text, "accounts' names are readable: it is the right place"
    assert _found(found.values, text) == []


def test_the_copy_an_upgrade_makes_holds_no_more_than_the_database(tmp_path: Path) -> None:
    bodies = [_ours(number) for number in range(20)]
    with raised(tmp_path) as world:
        found = Left(_values(bodies), set())
        box, user = world.add_member("careless")
        box.create_contacts([{**body} for body in bodies])
        world.configure()
        _careless(world.folder / "syncline.toml")
        _runs(world, found, user)
        engine = unopened(f"sqlite:///{world.folder / 'syncline.sqlite'}")
        copy = backup_beside(engine, "0000")
        engine.dispose()

    assert copy is not None
    assert b"careless@example.test" in copy.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    assert _found(found.values, copy.read_bytes()) == []
