"""Group 9, hygiene: no secret shows, connections close, accounts do not disturb each other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import BaseModel

from syncline.errors import SynclineError
from syncline.plugin.connector import ConnectorConfig
from syncline.plugin.requests import CheckRequest
from syncline.plugin.secrets import Secret
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.system import System
from syncline.testing.world import Opener, World


class HygieneContract(ContractBase):
    """What nobody notices until it is too late."""

    def test_no_secret_reaches_a_log_or_a_repr(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Everything is logged at DEBUG here, of every library."""
        config = self.connector_type.Config.model_validate(world.system.settings())
        secrets = list(_secrets(config))
        require(secrets, "the settings have no secrets")
        with caplog.at_level(logging.DEBUG):
            fresh = World.enter(world.system, world.opener, world.type)
            fresh.handle.check(CheckRequest(types=(world.type.name,), thorough=True))
            fresh.create(fresh.sample(1))
        shown = "\n".join((caplog.text, repr(config), str(config), repr(fresh.handle)))
        assert not [True for each in secrets if each in shown], "a secret is shown"

    def test_no_secret_reaches_an_exception(self, system: System, opener: Opener) -> None:
        """Also with wrong credentials."""
        cases = system.wrong_settings()
        require(cases, "the system knows no wrong settings")
        for settings, _expected in cases.values():
            config = self.connector_type.Config.model_validate(settings)
            secrets = list(_secrets(config))
            try:
                opener.open(settings).check(CheckRequest(thorough=True))
            except SynclineError as error:
                shown = f"{error!r} {error.hint} {error.context}"
                assert not [True for each in secrets if each in shown], "a secret is shown"

    def test_no_value_a_user_entered_reaches_a_log(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not even at DEBUG."""
        value = next(v for v in world.sample(77).values() if isinstance(v, str))
        with caplog.at_level(logging.DEBUG):
            applied = world.create(world.sample(77))
            world.update(applied.id, world.sample(77))
            list(world.pages())
        assert value not in caplog.text

    def test_calls_are_counted(self, world: World) -> None:
        """Checks, reads and writes apart, each HTTP request once."""
        before = world.handle.calls()
        assert before.checks >= 1
        list(world.pages())
        read = world.handle.calls()
        assert read.reads > before.reads
        world.create(world.sample(1))
        written = world.handle.calls()
        assert written.writes > read.writes

    def test_a_connection_can_be_closed_twice(self, world: World) -> None:
        """And is closed."""
        world.handle.close()
        world.handle.close()

    def test_two_accounts_in_two_threads_do_not_disturb_each_other(self, world: World) -> None:
        """Each thread finds in its account what it wrote there."""
        worlds = (world, world.other())

        def work(number: int) -> set[str]:
            mine = worlds[number]
            made = [
                mine.create(mine.sample(10 * (number + 1) + each), key=f"k{number}{each}").id
                for each in range(4)
            ]
            return set(made)

        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(work, (0, 1)))
        assert [set(each.stored()) for each in worlds] == made


def _secrets(config: ConnectorConfig | BaseModel) -> Iterator[str]:
    for value in dict(config).values():
        if isinstance(value, Secret):
            try:
                yield value.resolve().get_secret_value()
            except SynclineError:
                continue
        elif isinstance(value, BaseModel):
            yield from _secrets(value)
