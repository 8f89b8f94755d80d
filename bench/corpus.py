"""The corpus as a job: Outlook → empty Salesforce → empty Outlook, counted.

python -m bench.corpus path/to/contacts.jsonl
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.vcards import to_graph
from bench.world import World, raised
from syncline.model.reports import Problem, RunReport
from syncline.model.sides import Side

_METADATA = frozenset({"@odata.etag", "changeKey", "lastModifiedDateTime"})


@dataclass(frozen=True)
class Leg:
    """One sync from a full side to an empty one.

    `reasons` counts the records that did not arrive, by reason; `unreported` those that neither
    arrived nor are reported. `changed_at_source` counts records with another value than before.
    """

    name: str
    records: int
    arrived: int
    reasons: Counter[str]
    unreported: int
    second_run_writes: int
    changed_at_source: int

    def lines(self) -> Iterator[str]:
        """The counts as text."""
        yield f"{self.name}: {self.records} records, {self.arrived} arrived"
        for reason, count in self.reasons.most_common():
            yield f"    did not arrive: {count:5} {reason}"
        yield f"    did not arrive and not reported: {self.unreported}"
        yield f"    written by the second run: {self.second_run_writes}"
        yield f"    changed at the source: {self.changed_at_source}"


@dataclass(frozen=True)
class Result:
    """Both legs, and what the first stand-in had no place for."""

    legs: tuple[Leg, ...]
    no_place: Counter[str] = field(default_factory=Counter)

    def text(self) -> str:
        """The counts as text."""
        lost = [f"    no place in Graph: {count:5} {kind}" for kind, count in self.no_place.items()]
        return "\n".join([*(line for leg in self.legs for line in leg.lines()), *sorted(lost)])


def run(contacts: Path, folder: Path) -> Result:
    """Loads the corpus into an Outlook stand-in and carries it through both legs."""
    bodies, no_place = _read(contacts)
    with raised(folder / "first") as world:
        box, user = world.add_member("corpus")
        box.create_contacts(bodies)
        world.configure(key_field=False)
        there = _leg("Outlook → Salesforce", world, Side.LEFT)
        with raised(folder / "second", world.salesforce) as mirror:
            mirror.add_mailbox("mirror", user)
            mirror.configure(key_field=False)
            back = _leg("Salesforce → Outlook", mirror, Side.RIGHT)
    return Result((there, back), no_place)


def _read(path: Path) -> tuple[list[dict[str, Any]], Counter[str]]:
    bodies, no_place = [], Counter[str]()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            body, lost = to_graph(json.loads(line))
            bodies.append(body)
            no_place += lost
    return bodies, no_place


def _leg(name: str, world: World, source: Side) -> Leg:
    before = _stored(world, source)
    first = world.run()
    problems = _problems(world, first, source)
    second = world.run()
    after = _stored(world, source)
    arrived = len(_stored(world, source.other))
    missing = len(before) - arrived
    return Leg(
        name=name,
        records=len(before),
        arrived=arrived,
        reasons=Counter(problems.values()),
        unreported=missing - len(problems),
        second_run_writes=second.writes,
        changed_at_source=sum(after.get(key) != value for key, value in before.items()),
    )


def _problems(world: World, report: RunReport, source: Side) -> dict[str, str]:
    """Source record → why it did not arrive, from the report and from what waits."""
    with world.session() as session:
        waiting = session.status().waiting
    found = {str(each.id): each.reason for each in waiting if each.side is source}
    return found | {str(p.id): _reason(p) for p in report.problems if p.id is not None}


def _reason(problem: Problem) -> str:
    return f"{problem.kind}: {problem.message}" if problem.message else problem.kind


def _stored(world: World, side: Side) -> Mapping[str, Mapping[str, Any]]:
    """Everything a side holds, without what the service itself notes about a record."""
    if side is Side.RIGHT:
        rows = world.salesforce.rows("Contact")
        return {row["Id"]: row for row in rows}
    return {
        contact["id"]: {name: v for name, v in contact.items() if name not in _METADATA}
        for box in world.mailboxes
        for contact in box.contacts()
    }


def main(arguments: list[str]) -> int:
    """Prints the counts; exit code 1 when a promise is broken."""
    with tempfile.TemporaryDirectory(prefix="syncline-corpus-") as folder:
        result = run(Path(arguments[0]), Path(folder))
    print(result.text())
    broken = [
        leg
        for leg in result.legs
        if leg.second_run_writes or leg.unreported or leg.changed_at_source
    ]
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
