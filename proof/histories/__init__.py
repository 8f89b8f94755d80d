"""Histories: people, faults and other runs around real runs, and an oracle that judges them.

    history = History(folder, left=…, right=…)
    history.people("create", Side.LEFT)
    history.run(Event(3, "after", "die", at="write"))
    history.settle()          # clean runs; then every promise is checked

Drawn from a seed (`chance.py`), or replayed: what happens, and when, is made of names and small
numbers, so that a failing history can be copied into a test as it was printed.
"""

from proof.histories.deeds import INSIDE, REFUSED, Deed, People
from proof.histories.events import FAULTS, RIVALS, At, Event, Fault, Moment, Rival
from proof.histories.history import History

__all__ = [
    "FAULTS", "INSIDE", "REFUSED", "RIVALS", "At", "Deed", "Event", "Fault", "History", "Moment",
    "People", "Rival",
]  # fmt: skip
