"""Who has an account in a memory store: by name, or everybody, page by page."""

from __future__ import annotations

from collections.abc import Iterable

from syncline.connectors.memory.store import MemoryStore
from syncline.plugin.requests import Account, AccountListRequest, AccountPage


def named(store: MemoryStore, names: Iterable[str]) -> tuple[Account, ...]:
    """The accounts of these names; unknown ones are left out."""
    known = store.accounts
    return tuple(Account(id=known[name], name=name) for name in names if name in known)


def page(store: MemoryStore, request: AccountListRequest) -> AccountPage:
    """A page of all accounts, in the order of their names."""
    size = min(request.page_size or store.options.page_size, store.options.page_size)
    after = request.next["after"] if request.next else ""
    rest = sorted(name for name in store.accounts if name > after)
    following = {"after": rest[size - 1]} if len(rest) > size else None
    return AccountPage(accounts=named(store, rest[:size]), next=following)
