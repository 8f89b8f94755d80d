"""Random stories of several lanes over one feed, each from one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from proof.several_lanes import (
    STORES,
    AddSecond,
    Deed,
    Event,
    People,
    Run,
    Settle,
    Step,
    Story,
    What,
)


def random_story(seed: str) -> Story:
    """The story of a seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    people = [_people(chance, "create") for _each in range(chance.randint(3, 6))]
    steps: list[Step] = [*people, *([Settle()] if chance.random() < 0.7 else [])]
    for _step in range(chance.randint(3, 8)):
        steps.extend(_people(chance) for _each in range(chance.randint(0, 3)))
        draw = chance.random()
        if draw < 0.2:
            steps.append(AddSecond(chance.random() < 0.7))
        elif draw < 0.3:
            steps.append(Settle())
        else:
            steps.append(_run(chance))
    return Story(chance.choice([1, 2, 2, 100]), tuple(steps))


def _run(chance: random.Random) -> Run:
    members = chance.choice([(), ("ada",), ("bob",), ("bob",)])
    events = tuple(_event(chance) for _number in range(chance.choice([0, 1, 2, 3])))
    return Run(members, events)


def _event(chance: random.Random) -> Event:
    what: Sequence[What] = ("fail", "resync", "die", "another run", "another run")
    happens = chance.choice(what) if chance.random() < 0.7 else _people(chance)
    at_write = happens != "resync" and chance.random() < 0.2
    return Event(chance.choice(STORES), chance.randint(1, 3), happens, at_write)


def _people(chance: random.Random, deed: Deed | None = None) -> People:
    deeds: Sequence[Deed] = ("create", "edit", "edit", "edit", "delete")
    drawn: Deed = chance.choice(deeds) if deed is None else deed
    numbers = (chance.randrange(2), chance.randrange(5), chance.randrange(3))
    return People(drawn, chance.choice(STORES), *numbers)
