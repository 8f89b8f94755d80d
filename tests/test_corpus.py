"""A thousand real contacts, through two systems that hold less than a vCard does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import corpus

CONTACTS = Path(__file__).resolve().parents[2] / "shared/data/pim-corpus/contacts.jsonl"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> corpus.Result:
    if not CONTACTS.exists():
        pytest.skip("the corpus is not there (../shared/data/pim-corpus)")
    found = corpus.run(CONTACTS, tmp_path_factory.mktemp("corpus"))
    print(found.text())
    return found


def test_second_run_over_the_corpus_writes_nothing(result: corpus.Result) -> None:
    assert [leg.second_run_writes for leg in result.legs] == [0, 0]


def test_every_contact_that_did_not_arrive_is_reported_with_its_reason(
    result: corpus.Result,
) -> None:
    assert [leg.unreported for leg in result.legs] == [0, 0]
    assert "" not in {reason for leg in result.legs for reason in leg.reasons}


def test_no_value_on_the_source_side_changes(result: corpus.Result) -> None:
    assert [leg.changed_at_source for leg in result.legs] == [0, 0]


def test_most_of_the_corpus_arrives(result: corpus.Result) -> None:
    there, back = result.legs

    assert there.records > 1000
    assert there.arrived >= 0.9 * there.records
    assert back.arrived == back.records
