"""Where lists of accounts enter core: what of each account can be relied on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from syncline.plugin.checked import can_be_kept, is_name
from syncline.plugin.requests import Account, AccountPage

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
