"""Changing the installation's key, so that a run afterwards takes nothing for edited."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from syncline.engine.intake.rebase import set_aside
from syncline.errors import UsageError
from syncline.model.sides import SIDES
from syncline.plugin.secrets import Secret
from syncline.policy.settings import StateSettings
from syncline.state import rekey as state
from syncline.state.database import Database
from syncline.state.lanes import LANE
from syncline.state.vault import Vault, require_not_guessable


@dataclass(frozen=True)
class Rekeyed:
    """How many sealed values have the new key. `already`: it had been the key before."""

    values: int
    already: bool = False


def rekey(settings: StateSettings, secret: Secret, now: float) -> Rekeyed:
    """Give the state database another key, in one transaction: it is the old key's or the new
    one's, never something in between. The configuration is the caller's to change.

    Sealed values are sealed anew. Digests cannot be: values are not kept. What is known of each
    base is set aside, and found again when the record is read at the same version.

    Raises:
        UsageError: the new key is the one that is configured.
        ConfigurationError: a key is not where its reference says.
        Busy, StateError: somebody works with the state, or it cannot be used, or the new key could
            be guessed.

    """
    old, new = (
        Vault.from_key(each.resolve().get_secret_value()) for each in (settings.key, secret)
    )
    require_not_guessable(new)
    if old.key_id == new.key_id:
        raise UsageError("the new key is the one that [state] key names already")
    if Database.key_fits(settings.url, new):
        return Rekeyed(0, already=True)
    database = Database.open(settings.url, old)
    try:
        with database.transaction() as tx:
            return Rekeyed(_change(tx, old, new, now))
    finally:
        database.close()


def _change(tx: Connection, old: Vault, new: Vault, now: float) -> int:
    state.require_quiet(tx, now)
    for lane_id in list(tx.scalars(select(LANE.c.id))):
        for side in SIDES:
            set_aside(tx, lane_id, side)
    count = state.reseal(tx, old, new)
    state.forget_digests(tx)
    state.note_key(tx, new)
    return count
