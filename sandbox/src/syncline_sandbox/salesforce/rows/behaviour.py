"""What rows of one object do beyond what its fields say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncline_sandbox.salesforce.errors import RowError
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.store.records import Values

Settled = tuple[Values, list[RowError]]
"""What to store instead of what was sent, and what is wrong with it."""


def _as_sent(org: Org, values: Values, stored: Values) -> Settled:
    return values, []


def _complete(values: Values, stored: Values) -> Values:
    return values


@dataclass(frozen=True)
class Behaviour:
    """`settle(org, values, stored)` looks over the values of a write, each of which is accepted by
    its field; `complete(values, stored)` adds what the service itself puts together. `stored` is
    the row before, empty for an insert.
    """

    settle: Callable[[Org, Values, Values], Settled] = _as_sent
    complete: Callable[[Values, Values], Values] = _complete
