"""What a history stands on: the world, what people did in it, and what the state holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from proof.histories.border import Border
from proof.histories.kept import Kept
from proof.histories.owners import Owners
from proof.histories.past import Past
from proof.histories.process import Process
from proof.histories.questions import Questions
from proof.ledger import Ledger
from syncline.connectors.memory import MemoryStore
from syncline.model.sides import SIDES, PerSide
from syncline.run.session import Session
from syncline.testing.rehearsal import EngineWorld


@dataclass
class Ground:
    """`members`: everybody who ever took part. `borders`: who was ever in the data sets; `past`:
    what may still explain a difference; `counted`: what was played.
    """

    world: EngineWorld
    kept: Kept
    process: Process
    stores: PerSide[MemoryStore]
    ledger: Ledger
    borders: PerSide[Border]
    owners: Owners
    past: Past
    questions: Questions
    members: tuple[str, ...]
    counted: Counter[str]

    def session(self) -> Session:
        """The open session; a new process after a death, or with another configuration."""
        return self.process.session()

    def look_at_borders(self) -> None:
        """Who is in the data sets now."""
        for side in SIDES:
            for each in self.ledger.live(side):
                self.borders[side].look(each)
