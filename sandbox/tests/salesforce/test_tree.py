"""composite/tree; examples after the REST guide, "sObject Tree"."""

from __future__ import annotations

from typing import Any

TREE = "composite/tree/Account"


def node(kind: str, reference: str | None, **fields: Any) -> dict[str, Any]:
    attributes = {"type": kind} | ({"referenceId": reference} if reference else {})
    return {"attributes": attributes, **fields}


def family(**more: Any) -> dict[str, Any]:
    people = [
        node("Contact", "ref2", lastname="Smith", Title="President"),
        node("Contact", "ref3", lastname="Evans", email="evans@example.test"),
    ]
    first = node("Account", "ref1", name="SampleAccount1", Contacts={"records": people})
    second = node("Account", "ref4", name="SampleAccount2", numberOfEmployees="100", **more)
    return {"records": [first, second]}


def test_parents_and_children_are_created_and_linked(sf, api):
    response = api("POST", TREE, json=family())
    assert response.status_code == 201
    body = response.json()
    assert body["hasErrors"] is False
    assert [result["referenceId"] for result in body["results"]] == ["ref1", "ref4", "ref2", "ref3"]
    ids = {result["referenceId"]: result["id"] for result in body["results"]}
    assert [row["AccountId"] for row in sf.rows("Contact")] == [ids["ref1"]] * 2
    assert sf.row("Account", ids["ref4"])["NumberOfEmployees"] == 100


def test_one_bad_row_takes_all_back_and_is_the_only_one_named(sf, api):
    bad = {"records": [node("Contact", "ref5", LastName="Sad", Email="123")]}
    response = api("POST", TREE, json=family(contacts=bad))
    assert response.status_code == 400
    error = {
        "statusCode": "INVALID_EMAIL_ADDRESS",
        "message": "Email: invalid email address: 123",
        "fields": ["Email"],
    }
    assert response.json() == {
        "hasErrors": True,
        "results": [{"referenceId": "ref5", "errors": [error]}],
    }
    assert sf.rows("Account") == sf.rows("Contact") == []


def test_references_are_needed_and_used_once(sf, api, refused):
    nameless = {"records": [node("Account", None, Name="A")]}
    response = api("POST", TREE, json=nameless)
    assert refused(response) == (403, "INVALID_INPUT")
    twice = {"records": [node("Account", "same", Name=name) for name in "AB"]}
    response = api("POST", TREE, json=twice)
    assert response.status_code == 400
    results = response.json()["results"]
    assert [result["referenceId"] for result in results] == ["same", "same"]
    assert "Duplicate ReferenceId" in results[0]["errors"][0]["message"]
    assert sf.rows("Account") == []


def test_a_tree_is_as_wide_and_as_deep_as_documented(sf, api, refused):
    wide = {"records": [node("Account", f"r{n}", Name=str(n)) for n in range(201)]}
    assert refused(api("POST", TREE, json=wide)) == (400, "LIMIT_EXCEEDED")
    wide["records"].pop()
    assert api("POST", TREE, json=wide).status_code == 201

    def chain(levels: int) -> dict[str, Any]:
        below = {"ChildAccounts": chain(levels - 1)} if levels > 1 else {}
        return {"records": [node("Account", f"level{levels}", Name="A", **below)]}

    assert refused(api("POST", TREE, json=chain(6))) == (400, "LIMIT_EXCEEDED")
    deep = api("POST", TREE, json=chain(5))
    assert deep.status_code == 201
    ids = [result["id"] for result in deep.json()["results"]]
    assert [sf.row("Account", i)["ParentId"] for i in ids] == [None, *ids[:4]]


def test_roots_are_of_the_type_in_the_path(api, refused):
    body = {"records": [node("Contact", "a", LastName="A")]}
    assert refused(api("POST", TREE, json=body)) == (400, "INVALID_INPUT")
    assert refused(api("POST", TREE, json={"records": "none"})) == (400, "JSON_PARSER_ERROR")
    assert refused(api("POST", "composite/tree/Nope", json=body)) == (404, "NOT_FOUND")
