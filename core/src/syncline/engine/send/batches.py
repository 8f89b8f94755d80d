"""Prepared writes in the calls that carry them: in groups that may share calls, and in batches of
the sizes that each service declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from syncline.engine.write import Prepared
from syncline.model.reports import Action
from syncline.plugin.requests import Update


def grouped(prepared: Sequence[Prepared]) -> list[list[Prepared]]:
    """What may share batches: same feed, same kind of write, same account where it must be."""
    found: dict[tuple[Any, ...], list[Prepared]] = {}
    for each in prepared:
        account = None if each.feed.spec.spans_accounts else each.operation_account
        key = (each.feed.connection.name, each.feed.id, each.action, account, _conditional(each))
        found.setdefault(key, []).append(each)
    return list(found.values())


def _conditional(each: Prepared) -> bool:
    return isinstance(each.operation, Update) and each.operation.version is not None


def batches_of(group: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    """The calls of a group, each as large as the service takes."""
    spec = group[0].feed.spec
    size = {
        Action.CREATE: spec.create_batch,
        Action.UPDATE: spec.conditional_batch if _conditional(group[0]) else spec.update_batch,
        Action.DELETE: spec.delete_batch,
    }[group[0].action]
    for start in range(0, len(group), max(1, size)):
        yield group[start : start + max(1, size)]
