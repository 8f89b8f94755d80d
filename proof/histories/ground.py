"""What a history stands on: the world, what people did in it, and what the state holds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from proof.histories.border import Border, drawn
from proof.histories.kept import Kept
from proof.histories.owners import Owners
from proof.histories.past import Past
from proof.histories.process import Process
from proof.histories.questions import Questions
from proof.ledger import Ledger
from syncline.model.sides import SIDES, PerSide
from syncline.run.session import Session
from syncline.testing.rehearsal import EngineWorld


class Ground:
    """`members`: everybody who ever took part. `borders`: who was ever in the data sets; `past`:
    what may still explain a difference; `counted`: what was played.
    """

    def __init__(self, world: EngineWorld, folder: Path) -> None:
        self.world, self.members = world, world.people
        self.kept = Kept(folder)
        self.process = Process(world, self.kept)
        self.stores = PerSide(world.left, world.right)
        self.ledger = Ledger(self.stores)
        self.borders: PerSide[Border] = drawn(self.ledger, world.policy.where)
        self.owners = Owners(self.ledger)
        self.past = Past(self.ledger, self.owners)
        self.questions = Questions(self.kept, self.stores)
        self.counted: Counter[str] = Counter()

    def session(self) -> Session:
        """The open session; a new process after a death, or with another configuration."""
        return self.process.session()

    def look_at_borders(self) -> None:
        """Who is in the data sets now."""
        for side in SIDES:
            for each in self.ledger.live(side):
                self.borders[side].look(each)
