"""Random stories, each from one seed.

Drawn with weights of our own and not by hypothesis: its generation favours small and similar
examples, so that of a hundred histories few had both an edit and a fault, and planted faults of
the engine went unseen. A story draws a theme first, so that what belongs together comes together.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from proof.histories.deeds import INSIDE, Deed, People
from proof.histories.events import FAULTS, RIVALS, At, Event
from proof.histories.services import QUIRKS
from proof.histories.story import (
    Ahead,
    Configure,
    Decide,
    Look,
    LoseState,
    Settle,
    Start,
    Step,
    Story,
    Wait,
    Work,
)
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import (
    Conflict,
    Direction,
    Drift,
    FieldRule,
    GuardLimits,
    LeftScope,
    Merge,
    Records,
    SharedDelete,
)

T = TypeVar("T")

EDITS: Final[tuple[Deed, ...]] = (
    "edit", "edit", "edit", "edit", "add", "add", "drop", "clear", "create", "delete", "delete",
    "touch", "agree", "agree",
)  # fmt: skip
THEMES: Final[dict[str, tuple[Deed, ...]]] = {
    "again": ("again", "meet", "restore", "restore", "delete", "create"),
    "merge": ("merge", "merge", "edit"),
    "places": ("leave", "leave", "enter", "enter", "edit"),
    "access": ("hide", "show", "show", "forbid", "allow"),
    "locks": ("lock", "half lock", "unlock", "edit"),
    "many": ("empty", "wipe", "delete", "create", "create", "restore"),
    "spoiled": ("spoil", "spoil", "mend", "edit"),
    "rounds": ("edit", "edit", "touch", "spoil", "mend", "give"),
    "known": ("meet", "delete", "again", "edit"),
    "odd": ("refused", "accept", "expire", "expire", "touch"),
    "alike": ("edit", "add", "agree", "agree", "agree"),
    "names": ("name", "name", "name", "agree", "edit"),
    "times": ("no zone", "ahead", "ahead", "edit", "create"),
}
_NONE, _BOTH = Direction.NONE, Direction.BOTH
_SMALL_GUARDS = GuardLimits(deletions=1, deletion_share=0.1, cleared_share=0.3, minimum_links=3)
_OWN = PerSide(Records.OWN, Records.OWN)
CHOICES: Final[dict[str, Sequence[Any]]] = {
    "direction": [Direction.BOTH] * 4 + [Direction.LEFT_TO_RIGHT, Direction.RIGHT_TO_LEFT],
    "conflict": list(Conflict),
    "merge": list(Merge),
    "create": [PerSide(True, True)] * 4 + [PerSide(True, False), PerSide(False, True)],
    "delete": [PerSide(True, True)] * 4 + [PerSide(True, False), PerSide(False, True)],
    "where": [PerSide(None, None)] * 4 + [PerSide(INSIDE, None), PerSide(None, INSIDE)],
    "left_scope": [LeftScope.KEEP] * 3 + [LeftScope.DELETE],
    "drift": [Drift.IGNORE] * 3 + [Drift.REVERT],
    "records": [_OWN] * 3 + [PerSide(Records.OWN, Records.VISIBLE)],
    "shared_delete": [SharedDelete.SEVER] * 2 + [SharedDelete.PROPAGATE],
    "match": [("email", "name+company")] * 4 + [(), ("name",)],
    "guards": [GuardLimits()] * 3 + [_SMALL_GUARDS],
    "fields": [{}] * 5
    + [
        {"notes": FieldRule(Direction.NONE)},
        {"job_title": FieldRule(Direction.LEFT_TO_RIGHT)},
        {"company": FieldRule(Direction.RIGHT_TO_LEFT)},
        {"suffix": FieldRule(Direction.NONE)},
    ],
}
"""What of a policy is drawn: from lists in which the usual stands several times."""
AT: Final[Sequence[tuple[At, int]]] = (
    ("write", 1), ("write", 2), ("write", 4), ("ids", 2), ("changes", 2), ("changes", 4),
    ("match", 1), ("keys", 2), ("commit", 12), ("commit", 30), ("any", 40),
)  # fmt: skip

RUNS_OF_OTHERS: Final[Sequence[tuple[At, int]]] = (
    ("write", 1), ("write", 2), ("write", 4), ("commit", 30),
)  # fmt: skip
"""Where the run of another member comes in who knows the same people."""


def random_story(seed: str) -> Story:
    """The story of a seed."""
    return _Author(random.Random(seed)).story()  # noqa: S311 - no secret


@dataclass
class _Author:
    chance: random.Random
    themes: Sequence[str] = ()

    def story(self) -> Story:
        self.themes = themes = self._some(list(THEMES), 2)
        deeds = [deed for theme in themes for deed in THEMES[theme]]
        changing = self._rarely(0.6 if "places" in themes else 0.35)
        start = self._start(themes)
        steps = [self._step(deeds, changing) for _step in range(self.chance.randint(3, 8))]
        if "alike" in themes:
            steps += self._agreed_and_edited()
        if "names" in themes:
            steps += self._mapped_from_now_on()
        return Story(start, tuple(steps))

    def _start(self, themes: Sequence[str]) -> Start:
        policy = {name: self.chance.choice(some) for name, some in CHOICES.items()}
        if "places" in themes:
            policy["where"] = self.chance.choice([PerSide(INSIDE, None), PerSide(None, INSIDE)])
            policy["left_scope"] = self.chance.choice(list(LeftScope))
        if "known" in themes:
            policy["match"] = CHOICES["match"][0]  # or nobody could tell that they are the same
        if "alike" in themes:
            policy["direction"] = Direction.BOTH
        if "many" in themes:
            policy["guards"] = _SMALL_GUARDS
        left, right = self._quirks(), self._quirks()
        if self._side_by_side:
            right = ("one feed", "one by one")
        if "capitals later" in (*left, *right):
            policy["drift"] = Drift.IGNORE  # or they would take turns for ever
        sides = [self.chance.choice(list(Side)) for _record in range(self.chance.randint(2, 4))]
        people = [People("create", side, self._few(2), self._few(3)) for side in sides]
        if self._rarely(0.3):
            people.append(People("meet", self.chance.choice(list(Side)), self._few(4)))
        return Start(
            left=left,
            right=right,
            policy=policy,
            members=self._members(),
            skew=PerSide(*(self.chance.choice([0.0] * 4 + [-40.0, 45.0, 3600.0]) for _s in "lr")),
            people=tuple(people),
            in_step=self._rarely(0.7),
        )

    def _members(self) -> tuple[str, ...]:
        several = self._side_by_side or self._rarely(0.25)
        return ("ada", "bob") if several else ("ada",)

    @property
    def _side_by_side(self) -> bool:
        """Whether two members have a system in common, each in runs of their own."""
        return not {"rounds", "known"}.isdisjoint(self.themes)

    def _quirks(self) -> tuple[str, ...]:
        """Without ids that are used again: an id is all by which the engine knows a record."""
        return self._some([each for each in QUIRKS if each != "ids again"], 2)

    def _step(self, deeds: Sequence[Deed], changing: bool) -> Step:
        draw = self.chance.random()
        if draw < 0.70:
            return self._work(deeds, changing)
        if changing and draw < 0.84:
            return self._configure()
        if draw < 0.88:
            return Settle(full=self._rarely(0.3))
        if draw < 0.92:
            return Wait(self.chance.choice([0.4, 70.0, 700.0, 90_000.0]), self._rarely(0.5))
        if draw < 0.95:
            return Decide(self.chance.choice(list(Side)))
        if draw < 0.965:
            return Ahead(self.chance.choice([400.0, 90_000.0, 2 * 365 * 86_400.0]))
        return LoseState() if draw > 0.985 else Look()

    def _work(self, deeds: Sequence[Deed], changing: bool) -> Work:
        people = [self._people(deeds) for _deed in range(self.chance.randint(1, 3))]
        events = [self._event(deeds) for _event in range(self.chance.choice([0, 1, 1, 2]))]
        if "known" in self.themes and self._rarely(0.6):
            people += [each for _person in range(2) for each in self._known_to_two()]
        if "alike" in self.themes and self._rarely(0.6):
            people += self._typed_twice()
        if self._side_by_side and self._rarely(0.6):
            member = self.chance.choice(("ada", "bob"))
            if "rounds" in self.themes and self._rarely(0.4):
                people += self._typed_twice()
                return Work(tuple(people), self._noted_by_the_other(), alone=(member,))
            return Work(tuple(people), (*events, self._run_of_the_other()), alone=(member,))
        if not changing or self._rarely(0.8):
            return Work(tuple(people), tuple(events))
        at, most = self.chance.choice(AT)
        rival = self.chance.choice(RIVALS)
        beside = Event(self.chance.randint(1, most), self._moment(), rival, at)
        return Work(tuple(people), (*events, beside), self._configure())

    def _known_to_two(self) -> tuple[People, People]:
        """Both members enter a person."""
        first = self._few(2)
        return People("create", Side.LEFT, first), People("meet", Side.LEFT, -1, 1 - first)

    def _typed_twice(self) -> tuple[People, People]:
        """Two people type the same, each on one side."""
        side = self.chance.choice(list(Side))
        return self._edit(side), People("agree", side.other)

    def _agreed_and_edited(self) -> tuple[Step, ...]:
        """What two people typed alike is what the next edit is compared with."""
        first, second = self._typed_twice()
        again = replace(first, side=self.chance.choice(list(Side)))
        return Work((first, second)), Settle(full=False), Work((again,))

    def _mapped_from_now_on(self) -> tuple[Step, ...]:
        """A part of a name was not mapped; each side has its own. Then it is, when another part is
        edited.
        """
        apart, both = ({"suffix": FieldRule(direction)} for direction in (_NONE, _BOTH))
        record, side = self._few(2), self.chance.choice(list(Side))
        own = tuple(People("name", each, record, 1) for each in Side)
        renamed = Work((People("name", side, record, 0),))
        mapped = Configure(policy={"fields": both})
        return Configure(policy={"fields": apart}), Work(own), Settle(), mapped, renamed

    def _edit(self, side: Side) -> People:
        """Of few records, so that one is edited several times."""
        return People("edit", side, self._few(2), self._few(2))

    def _run_of_the_other(self) -> Event:
        """After a page that was read; or among writes: what was claimed for a batch that is still
        to come is not there yet.
        """
        at, most = self.chance.choice(RUNS_OF_OTHERS) if "known" in self.themes else ("changes", 4)
        return Event(self.chance.randint(1, most), "after", "another run", at)

    def _noted_by_the_other(self) -> tuple[Event, Event]:
        """Something is edited, and the other's run notes it, while this one may just be settling
        what both sides held alike before that.
        """
        point = self.chance.randint(12, 30)
        edit = Event(point, "after", self._edit(Side.RIGHT), "commit")
        return edit, Event(point, "after", "another run", "commit")

    def _configure(self) -> Configure:
        members = self.chance.choice([(), (), ("ada",), ("ada", "bob"), ("bob",)])
        name = self.chance.choice([each for each in CHOICES if each != "drift"])
        return Configure(members, {name: self.chance.choice(CHOICES[name])})

    def _people(self, deeds: Sequence[Deed]) -> People:
        special = bool(deeds) and self._rarely(0.4)
        deed = self.chance.choice(deeds if special else EDITS)
        return People(deed, self.chance.choice(list(Side)), self._few(4), self._few(3))

    def _event(self, deeds: Sequence[Deed]) -> Event:
        at, most = self.chance.choice(AT)
        draw = self.chance.random()
        what: Any = self._people(deeds)
        if draw < 0.45:
            what = self.chance.choice(FAULTS)
        elif draw < 0.55:
            what = self.chance.choice(RIVALS)
        return Event(self.chance.randint(1, most), self._moment(), what, at)

    def _moment(self) -> Any:
        return self.chance.choice(("before", "after"))

    # --- chance ---------------------------------------------------------------------------------

    def _rarely(self, share: float) -> bool:
        return self.chance.random() < share

    def _few(self, number: int) -> int:
        return self.chance.randrange(number)

    def _some(self, of: Sequence[str], most: int) -> tuple[str, ...]:
        return tuple(self.chance.sample(of, self.chance.randint(0, most)))
