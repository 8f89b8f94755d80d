"""Lanes that the configuration has no more: a member who left, a sync that was taken out.

Only a run over everything can tell, once it has resolved its lanes, and brought them in line with
their names. What is switched off, and whom it could not reach, is configured all the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, true

from syncline.engine.lanes import Lane
from syncline.engine.world import World
from syncline.model.reports import LaneName
from syncline.policy.settings import Configuration
from syncline.state.lanes import IN_USE, LANE, retire


def retire_others(world: World, configuration: Configuration, resolved: Iterable[Lane]) -> None:
    """Retire the lanes that are not among these, and have no name that the configuration knows, or
    one that another lane has now: the accounts it stands for are other ones. Not those of a run
    that began later, and has another configuration.
    """
    known = {
        LaneName(sync.name, policy.type.name, *member.accounts)
        for sync in configuration.syncs.values()
        for policy in sync.objects.values()
        for member in sync.members
    }
    running = {lane.id: lane.name for lane in resolved}
    known -= {*running.values()}
    columns = (LANE.c.id, LANE.c.sync, LANE.c.type, LANE.c.left_name, LANE.c.right_name)
    earlier = true() if world.epoch is None else LANE.c.configured <= world.epoch
    with world.database.transaction() as tx:
        lanes = tx.execute(select(*columns).where(IN_USE, earlier)).all()
        retire(
            tx, [id for id, *name in lanes if id not in running and LaneName(*name) not in known]
        )
