"""Group 2, check: right settings pass, wrong ones each give their own error and a way out."""

from __future__ import annotations

import pytest

from syncline.errors import SynclineError
from syncline.plugin.requests import (
    AccountsRequest,
    CheckReport,
    CheckRequest,
    CheckResult,
    ContainersRequest,
)
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.system import System
from syncline.testing.world import Opener, World


class CheckContract(ContractBase):
    """Credentials, identity, accounts, folders."""

    def test_right_settings_pass_the_check(self, world: World) -> None:
        """The report says which system it is, and what can be done there."""
        report = world.handle.check(
            CheckRequest(types=(world.type.name,), accounts=(world.account_id,), thorough=True)
        )
        assert report.ok, report.results
        assert report.store
        assert world.type.name in report.types
        assert report.server_time is None or report.server_time.tzinfo is not None

    def test_the_store_keeps_its_identity(self, system: System, opener: Opener) -> None:
        """Two connections to one system see the same store."""
        stores = {opener.open(system.settings()).check(CheckRequest()).store for _ in range(2)}
        assert len(stores) == 1

    def test_the_system_offers_no_field_that_is_not_declared(self, world: World) -> None:
        """`check` narrows the declaration, it does not widen it."""
        declared = next(t for t in self.connector_type.types if t.name == world.type.name)
        assert world.spec.readable <= declared.readable

    def test_wrong_settings_are_refused(self, system: System, opener: Opener) -> None:
        """Each with the error it deserves, and a hint."""
        cases = system.wrong_settings()
        require(cases, "the system knows no wrong settings")
        for what, (settings, expected) in cases.items():
            try:
                report = opener.open(settings).check(CheckRequest(thorough=True))
            except SynclineError as error:
                assert type(error) is expected, f"{what}: {error!r}"
                assert error.hint, f"{what}: no hint"
            else:
                _assert_reported(what, report)

    def test_accounts_are_resolved_to_their_ids(self, world: World) -> None:
        """Known names to ids that differ, unknown names are left out."""
        names = (*world.system.accounts, "nobody.at.all@example.invalid")
        found = world.handle.accounts(AccountsRequest(names=names)).accounts
        assert {each.name for each in found} == set(world.system.accounts)
        assert len({each.id for each in found}) == 2

    def test_containers_have_paths(self, world: World) -> None:
        """The default one has the path "", no path occurs twice."""
        require(world.spec.containers, "the type has no containers")
        request = ContainersRequest(type=world.type.name, account=world.account_id)
        containers = world.handle.containers(request).containers
        paths = [each.path for each in containers]
        assert "" in paths
        assert len(paths) == len(set(paths))
        assert len({each.id for each in containers}) == len(containers)


def _assert_reported(what: str, report: CheckReport) -> None:
    errors: list[CheckResult] = [each for each in report.results if each.level == "error"]
    if not errors:
        pytest.fail(f"{what}: the check passed")
    assert all(each.hint for each in errors), f"{what}: an error without a hint"
