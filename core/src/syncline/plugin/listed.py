"""Where accounts and containers enter core: what of each can be relied on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from syncline.plugin.checked import can_be_kept, is_name
from syncline.plugin.requests import Account, AccountPage, Container, Containers

DISPLAYED_AT_MOST: Final = 500
"""Characters of a name that is only shown."""


def listed(page: AccountPage) -> AccountPage:
    """The page with the accounts that can be told apart and named; each id once, since a list that
    moves while it is read may show somebody twice.

    Raises:
        TypeError, ValueError: the place to go on from cannot be kept as JSON.

    """
    json.dumps(page.next)  # as another process will get it
    usable = {each.id: _shown(each) for each in page.accounts if _is_account(each)}
    return replace(page, accounts=tuple(usable.values()))


def found(answer: Containers) -> Containers:
    """The accounts and containers that can be told apart and named. What is left out is one that
    nobody knows: it costs its own members only.
    """
    return replace(
        answer,
        accounts=tuple(_shown(each) for each in answer.accounts if _is_account(each)),
        containers=tuple(_placed(each) for each in answer.containers if _is_container(each)),
    )


def _is_container(each: object) -> bool:
    if not isinstance(each, Container) or not is_name(each.id):
        return False
    return each.path == "" or is_name(each.path)


def _placed(container: Container) -> Container:
    return replace(container, also=_names(container.also, container.path))


def _is_account(each: object) -> bool:
    return isinstance(each, Account) and is_name(each.id) and is_name(each.name)


def _shown(account: Account) -> Account:
    return replace(
        account,
        display_name=_words(account.display_name),
        also=_names(account.also, account.name),
    )


def _words(text: object) -> str:
    return text[:DISPLAYED_AT_MOST] if isinstance(text, str) and can_be_kept(text) else ""


def _names(names: object, known: str) -> tuple[str, ...]:
    """Further names that can be used, each once."""
    given: Iterable[object] = names if isinstance(names, tuple | list) else ()
    return tuple(dict.fromkeys(str(each) for each in given if is_name(each) and each != known))
