"""Lists: pages, `$filter`, `$orderby`, `$count`, and what is refused."""

from __future__ import annotations

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox


def names(answer: httpx.Response) -> list[str]:
    return [item["displayName"] for item in answer.json()["value"]]


def fill(ada: GraphMailbox, count: int) -> None:
    ada.create_contacts(
        [
            {
                "displayName": f"N{n:02}",
                "surname": "Odd" if n % 2 else "Even",
                "emailAddresses": [{"address": f"n{n}@x.test"}],
                "categories": ["red"] if n % 3 == 0 else [],
            }
            for n in range(count)
        ]
    )


def test_page_has_ten_rows_unless_asked_otherwise(mine: httpx.Client, ada: GraphMailbox) -> None:
    fill(ada, 25)

    assert len(names(mine.get("contacts"))) == 10
    assert len(names(mine.get("contacts?$top=20"))) == 20
    assert len(names(mine.get("contacts", headers={"Prefer": "odata.maxpagesize=7"}))) == 7


def test_next_links_lead_through_all_rows_once(mine: httpx.Client, ada: GraphMailbox) -> None:
    fill(ada, 25)
    answer = mine.get("contacts?%24select=displayName&$top=9&$count=true")
    found, pages = names(answer), 1
    while following := answer.json().get("@odata.nextLink"):
        answer = mine.get(following)
        found, pages = found + names(answer), pages + 1

    assert (len(found), len(set(found)), pages) == (25, 25, 3)
    assert answer.json()["@odata.count"] == 25
    assert "surname" not in answer.json()["value"][0]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("emailAddresses/any(a:a/address eq 'N3@X.TEST')", 1),
        ("emailAddresses/any(a:a/address eq 'n3@x.test') or displayName eq 'n04'", 2),
        ("surname eq 'odd' and emailAddresses/any(a:a/address eq 'n4@x.test')", 0),
        ("surname eq 'Odd' and startswith(displayName,'N0')", 5),
        ("startsWith(displayName,'N0') and not (surname eq 'Odd')", 5),
        ("surname ne 'Odd'", 10),
        ("middleName eq null", 20),
        ("categories/any(c:c eq 'red')", 7),
        ("lastModifiedDateTime ge 2020-01-01T00:00:00Z", 20),
        ("lastModifiedDateTime lt 2020-01-01T00:00:00Z", 0),
        ("displayName ge 'N15'", 5),
    ],
)
def test_filter_finds(mine: httpx.Client, ada: GraphMailbox, condition: str, count: int) -> None:
    fill(ada, 20)
    answer = mine.get("contacts", params={"$filter": condition, "$top": "100", "$count": "true"})

    assert len(names(answer)) == count == answer.json()["@odata.count"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"$filter": "surname eq"}, "BadRequest"),
        ({"$filter": "colour eq 'blue'"}, "RequestBroker--ParseUri"),
        ({"$filter": "personalNotes eq 'x'"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "emailAddresses/any(a:a/name eq 'x')"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "emailAddresses/any(a:startswith(a/address,'x'))"},
         "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "surname gt 2020-01-01T00:00:00Z"}, "BadRequest"),
        ({"$filter": "surname eq 'x'", "$orderby": "displayName"}, "InefficientFilter"),
        ({"$orderby": "colour"}, "RequestBroker--ParseUri"),
        ({"$top": "1001"}, "BadRequest"),
        ({"$top": "many"}, "BadRequest"),
        ({"$select": "@odata.etag"}, "RequestBroker--ParseUri"),
        ({"$expand": "attachments"}, "BadRequest"),
        ({"$search": '""'}, "BadRequest"),
        ({"$search": "x", "$filter": "surname eq 'x'"}, "SearchWithFilter"),
        ({"$search": "x", "$orderby": "surname"}, "SearchWithOrderBy"),
        ({"$filter": "contains(surname,'x')"}, "ErrorInvalidUrlQueryFilter"),
    ],
)  # fmt: skip
def test_query_that_is_not_understood_is_refused(
    mine: httpx.Client, query: dict[str, str], expected: str
) -> None:
    answer = mine.get("contacts", params=query)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, expected)


def test_quote_in_a_value_is_doubled(mine: httpx.Client, ada: GraphMailbox) -> None:
    ada.create_contact({"surname": "O'Neil"})

    assert len(names(mine.get("contacts", params={"$filter": "surname eq 'O''Neil'"}))) == 1


def test_rows_are_ordered_as_asked(mine: httpx.Client, ada: GraphMailbox) -> None:
    for name in ("b", "C", "a"):
        ada.create_contact({"displayName": name})

    assert names(mine.get("contacts?$orderby=displayName")) == ["a", "b", "C"]
    assert names(mine.get("contacts?$orderby=displayName desc")) == ["C", "b", "a"]


def test_contacts_lists_the_default_folder_only(mine: httpx.Client, ada: GraphMailbox) -> None:
    folder = ada.create_folder("CRM")
    ada.create_contact({"displayName": "top"})
    ada.create_contact({"displayName": "below"}, folder="CRM")

    assert names(mine.get("contacts")) == ["top"]
    assert names(mine.get("contactFolders/contacts/contacts")) == ["top"]
    assert names(mine.get(f"contactFolders('{folder.replace('/', '%2F')}')/contacts")) == ["below"]


def test_search_finds_all_words_at_the_beginning_of_words(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contacts(
        [
            {"displayName": "Grace Hopper", "companyName": "Eckert-Mauchly"},
            {"displayName": "G. Hopper", "emailAddresses": [{"address": "grace@navy.test"}]},
            {"displayName": "Ungraceful", "personalNotes": "Grace"},
        ]
    )

    assert len(names(mine.get("contacts", params={"$search": '"grace"'}))) == 2
    assert names(mine.get("contacts", params={"$search": '"GRACE mauch"'})) == ["Grace Hopper"]
    assert names(mine.get("contacts", params={"$search": "nobody"})) == []
    page = mine.get("contacts", params={"$search": '"hopper"', "$top": "1", "$count": "true"})
    assert page.json()["@odata.count"] == 2
    assert names(mine.get(page.json()["@odata.nextLink"])) == ["G. Hopper"]


def test_search_may_show_thin_rows_or_not_be_there(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contact({"surname": "Hopper", "emailAddresses": [{"address": "g@navy.test"}]})
    graph.quirk("search-thin")
    [row] = mine.get("contacts", params={"$search": "hopper"}).json()["value"]

    assert (row["surname"], row["emailAddresses"], row["createdDateTime"]) == ("Hopper", [], None)
    assert mine.get("contacts").json()["value"][0]["emailAddresses"]
    graph.quirk("search-unsupported")
    assert mine.get("contacts", params={"$search": "hopper"}).status_code == 400


@pytest.mark.parametrize("path", ["contacts/$count", "contacts/%24count"])
def test_count_is_a_number_in_plain_text(mine: httpx.Client, ada: GraphMailbox, path: str) -> None:
    fill(ada, 25)
    folder = ada.create_folder("CRM")
    ada.create_contact({"surname": "below"}, folder)
    answer = mine.get(path)

    assert (answer.text, answer.headers["Content-Type"]) == ("25", "text/plain; charset=utf-8")
    assert mine.get(path, params={"$filter": "surname eq 'Odd'"}).text == "12"
    assert mine.get(path, params={"$search": "n24"}).text == "1"
    assert mine.get(f"contactFolders/{folder}/contacts/$count").text == "1"
    assert mine.get("contactFolders/$count").text == "1"
    assert mine.get(f"contactFolders/{folder}/childFolders/$count").text == "0"
