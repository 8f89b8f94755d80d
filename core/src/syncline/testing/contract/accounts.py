"""Group 2, continued: lists of accounts, for connectors that can tell who there is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from syncline.model.records import Json
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.requests import Account, AccountListRequest, AccountPage, AccountsRequest
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.system import System
from syncline.testing.world import MOST_PAGES, Opener

ONE = 1
"""The smallest page: the two accounts of the system then take more than one."""


class AccountsContract(ContractBase):
    """Everybody, once, page by page, under names that resolve."""

    @pytest.fixture
    def lister(self, system: System, opener: Opener) -> ConnectionHandle:
        """A connection that can list accounts."""
        handle = opener.open(system.settings())
        require(handle.can_list_accounts, "the connector has no list_accounts")
        return handle

    def test_every_account_is_listed_once(self, system: System, lister: ConnectionHandle) -> None:
        """Whatever the page size, nobody is missing and nobody comes twice."""
        resolved = lister.accounts(AccountsRequest(names=system.accounts)).accounts
        for size in (None, ONE):
            ids = [account.id for account in _all(lister, size)]
            assert {account.id for account in resolved} <= set(ids)
            assert len(ids) == len(set(ids))

    def test_listed_names_resolve_to_the_listed_accounts(self, lister: ConnectionHandle) -> None:
        """What a list says can be written into the configuration."""
        listed = {account.name: account.id for account in _all(lister)}
        resolved = lister.accounts(AccountsRequest(names=tuple(listed))).accounts
        assert {account.name: account.id for account in resolved} == listed

    def test_a_list_goes_on_in_another_process(
        self, system: System, opener: Opener, lister: ConnectionHandle
    ) -> None:
        """`next` is all a connector needs to go on."""
        first = next(_pages(lister, ONE))
        require(first.next is not None, "all accounts are one page here")
        again = opener.open(system.settings())
        kept = json.loads(json.dumps(first.next))
        rest = [each.id for page in _pages(again, ONE, kept) for each in page.accounts]
        ids = [each.id for each in first.accounts] + rest
        assert sorted(ids) == sorted(each.id for each in _all(lister))


def _all(lister: ConnectionHandle, size: int | None = None) -> list[Account]:
    return [account for page in _pages(lister, size) for account in page.accounts]


def _pages(lister: ConnectionHandle, size: int | None, next: Json = None) -> Iterator[AccountPage]:
    for _ in range(MOST_PAGES):
        page = lister.list_accounts(AccountListRequest(next=next, page_size=size))
        yield page
        next = page.next
        if next is None:
            return
    pytest.fail(f"the list of accounts goes on after {MOST_PAGES} pages")
