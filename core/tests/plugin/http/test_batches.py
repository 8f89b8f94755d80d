"""Calls of many rows: what is known when one of them fails."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.errors import Reconnect, Retry, Stop
from syncline.plugin.http import bisected, in_batches
from syncline.plugin.requests import Deferred, Gone, Outcome, Rejected, Unknown


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (Retry("busy", after=3.0, reached=False), Deferred),
        (Retry("broke off"), Unknown),
        (Reconnect("refused as it was written"), Deferred),
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

    outcomes = in_batches(
        [1, 1, 2, 2, 3], 2, send, undone=lambda failure: isinstance(failure, Reconnect)
    )
    assert [type(each) for each in outcomes] == [Gone, Gone, kind, kind, Deferred]


def test_a_failure_of_the_first_call_is_the_failure_of_the_batch() -> None:
    def send(batch: Any) -> list[Any]:
        raise Retry("broke off")

    with pytest.raises(Retry):
        in_batches([1, 2], 2, send)


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_one_that_is_wrong_costs_itself_at_a_service_that_then_does_nothing(
    good: list[bool],
) -> None:
    done: list[int] = []

    def send(batch: Any) -> list[Outcome] | None:
        if all(good[each] for each in batch):
            done.extend(batch)
            return [Gone()] * len(batch)
        return [Rejected(kind="invalid", message="no", code="1")] if len(batch) == 1 else None

    outcomes = bisected(range(len(good)), send)

    assert [isinstance(each, Gone) for each in outcomes] == good
    assert done == [number for number, fine in enumerate(good) if fine], "each once, in order"


def test_a_single_operation_has_an_outcome() -> None:
    with pytest.raises(ValueError, match="single"):
        bisected([1], lambda _batch: None)
