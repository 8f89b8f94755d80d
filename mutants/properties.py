"""The properties that are proved: those of the design's eight promises, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Property(NamedTuple):
    """A property: its name, and what must hold."""

    name: str
    sentence: str


PROPERTIES: Final[Mapping[str, Property]] = {
    "P1": Property(
        "convergence",
        "When people stop editing, at most three clean runs later every record that nothing "
        "excuses is linked, and both sides agree, each as far as it can hold it.",
    ),
    "P2": Property("fixpoint", "After that a run writes nothing, there or here."),
    "P3": Property(
        "nothing lost",
        "A value somebody entered is on a side, or was replaced by a rule that the policy states, "
        "and then it is in the history.",
    ),
    "P4": Property(
        "no unearned deletion",
        "What we delete, somebody deleted on the other side, or a setting says so; and its target "
        "is what we last saw of it.",
    ),
    "P5": Property(
        "no doubles", "One thing is created once, whatever is killed, times out or runs twice."
    ),
    "P6": Property("direction", "Nothing is written against the direction, in any phase."),
    "P7": Property(
        "permission",
        "Nothing is written that a switch or a permission rules out, and what is not mapped stays "
        "as it is.",
    ),
    "P8": Property(
        "crash",
        "A run that dies at any call or commit, before or after its effect, ends some runs later "
        "where it would have ended.",
    ),
    "P9": Property(
        "isolation",
        "A record, account or sync that fails holds up no other, and is not tried more often than "
        "its pauses allow.",
    ),
    "P10": Property(
        "guards",
        "Above its threshold a guard lets none of its operations pass; what it has held passes by "
        "an approval only, and an approval lets pass exactly what it was given for.",
    ),
    "P11": Property(
        "incomplete reads",
        "A pass that failed or was cut short lets nothing count as gone and moves no cursor.",
    ),
    "P12": Property(
        "cursor", "Every change is noticed; a late one by the overlap or by the sweep."
    ),
    "P13": Property("no echo", "An edit is carried over once, and does not come back."),
    "P14": Property(
        "symmetry and order",
        "Swapping the sides mirrors the outcome; the order of independent operations changes "
        "nothing.",
    ),
    "P15": Property(
        "lenses",
        "What is written is read back as predicted, writing what was read changes nothing, and "
        "reading never fails on what a service returned.",
    ),
    "P16": Property("merge", "A merge invents no value; what neither side removed stays."),
    "P17": Property(
        "scope",
        "Leaving the data set deletes nothing unless the policy says so; coming back restores the "
        "pair.",
    ),
    "P18": Property(
        "reconfiguration",
        "The first run after a change of what is looked at (direction, data set, folder, fields, "
        "matching) deletes nothing, and clears no field where one way becomes two; where two "
        "become one, the source wins as the plan shows.",
    ),
    "P19": Property(
        "two engines",
        "Of two engines over one state the one that was taken for dead commits nothing; a second "
        "installation stops and says so, and two that go on double and lose no record.",
    ),
    "P20": Property(
        "lost state",
        "With the state lost nothing is deleted, and nothing doubled where a service keeps our "
        "key or both sides still hold the same; what was edited since an older state waits.",
    ),
    "P21": Property(
        "plan",
        "A plan writes nothing, is the same each time, and is what a run then does; where only a "
        "service can tell what its own writes bring into a data set, it says so.",
    ),
    "P22": Property(
        "undo",
        "Undoing a run gives back what each record that was not edited since had held, and lists "
        "the others.",
    ),
    "P23": Property(
        "cost",
        "A run with nothing to do costs a fixed number of calls a feed; memory grows with what is "
        "dirty, not with what is there.",
    ),
    "P24": Property(
        "made again",
        "A new record is never merged into one that is gone; one that was deleted and entered "
        "anew is joined again, not deleted.",
    ),
    "P25": Property(
        "first sync",
        "A first sync deletes nothing, links only what is unique, writes nothing where both sides "
        "agree, and twice is as good as once.",
    ),
}
