"""Whatever a service answers, a run ends with a clear error, sends its token nowhere else and shows
it to nobody; and what was synced before stays as it was.

A proxy on a real socket stands before each stand-in and spoils what it answers.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.world import World, raised
from syncline.model.reports import RunReport
from syncline.run.selection import Selection

TOKEN = re.compile(r"eyJ[\w-]{8,}\.eyJ|00D\w*!\w*\.[\w-]{8,}|Bearer [\w.-]{8,}", re.IGNORECASE)
ELSEWHERE = "http://127.0.0.2:9"


def _links_elsewhere(body: bytes) -> bytes:
    return re.sub(
        rb'("@odata\.(?:next|delta)Link": ?")http://[^/"]+', rb"\1" + ELSEWHERE.encode(), body
    )


def _every(body: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Every record of an answer changed, wherever in it they are."""
    found = json.loads(body)

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "givenName" in value or "LastName" in value:
                change(value)
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(found)
    return json.dumps(found).encode()


def _set(**values: Any) -> Callable[[bytes], bytes]:
    return lambda body: _every(body, lambda record: record.update(values))


def _traversal(record: dict[str, Any]) -> None:
    for name in ("id", "Id", "parentFolderId"):
        if name in record:
            record[name] = "../../../../admin"


def _absurd(record: dict[str, Any]) -> None:
    for name in ("createdDateTime", "lastModifiedDateTime", "CreatedDate", "LastModifiedDate"):
        if name in record:
            record[name] = "9999-12-31T23:59:59.999-14:00"


def _crowded(body: bytes) -> bytes:
    """A page that says of a million records that they are gone."""
    found = json.loads(body)
    for name, gone in (("value", {"@removed": {"reason": "deleted"}}), ("records", {})):
        if isinstance(found, dict) and isinstance(found.get(name), list):
            found[name] += [{"id": f"gone-{n}", "IsDeleted": True, **gone} for n in range(10**6)]
    return json.dumps(found).encode()


_WRONG = b'{"error": {"code": "\\u001b[31m"}}'


def _busy(retry_after: str, status: int = 429) -> Callable[[Any], Any]:
    headers = {"Retry-After": retry_after}
    return lambda answer: answer.changed(status=status, headers=headers, body=b"{}")


def _nameless(body: bytes) -> bytes:
    return body.replace(b'"id"', b'"no"').replace(b'"Id"', b'"No"')


SPOILT: dict[str, Any] = {
    "nested deeper than anybody can": lambda a: a.changed(body=b"[" * 200_000),
    "not UTF-8": lambda a: a.changed(body=a.body.replace(b"Admiral", b"Adm\xffral")),
    "a page of HTML": lambda a: a.changed(body=b"<html>", headers={"Content-Type": "text/html"}),
    "a number for an object": lambda a: a.changed(body=b"42"),
    "a number without end": lambda a: a.changed(body=b'{"value": ' + b"9" * 10_000 + b"}"),
    "a redirect elsewhere": lambda a: a.changed(
        status=307, headers={"Location": ELSEWHERE}, body=b""
    ),
    "links elsewhere": lambda a: a.changed(body=_links_elsewhere(a.body)),
    "a million absences": lambda a: a.changed(body=_crowded(a.body)),
    "a wait below zero": _busy("-17"),
    "a wait without end": _busy("9" * 300),
    "a wait in no number": _busy("\xb2", 503),
    "terminal commands": lambda a: a.changed(
        status=403, headers={"request-id": "\x1b]0;owned\x07"}, body=_WRONG
    ),
    "compression that is none": lambda a: a.changed(headers={"Content-Encoding": "gzip"}),
}  # fmt: skip
SPOILT_RECORDS: dict[str, Any] = {
    "ids that climb": lambda a: a.changed(body=_every(a.body, _traversal)),
    "records without id": lambda a: a.changed(body=_nameless(a.body)),
    "dates at the end of time": lambda a: a.changed(body=_every(a.body, _absurd)),
    "owners that are missing": lambda a: a.changed(body=_set(OwnerId=None)(a.body)),
    "owners of another form": lambda a: a.changed(body=_set(OwnerId={"Name": "Ada"})(a.body)),
}
HARMLESS: dict[str, Any] = {
    "every record twice": lambda a: a.changed(body=_doubled(a.body)),
    "half a character": lambda a: a.changed(body=a.body.replace(b"Admiral", b"Adm\\ud800ral")),
    "an unknown content type": lambda a: a.changed(headers={**a.headers, "Content-Type": "x/y"}),
}


def _doubled(body: bytes) -> bytes:
    found = json.loads(body)
    for name in ("value", "records"):
        if isinstance(found, dict) and isinstance(found.get(name), list):
            found[name] = found[name] * 2
    return json.dumps(found).encode()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with raised(tmp_path) as world:
        box, user = world.add_member("ada")
        for given, family in (("Grace", "Hopper"), ("Barbara", "Liskov")):
            box.create_contact({"givenName": given, "surname": family, "jobTitle": "Admiral"})
        world.salesforce.create(
            "Contact", {"LastName": "Perlman", "Title": "Admiral"}, as_user=user
        )
        world.later()
        yield world


@pytest.fixture
def spoil(
    world: World, proxied: Callable[[str], Any], request: pytest.FixtureRequest
) -> Callable[[str], Any]:
    """The configuration now goes through a proxy before this service."""

    def put(service: str) -> Any:
        world.configure(key_field=False)
        sandbox = world.graph if service == "outlook" else world.salesforce
        proxy = proxied(sandbox.url)
        path = world.folder / "syncline.toml"
        path.write_text(path.read_text().replace(sandbox.url, proxy.url))
        return proxy

    return put


def _is_data(answer: Any) -> bool:
    return "/delta" in answer.path or "query" in answer.path


def _run(world: World) -> RunReport:
    """A run that does not wait, and everything it says."""
    from syncline.config.load import load
    from syncline.plugin.manager import PluginManager
    from syncline.run.session import Session
    from syncline.run.surroundings import Surroundings

    plugins = PluginManager.discover()
    configuration = load(world.folder / "syncline.toml", plugins)
    now = lambda: datetime.now(UTC) + world.passed  # noqa: E731 - ours goes on with the services'
    around = Surroundings(now=now, sleep=lambda _seconds: None)
    with Session.open(configuration, plugins, surroundings=around) as session:
        return session.run(Selection(full=True))


def _stored(world: World) -> list[str]:
    contacts = [json.dumps(each, sort_keys=True) for each in world.mailboxes[0].contacts()]
    return contacts + [
        json.dumps(each, sort_keys=True) for each in world.salesforce.rows("Contact")
    ]


@pytest.mark.parametrize("service", ["outlook", "salesforce"])
@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_answer_is_an_error_that_says_which_service(
    name: str, service: str, world: World, spoil: Callable[[str], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    if (name, service) == ("links elsewhere", "salesforce"):
        pytest.skip("Salesforce's links are never followed: pages are asked for by the last id")
    proxy = spoil(service)
    before = _stored(world)
    proxy.after = lambda answer: SPOILT[name](answer) if _is_data(answer) else answer

    with caplog.at_level(logging.DEBUG):
        report = _run(world)

    assert report.problems
    said = repr(report) + caplog.text
    assert "fault of the connector" not in said, report.problems
    assert not TOKEN.search(said)
    assert "\x1b" not in repr(report).encode().decode("unicode_escape")
    assert len(proxy.seen) < 100
    assert _stored(world) == before

    proxy.after = lambda answer: answer
    world.later()
    _run(world)
    world.later()
    assert _run(world).writes == 0
    assert len(world.mailboxes[0].contacts()) == len(world.salesforce.rows("Contact")) == 3


@pytest.mark.parametrize("service", ["outlook", "salesforce"])
@pytest.mark.parametrize("name", SPOILT_RECORDS)
def test_a_spoilt_record_costs_itself_and_nobody_else(
    name: str, service: str, world: World, spoil: Callable[[str], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """The others arrive, it is said that something is wrong, and nothing is taken for deleted."""
    proxy = spoil(service)
    proxy.after = lambda answer: SPOILT_RECORDS[name](answer) if _is_data(answer) else answer

    with caplog.at_level(logging.DEBUG):
        reports = [_run(world), _run(world)]

    said = repr(reports) + caplog.text
    assert "fault of the connector" not in said, reports
    assert "../admin" not in "".join(path for _method, path, _token in proxy.seen)
    assert not TOKEN.search(said)
    names = [each["surname"] for each in world.mailboxes[0].contacts()]
    rows = [row["LastName"] for row in world.salesforce.rows("Contact")]
    assert {"Hopper", "Liskov"} <= set(names)
    assert "Perlman" in rows
    good = set(rows) if service == "salesforce" else set(names)
    users_without_id = (name, service) == ("records without id", "salesforce")
    assert users_without_id or good == {"Hopper", "Liskov", "Perlman"}, "the others arrive"
    assert reports[0].problems or set(names) == set(rows)

    proxy.after = lambda answer: answer
    for _again in range(2):
        world.later()
        _run(world)
    world.later()
    assert _run(world).writes == 0
    assert len(world.mailboxes[0].contacts()) == len(world.salesforce.rows("Contact")) == 3


@pytest.mark.parametrize("service", ["outlook", "salesforce"])
@pytest.mark.parametrize("name", HARMLESS)
def test_what_can_be_understood_is_synced_all_the_same(
    name: str, service: str, world: World, spoil: Callable[[str], Any]
) -> None:
    proxy = spoil(service)
    proxy.after = lambda answer: HARMLESS[name](answer) if _is_data(answer) else answer

    reports = []
    for _again in range(3):
        reports.append(_run(world))
        world.later()

    assert not [each for report in reports for each in report.problems if each.kind == "stop"], (
        reports
    )
    assert len(world.mailboxes[0].contacts()) == len(world.salesforce.rows("Contact")) == 3


def test_a_sign_in_service_that_points_elsewhere_gets_no_secret(
    world: World, spoil: Callable[[str], Any], proxied: Callable[[str], Any]
) -> None:
    proxy, other = spoil("outlook"), proxied(world.graph.url)

    def point(answer: Any) -> Any:
        if "openid-configuration" not in answer.path:
            return answer
        moved = answer.body.replace(proxy.url.encode(), other.url.encode())
        return answer.changed(body=moved)

    proxy.after = point
    with world.session() as session:
        [outlook, _salesforce] = session.check()

    assert outlook.error is not None
    assert other.seen == []
    text = "".join(traceback.format_exception(outlook.error))
    assert world.graph.client_secret not in text


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize(
    ("service", "call"),
    [
        *(("outlook", call) for call in ("token", "organization", "delta", "batch")),
        *(("salesforce", call) for call in ("token", "describe", "query", "composite")),
    ],
)
def test_nothing_is_ever_sent_where_a_redirect_leads(
    call: str, status: int, service: str, world: World,
    spoil: Callable[[str], Any], proxied: Callable[[str], Any],
) -> None:  # fmt: skip
    proxy, other = spoil(service), proxied(world.graph.url)

    def lead_astray(answer: Any) -> Any:
        if call not in answer.path.lower():
            return answer
        headers = {"Location": f"{other.url}/stolen"}
        return answer.changed(status=status, headers=headers, body=b"")

    proxy.after = lead_astray
    report = _run(world)

    assert not TOKEN.search(repr(report))
    assert other.seen == []
    assert any(call in path.lower() for _method, path, _token in proxy.seen)
    assert report.problems


@pytest.mark.parametrize("service", ["outlook", "salesforce"])
def test_a_header_that_goes_on_in_another_line_gets_into_no_request(
    service: str, world: World, spoil: Callable[[str], Any]
) -> None:
    """What a service says in a header comes back to it in ours: stamps, tags, request ids."""
    proxy = spoil(service)

    def fold(answer: Any) -> Any:
        names = ("Last-Modified", "ETag", "request-id", "client-request-id", "Date")
        folded = dict.fromkeys(names, "Mon\r\n Authorization: Bearer injected")
        kept = {k: v for k, v in answer.headers.items() if k.lower() not in map(str.lower, names)}
        return answer.changed(headers={**kept, **folded})

    proxy.after = fold
    reports = []
    for _again in range(2):
        reports.append(_run(world))
        world.later()

    assert not [token for _method, _path, token in proxy.seen if "injected" in token]
    assert "fault of the connector" not in repr(reports), reports
    proxy.after = lambda answer: answer
    _run(world)
    world.later()
    assert _run(world).writes == 0
    assert len(world.mailboxes[0].contacts()) == len(world.salesforce.rows("Contact")) == 3
