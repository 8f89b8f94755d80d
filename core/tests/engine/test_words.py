"""Operations in the words of people."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pytest

from syncline.engine.words import label, with_names
from syncline.model.contact import CONTACT
from syncline.model.fields import LONG_TEXT, Value
from syncline.model.objects import CanonicalModel, object_type


@pytest.mark.parametrize("left", ["outlook", "right"])
@pytest.mark.parametrize("right", ["crm", "left"])
def test_a_reason_names_the_winning_connection_whatever_it_is_called(left: str, right: str) -> None:
    said = "changed on both sides: left wins (left_wins); first sync: right wins (newest_wins)"

    assert with_names(said, left, right) == (
        f"changed on both sides: {left} wins ({left}_wins); first sync: {right} wins (newest_wins)"
    )


PLUGIN = "(decided by judge: I told them\nleft wins (always))"


@pytest.mark.parametrize("end", ["", ", but creating is switched off there"])
def test_what_a_plugin_says_stays_as_it_said_it(end: str) -> None:
    reason = f"changed on both sides: left wins {PLUGIN}{end}; first sync: right wins {PLUGIN}{end}"

    assert with_names(reason, "outlook", "crm") == (
        f"changed on both sides: outlook wins {PLUGIN}{end}; first sync: crm wins {PLUGIN}{end}"
    )


@pytest.mark.parametrize(
    ("fields", "called"),
    [
        ({"given_name": "Grace", "company": "Navy"}, "Grace"),
        ({"display_name": "Navy", "company": "Army"}, "Navy"),
        ({"emails": ("g@x.example", "h@x.example")}, "g@x.example"),
        ({}, "(without a name)"),
    ],
)
def test_a_record_is_called_by_its_name_or_what_stands_for_it(
    fields: dict[str, Value], called: str
) -> None:
    assert label(CONTACT, fields) == called


class Report(CanonicalModel):
    """Its e-mails are a text about them."""

    emails: Annotated[str | None, LONG_TEXT] = None


def test_only_what_a_type_declares_as_addresses_calls_a_record() -> None:
    report = object_type("report", Report)

    assert label(report, {"emails": "Two were sent."}) == "(without a name)"
    assert label(replace(CONTACT, address_fields=()), {"emails": ("g@x.example",)}) == (
        "(without a name)"
    )
