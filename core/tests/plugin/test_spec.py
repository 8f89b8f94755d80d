"""What a connector declares of an object type."""

from __future__ import annotations

from dataclasses import replace

from syncline.connectors.memory import MemoryOptions

SPEC = MemoryOptions().spec()


def test_a_prediction_that_fails_foresees_nothing() -> None:
    def failing(fields):
        raise ValueError

    assert replace(SPEC, stored_as=failing).foreseen({"notes": "kept"}) == {"notes": "kept"}
