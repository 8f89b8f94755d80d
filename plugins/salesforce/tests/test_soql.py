"""SOQL text: nothing a user typed can leave its quotes, no condition can become more."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_salesforce.rest import soql

texts = st.text(st.characters(blacklist_categories=("Cs",)))
_LITERAL = re.compile(r"'(?:[^'\\]|\\[\\'nrtbf])*'", re.DOTALL)


@given(texts)
def test_a_literal_never_ends_before_its_end(value: str) -> None:
    assert _LITERAL.fullmatch(soql.text(value))


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"))))
def test_a_literal_means_the_text_it_was_made_from(value: str) -> None:
    inner = soql.text(value)[1:-1]

    assert re.sub(r"\\(.)", r"\1", inner) == value


@given(texts)
def test_an_encoded_query_survives_the_uri(value: str) -> None:
    query = f"SELECT Id FROM Contact WHERE LastName = {soql.text(value)} AND (Id > '0')"

    assert unquote(soql.encoded(query)) == query


@given(st.lists(texts, max_size=50), st.integers(20, 400))
def test_lists_hold_every_value_once_and_fit_their_budget(values: list[str], budget: int) -> None:
    groups = list(soql.lists(values, budget))
    literals = [literal for group in groups for literal in _LITERAL.findall(group)]

    assert literals == list(dict.fromkeys(map(soql.text, values)))
    for group in groups:
        alone = len(_LITERAL.findall(group)) == 1
        assert alone or len(soql.encoded(group)) <= budget + 2


def test_six_hundred_ids_fit_one_uri() -> None:
    ids = [f"003{i:015d}" for i in range(600)]

    assert len(list(soql.lists(ids, soql.URI_BUDGET - 1_000))) == 1


@pytest.mark.parametrize(
    "condition",
    [
        "Account.Type = 'Customer'",
        "(LeadSource = 'Web' OR LeadSource = 'Phone') AND Email != null",
        "Name LIKE 'O\\'Brien; DROP%'",
        "AccountId IN (SELECT Id FROM Account WHERE Industry = 'Energy')",
        "CreatedDate = LAST_N_DAYS:30",
        "LastName = 'ORDER BY'",
    ],
)
def test_conditions_are_taken_as_they_are(condition: str) -> None:
    assert soql.checked_condition(f" {condition} ") == condition


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Id != null) OR (Id != null",
        "(Id != null",
        "LastName = 'open",
        "Id != null ORDER BY Name",
        "Id != null LIMIT 1",
        "Id != null; SELECT Id FROM User",
        "FROM Contact",
        "Id != null GROUP BY Id",
        "Id != null -- rest",
        "Id != null /* rest */",
        "SELECT Id FROM Contact",
        "Id = 'a' " * 1000,
    ],
)
def test_what_is_more_than_a_condition_is_refused(text: str) -> None:
    with pytest.raises(soql.BadConditionError):
        soql.checked_condition(text)
