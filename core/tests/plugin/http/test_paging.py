"""A list ends, or is none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.errors import Stop
from syncline.plugin.http import Purpose, Trail, all_pages
from syncline.plugin.http.paging import LIST_SECONDS, MAX_EMPTY, MAX_STEPS
from syncline.testing.scripted import Answer

LIST = Purpose(name="list cards", kind="read")
Served = Callable[..., Any]


def following(page: Any) -> object:
    return page.get("next")


def pages(client: Any, url: str, **options: Any) -> list[Any]:
    return list(all_pages(client, url, LIST, following=following, **options))


def test_every_page_of_a_list_comes_once(served: Served) -> None:
    with served() as (client, service):
        links = {f"/{n}": {"rows": n, "next": f"{service.url}/{n + 1}"} for n in range(1, 4)}
        links["/3"]["next"] = None
        service.answer = lambda asked: Answer.json(links[asked.path])
        assert [page["rows"] for page in pages(client, "/1")] == [1, 2, 3]
        assert [page["rows"] for page in pages(client, "/1", page=links["/1"])] == [1, 2, 3]
    assert [asked.path for asked in service.seen] == ["/1", "/2", "/3", "/2", "/3"]


@pytest.mark.parametrize("back_to", [1, 2, 3])
def test_a_link_that_leads_back_ends_it(served: Served, back_to: int) -> None:
    with served() as (client, service):
        after = {"/1": "/2", "/2": "/3", "/3": f"/{back_to}"}
        service.answer = lambda asked: Answer.json({"next": service.url + after[asked.path]})
        with pytest.raises(Stop, match="circles"):
            pages(client, f"{service.url}/1")
    assert len(service.seen) == 3


def test_a_link_to_another_host_ends_it(served: Served) -> None:
    page = Answer.json({"next": "https://elsewhere.example/2"})
    with served(page) as (client, _), pytest.raises(Stop, match="another host"):
        pages(client, "/1")


def test_a_page_that_comes_again_under_another_link_is_noticed() -> None:
    rows = [("a", "1"), ("b", "2")]
    trail = Trail().after("/1", "/2", rows)
    assert trail is not None
    assert trail.after("/2", "/3", reversed(rows)) is None
    assert trail.after("/2", "/3", [("a", "2"), ("b", "2")]) is not None
    assert trail.after("/2", "/3", []) is not None, "a page may be empty, again and again"


def test_a_list_does_not_go_on_for_ever() -> None:
    full = Trail(tuple(f"{n:x}" for n in range(MAX_STEPS)))
    assert full.after("/here", "/there", []) is None


def test_a_list_of_pages_without_rows_does_not_go_on_for_ever() -> None:
    trail: Trail | None = Trail()
    for n in range(MAX_EMPTY):
        trail = trail and trail.after(f"/{n}", f"/{n + 1}", [])
    assert trail is not None
    assert trail.after("/here", "/there", []) is None
    assert trail.is_endless()
    assert not Trail(trail.seen).is_endless(), "where nobody counts rows, or after some"


def test_links_that_are_ever_new_end_in_time(served: Served) -> None:
    seconds = count()
    with served(clock=lambda: float(next(seconds)), timeout=300.0) as (client, service):
        numbers = count(2)
        service.answer = lambda _asked: Answer.json({"next": f"{service.url}/{next(numbers)}"})
        with pytest.raises(Stop, match="do not end"):
            pages(client, "/1")
    assert 1 < len(service.seen) <= LIST_SECONDS


@given(st.lists(st.text(min_size=1), min_size=2, unique=True))
def test_a_way_without_repetition_is_gone_to_its_end(links: list[str]) -> None:
    trail: Trail | None = Trail()
    for here, there in pairwise(links):
        trail = trail and trail.after(here, there, [(here, "1")])
    assert trail is not None
    assert Trail(tuple(trail.seen)) == trail
    assert trail.after(links[-1], links[0], []) is None
