"""How many calls a run makes, counted by the stand-ins themselves as well as by the report."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any

from bench.rows import Row
from bench.world import World, calls, raised
from syncline.model.reports import CallCounts, RunReport

CONTACTS, PAGE, BATCH = 500, 100, 20
SALESFORCE_CONTACTS = 3000
MEMBERS, CHANGES = 200, 3


def rows() -> Iterator[Row]:
    """All measurements, in the order of the table."""
    yield from _outlook_to_salesforce()
    yield from _creates_without_key_field()
    yield from _first_read_of_salesforce()
    yield from _many_members()


def _outlook_to_salesforce() -> Iterator[Row]:
    with _world() as world:
        box, user = world.add_member("ada")
        box.create_contacts([_graph(number) for number in range(CONTACTS)])
        world.configure()

        began = time.perf_counter()
        report = _measured(world)
        seconds = time.perf_counter() - began
        yield _row(report, "outlook", "reads", f"first read of {CONTACTS} contacts",
                   ceil(CONTACTS / PAGE) + 2, "⌈N/page⌉ + 2")  # fmt: skip
        yield _row(report, "salesforce", "writes", f"{CONTACTS} creates with a key field",
                   ceil(CONTACTS / 200), "⌈N/200⌉")  # fmt: skip
        yield Row("engine: first run, everything included", round(CONTACTS / seconds), None,
                  "(only printed)", "contacts/s")  # fmt: skip

        report = _measured(world)
        yield _row(report, "outlook", "reads", "nothing new, one folder", 1, "1 a folder")
        yield _row(report, "salesforce", "reads", "nothing new", 1, "1")
        yield Row("nothing new: writes", report.writes, 0, "0", "records")

        for row in world.salesforce.rows("Contact"):
            world.salesforce.update("Contact", row["Id"], {"Title": "Moved up"}, as_user=user)
        report = _measured(world)
        yield _row(report, "outlook", "writes", f"{CONTACTS} updates",
                   ceil(CONTACTS / BATCH), "⌈N/20⌉ batches")  # fmt: skip
        yield _row(report, "outlook", "reads", f"reads before {CONTACTS} updates",
                   ceil(CONTACTS / BATCH) + 1, "⌈N/20⌉, and 1 for the feed")  # fmt: skip

        for contact in box.contacts():
            box.update_contact(contact["id"], {"department": "Sales"})
        report = _measured(world)
        yield _row(report, "salesforce", "writes", f"{CONTACTS} conditional updates",
                   ceil(CONTACTS / 25), "⌈N/25⌉")  # fmt: skip
        yield _row(report, "salesforce", "reads", f"reads before and after {CONTACTS} updates",
                   2 * ceil(CONTACTS / 600) + 1, "2 times ⌈N/600⌉, and 1 for the feed")  # fmt: skip


def _creates_without_key_field() -> Iterator[Row]:
    with _world() as world:
        box, _ = world.add_member("ada")
        box.create_contacts([_graph(number) for number in range(CONTACTS)])
        world.configure(key_field=False)
        report = _measured(world)
        yield _row(report, "salesforce", "writes", f"{CONTACTS} creates without a key field",
                   ceil(CONTACTS / 50), "⌈N/50⌉")  # fmt: skip


def _first_read_of_salesforce() -> Iterator[Row]:
    with _world() as world:
        _, user = world.add_member("ada")
        contacts = [_salesforce(number) for number in range(SALESFORCE_CONTACTS)]
        world.salesforce.create_many("Contact", contacts, as_user=user)
        world.configure()
        report = _measured(world)
        yield _row(report, "salesforce", "reads", f"first read of {SALESFORCE_CONTACTS} contacts",
                   ceil(SALESFORCE_CONTACTS / 2000) + 2, "⌈N/2000⌉ + 2")  # fmt: skip
        yield _row(report, "outlook", "writes", f"{SALESFORCE_CONTACTS} creates",
                   ceil(SALESFORCE_CONTACTS / BATCH), "⌈N/20⌉ batches")  # fmt: skip


def _many_members() -> Iterator[Row]:
    """The same number of changes, of one person and of two hundred."""
    of_one, _ = _calls_for(1, MEMBERS * CHANGES)
    of_many, quiet = _calls_for(MEMBERS, CHANGES)
    yield Row(
        f"Salesforce: {MEMBERS} members with {CHANGES} changes each",
        of_many.reads + of_many.writes,
        of_one.reads + of_one.writes,
        f"{of_one.reads + of_one.writes} = as {MEMBERS * CHANGES} changes of one member",
    )
    yield Row(f"Salesforce: nothing new, {MEMBERS} members", quiet["salesforce"].reads, 1, "1")
    yield Row(f"Outlook: nothing new, {MEMBERS} folders", quiet["outlook"].reads, MEMBERS,
              "1 a folder")  # fmt: skip
    for name, counted in quiet.items():
        yield Row(f"{name.title()}: checks before such a run", counted.checks, None,
                  "(only printed)")  # fmt: skip


def _calls_for(members: int, changes: int) -> tuple[CallCounts, Mapping[str, CallCounts]]:
    """Salesforce calls of a run that carries all changes, and the calls of the run after it."""
    with _world() as world:
        boxes = [world.add_member(f"member{number}")[0] for number in range(members)]
        for number, box in enumerate(boxes):
            box.create_contacts([_graph(number * changes + each) for each in range(changes)])
        world.configure()
        _measured(world)
        for box in boxes:
            for contact in box.contacts():
                box.update_contact(contact["id"], {"department": "Sales"})
        carried = calls(_measured(world))["salesforce"]
        return carried, calls(_measured(world))


@contextmanager
def _world() -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory(prefix="syncline-bench-") as folder,
        raised(Path(folder)) as world,
    ):
        yield world


def _measured(world: World) -> RunReport:
    """A run whose report counts exactly the calls that the stand-ins saw."""
    world.graph.reset_calls()
    world.salesforce.reset_calls()
    report = world.run()
    counted = calls(report)
    for name, sandbox in (("outlook", world.graph), ("salesforce", world.salesforce)):
        seen = sum(sandbox.call_counts().values())
        said = counted[name].reads + counted[name].writes + counted[name].checks
        if seen != said:
            raise RuntimeError(f"{name}: the report says {said} calls, the stand-in saw {seen}")
    if report.problems or report.guards:
        raise RuntimeError(f"the run did not do it all: {(*report.problems, *report.guards)[0]}")
    return report


def _row(report: RunReport, connection: str, kind: str, work: str, limit: int, rule: str) -> Row:
    measured = getattr(calls(report)[connection], kind)
    return Row(f"{connection.title()}: {work}", measured, limit, f"{limit} = {rule}")


def _graph(number: int) -> dict[str, Any]:
    return {
        "givenName": f"Given{number}",
        "surname": f"Family{number}",
        "emailAddresses": [{"address": f"person{number}@example.test", "name": f"P{number}"}],
        "businessPhones": [f"+49 30 {number:07}"],
        "jobTitle": "Clerk",
    }


def _salesforce(number: int) -> dict[str, Any]:
    return {
        "FirstName": f"Given{number}",
        "LastName": f"Family{number}",
        "Email": f"person{number}@example.test",
        "Title": "Clerk",
    }
