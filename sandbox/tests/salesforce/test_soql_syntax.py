from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.soql.dates import DateLiteral
from syncline_sandbox.salesforce.soql.parse import parse
from syncline_sandbox.salesforce.soql.syntax import (
    Call,
    ChildQuery,
    Compare,
    FieldSet,
    Like,
    Logic,
    Membership,
    Name,
    Not,
    Path,
    Query,
    Selected,
    SemiJoin,
    Sort,
)


def path(text: str) -> Path:
    return Path(tuple(text.split(".")))


def where(text: str) -> object:
    return parse(f"SELECT Id FROM Contact WHERE {text}").where


def test_a_query_with_every_clause():
    query = parse(
        "select Id, Account.Owner.Email, (SELECT Email FROM Contacts LIMIT 3) from Account "
        "where Name = 'A' order by Name desc nulls last, Id limit 5 offset 2 all rows"
    )
    assert query == Query(
        items=(
            Selected(path("Id")),
            Selected(path("Account.Owner.Email")),
            ChildQuery((Selected(path("Email")),), Name("Contacts"), limit=3),
        ),
        object=Name("Account"),
        where=Compare(path("Name"), "=", "A"),
        order_by=(Sort(path("Name"), descending=True, nulls_last=True), Sort(path("Id"))),
        limit=5,
        offset=2,
        all_rows=True,
    )


def test_counts_functions_and_field_sets():
    assert parse("SELECT COUNT() FROM Lead").items == (Selected(Call("COUNT")),)
    assert parse("SELECT count(Id), MAX(Name) m FROM Lead").items == (
        Selected(Call("COUNT", path("Id"))),
        Selected(Call("MAX", path("Name")), "m"),
    )
    assert parse("SELECT FIELDS(all) FROM Lead LIMIT 1").items == (FieldSet("ALL"),)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it\\'s \\\\ \\n \\u00e9'", "it's \\ \n é"),
        ("null", None),
        ("TRUE", True),
        ("-12.50", Decimal("-12.50")),
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21T20:21:25Z", datetime(2026, 11, 21, 20, 21, 25, tzinfo=UTC)),
        ("2026-11-21T20:21:25.000+0000", datetime(2026, 11, 21, 20, 21, 25, tzinfo=UTC)),
        ("2026-11-21T21:21:25+01:00", datetime(2026, 11, 21, 20, 21, 25, tzinfo=UTC)),
        ("TODAY", DateLiteral("day", 0, 1)),
        ("yesterday", DateLiteral("day", -1, 1)),
        ("LAST_N_DAYS:3", DateLiteral("day", -3, 4)),
        ("last_n_months : 2", DateLiteral("month", -2, 2)),
        ("N_FISCAL_QUARTERS_AGO:4", DateLiteral("fiscal_quarter", -4, 1)),
    ],
)
def test_literals(text: str, value: object):
    assert where(f"F = {text}") == Compare(path("F"), "=", value)


def test_conditions():
    assert where("A <> 1") == Compare(path("A"), "!=", Decimal(1))
    assert where("A LIKE '50\\%_%'") == Like(path("A"), "50\\%_%")
    assert where("A NOT  IN ('x', null)") == Membership(path("A"), ("x", None), negated=True)
    assert where("A IN (SELECT AccountId FROM Contact WHERE B = 1)") == Membership(
        path("A"),
        SemiJoin(path("AccountId"), Name("Contact"), Compare(path("B"), "=", Decimal(1))),
        negated=False,
    )


def test_and_binds_nothing_to_or_without_parentheses():
    a, b, c = (Compare(path(name), "=", Decimal(1)) for name in "ABC")
    assert where("A = 1 AND B = 1 AND C = 1") == Logic("AND", (a, b, c))
    assert where("(A = 1 AND B = 1) OR C = 1") == Logic("OR", (Logic("AND", (a, b)), c))
    assert where("A = 1 AND (NOT B = 1)") == Logic("AND", (a, Not(b)))
    for mixed in ("A = 1 AND B = 1 OR C = 1", "A = 1 OR B = 1 AND C = 1", "A = 1 AND NOT B = 1"):
        with pytest.raises(ApiError) as refusal:
            where(mixed)
        assert refusal.value.body[0]["errorCode"] == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("SELECT Id FRM Contact", 15, "unexpected token: 'Contact'"),
        ("SELECT Id FROM", 15, "unexpected token: '<EOF>'"),
        ("", 1, "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Contact WHERE A = 'x", 34, "mismatched character '<EOF>'"),
        ("SELECT Id FROM Contact WHERE A = 'a\\qb'", 34, "invalid string escape"),
        ("SELECT Id FROM Contact WHERE A = 2026-02-30", 34, "Invalid date"),
        ("SELECT Id FROM Contact LIMIT -1", 30, "unexpected token: '-1'"),
    ],
)
def test_a_malformed_query_points_to_the_place(text: str, column: int, hint: str):
    with pytest.raises(ApiError) as refusal:
        parse(text)
    error = refusal.value.body[0]
    assert refusal.value.status == 400
    assert error["errorCode"] == "MALFORMED_QUERY"
    assert f"ERROR at Row:1:Column:{column}\n" in error["message"]
    assert hint in error["message"]


def test_the_place_of_an_error_counts_rows():
    with pytest.raises(ApiError) as refusal:
        parse("SELECT Id\nFROM Contact\nWHERE ?")
    assert "ERROR at Row:3:Column:7" in refusal.value.body[0]["message"]


@given(st.text())
def test_any_text_survives_as_a_string_literal(text: str):
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    assert where(f"A = '{quoted}'") == Compare(path("A"), "=", text)


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_refused(text: str):
    try:
        assert isinstance(parse(text), Query)
    except ApiError as refusal:
        assert refusal.body[0]["errorCode"] == "MALFORMED_QUERY"
