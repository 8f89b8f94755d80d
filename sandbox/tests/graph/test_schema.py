"""What a contact may hold, and the names that are made up for it: pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline_sandbox.graph.contacts import schema
from syncline_sandbox.graph.contacts.naming import with_generated_names
from syncline_sandbox.graph.errors import Failure
from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.protocol.content import Content, read_content

TEXT = st.none() | st.text(max_size=20)
NAMES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("givenName", "middleName", "surname", "companyName"), TEXT)
)


@given(NAMES)
def test_what_was_read_reads_back_the_same(body: dict[str, Any]) -> None:
    content = read_content(body, schema.SCHEMA)

    assert content == Content(values=body)
    assert read_content(content.values, schema.SCHEMA) == content


@given(NAMES, NAMES)
def test_generated_names_never_touch_other_properties(
    current: dict[str, Any], changes: dict[str, Any]
) -> None:
    completed = with_generated_names(changes, current)

    assert completed.items() >= changes.items()
    assert completed.keys() - changes.keys() <= {"displayName", "fileAs"}


@pytest.mark.parametrize(
    ("contact", "display_name", "file_as"),
    [
        ({"givenName": "Grace", "middleName": "B.", "surname": "Hopper"},
         "Grace B. Hopper", "Hopper, Grace B."),
        ({"surname": "Hopper"}, "Hopper", "Hopper"),
        ({"givenName": "Grace"}, "Grace", "Grace"),
        ({"companyName": "Navy"}, "Navy", "Navy"),
        ({}, None, None),
    ],
)  # fmt: skip
def test_new_contact_is_named_after_its_parts(
    contact: dict[str, Any], display_name: str | None, file_as: str | None
) -> None:
    named = with_generated_names(contact, None)

    assert (named["displayName"], named["fileAs"]) == (display_name, file_as)


def test_own_file_as_is_kept_when_the_name_changes() -> None:
    current = {"givenName": "Grace", "surname": "Hopper", "fileAs": "The Admiral"}

    assert "fileAs" not in with_generated_names({"surname": "H"}, current)
    generated = {**current, "fileAs": "Hopper, Grace"}
    assert with_generated_names({"surname": "H"}, generated)["fileAs"] == "H, Grace"


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))
def test_written_instant_reads_back(moment: datetime) -> None:
    exact = moment.replace(tzinfo=UTC, microsecond=0)

    assert schema.read_instant("birthday", schema.format_instant(exact)) == exact


@pytest.mark.parametrize("value", [7, "", "2026-1-1", "2026-01-01T25:00:00Z", "2026-01-01T00:00"])
def test_no_instant_is_refused(value: object) -> None:
    with pytest.raises(Failure, match=r"Edm\.DateTimeOffset"):
        schema.read_instant("birthday", value)


def test_ids_have_the_lengths_seen_and_never_meet() -> None:
    immutable = [ids.immutable_id(n) for n in range(500)]
    default = [ids.default_id(n) for n in range(500)]

    assert {len(i) for i in immutable} == {72}
    assert {len(i) for i in default} == {140}
    assert len({*immutable, *default}) == 1000
    assert all(ids.is_well_formed(i) for i in immutable + default)
