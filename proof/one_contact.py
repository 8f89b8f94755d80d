"""One contact, linked, and edited on both sides."""

from __future__ import annotations

from syncline.testing.rehearsal import EngineWorld, person


def linked(world: EngineWorld, **fields: str) -> None:
    """It is on both sides, and settled."""
    world.left.create("ada", person("Grace", "Hopper", **fields))
    world.settle()


def both_edit(world: EngineWorld, left: str = "left", right: str = "right") -> None:
    """The title, by the left side first."""
    world.left.update(world.only(world.left), {"job_title": left})
    world.clock.advance(10)
    world.right.update(world.only(world.right), {"job_title": right})


def titles(world: EngineWorld) -> tuple[object, object]:
    """The job titles of both sides."""
    [left], [right] = world.shown(world.left), world.shown(world.right)
    return left.get("job_title"), right.get("job_title")
