"""Calls of many rows: what is known when one of them fails."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.errors import Retry, Stop
from syncline.plugin.requests import Deferred, Gone, Unknown
from syncline_salesforce.rest.batches import in_batches
from syncline_salesforce.rest.errors import QueryRefused


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (Retry("busy", after=3.0, reached=False), Deferred),
        (Retry("broke off"), Unknown),
        (QueryRefused("no"), Deferred),
        (Stop("full"), Unknown),
    ],
)
def test_a_failure_after_the_first_call_keeps_what_was_answered(
    problem: Exception, kind: type
) -> None:
    def send(batch: Any) -> list[Any]:
        if batch[0] > 1:
            raise problem
        return [Gone()] * len(batch)

    outcomes = in_batches([1, 1, 2, 2, 3], 2, send)
    assert [type(each) for each in outcomes] == [Gone, Gone, kind, kind, Deferred]


def test_a_failure_of_the_first_call_is_the_failure_of_the_batch() -> None:
    def send(batch: Any) -> list[Any]:
        raise Retry("broke off")

    with pytest.raises(Retry):
        in_batches([1, 2], 2, send)
