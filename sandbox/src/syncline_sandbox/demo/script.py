"""The demo from beginning to end."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from syncline_sandbox.demo.command_line import CommandFailedError, CommandLine
from syncline_sandbox.demo.configuration import environment, write_configuration
from syncline_sandbox.demo.data import TEAM
from syncline_sandbox.demo.narrate import Narrator
from syncline_sandbox.demo.scenes import SCENES
from syncline_sandbox.demo.stage import Stage, raised

_A_QUARTER_OF_AN_HOUR = 900


def play(narrator: Narrator, keep: Path | None) -> int:
    """Runs the demo; returns the exit code: 0, or 1 if anything was not as promised."""
    with _folder(keep) as folder, raised(folder) as stage:
        write_configuration(folder, stage)
        demo = Demo(narrator, stage, CommandLine(folder, environment(stage)))
        try:
            kept = demo.play()
        except CommandFailedError as error:
            narrator.verdict(str(error), holds=False)
            return 1
        if keep:
            narrator.say(f"Everything is kept in {folder}: configuration, state, both stand-ins.")
    return 0 if kept else 1


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="syncline-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Demo:
    """One performance: narrator, stage and command line."""

    def __init__(self, narrator: Narrator, stage: Stage, command_line: CommandLine) -> None:
        self._narrator = narrator
        self._stage = stage
        self._command_line = command_line
        self._plans: list[dict[str, Any]] = []

    def play(self) -> bool:
        """All chapters; whether everything was as promised."""
        self._introduce()
        self._first_run()
        kept = self._people_edit()
        kept &= self._nothing_left()
        self._summary()
        return kept

    def _introduce(self) -> None:
        self._narrator.chapter("Three people, two systems")
        self._narrator.say(
            "Miriam, Tomás and Amara keep their contacts in Outlook; the company keeps them in "
            "Salesforce. Some people are in both, some in one, and hardly anybody is complete. "
            "Stand-ins for both services now run on this machine, filled with what the three "
            "have; nothing leaves it. Syncline does not know that they are stand-ins."
        )
        self._contacts("before")
        self._narrator.say(f"\nThe configuration ({self._command_line.folder}/syncline.toml):")
        text = (self._command_line.folder / "syncline.toml").read_text("utf-8")
        self._narrator.output(text[text.index("[syncs.sales]") :])

    def _first_run(self) -> None:
        self._narrator.chapter("Look first: nothing is written")
        self._show("check")
        self._show("plan")
        self._plans.append(self._command_line.ask("plan"))
        self._narrator.chapter("The first run")
        self._show("run")
        self._contacts("after the first run")

    def _people_edit(self) -> bool:
        self._narrator.chapter("A quarter of an hour later, people have been working")
        for scene in SCENES:
            self._narrator.point(scene.story + ".")
            scene.act(self._stage)
        self._stage.later(_A_QUARTER_OF_AN_HOUR)
        self._show("plan")
        self._plans.append(self._command_line.ask("plan"))
        self._show("run")
        self._narrator.say("\nWas it done right? Looking into both stand-ins:")
        verdicts = [(scene.promise, scene.holds(self._stage)) for scene in SCENES]
        for promise, holds in verdicts:
            self._narrator.verdict(promise, holds)
        return all(holds for _, holds in verdicts)

    def _nothing_left(self) -> bool:
        self._narrator.chapter("A third run: is anything left to do?")
        self._stage.later(_A_QUARTER_OF_AN_HOUR)
        self._narrator.command(["syncline", "run", "--json"])
        report = self._command_line.ask("run")
        writes = int(report["writes"])
        calls = {each["connection"]: each["reads"] for each in report["calls"]}
        told = ", ".join(f"{name}: {reads}" for name, reads in calls.items())
        self._narrator.output(f'"writes": {writes}   (calls to read: {told})')
        self._narrator.verdict("nothing was written: both sides are settled", writes == 0)
        self._plans.append(report)
        return writes == 0

    def _show(self, *words: str) -> None:
        self._narrator.command(["syncline", *words])
        self._narrator.output(self._command_line.call(*words).output)

    def _contacts(self, moment: str) -> None:
        rows = [(colleague.name, *map(str, self._stage.counts(colleague))) for colleague in TEAM]
        self._narrator.table((f"contacts {moment}", "Outlook", "Salesforce"), rows)

    def _summary(self) -> None:
        self._narrator.chapter("What you saw")
        head = ("", "linked", "created", "updated", "deleted")
        names = ("first run", "second run", "third run")
        rows = [
            (name, *_numbers(report["lanes"]))
            for name, report in zip(names, self._plans, strict=True)
        ]
        self._narrator.table(head, rows)
        for text in _LESSONS:
            self._narrator.point(text)
        self._narrator.chapter("Where to go next")
        for text in _NEXT:
            self._narrator.point(text)


def _numbers(lanes: Sequence[dict[str, Any]]) -> list[str]:
    """Sums over all lanes, whose counts look like `{"create:outlook": 2}`."""
    total: Counter[str] = Counter()
    for lane in lanes:
        for name, count in lane["counts"].items():
            total[name.partition(":")[0]] += count
    return [str(total[action]) for action in ("link", "create", "update", "delete")]


_LESSONS = (
    "The first run recognised the people who were in both systems, completed them from each "
    "other, and created the rest where they were missing. Nothing was deleted.",
    "Later runs carry single edits: each side is compared with what it held when it was last "
    "settled, never with the other side. That is why a system that can hold less never shortens "
    "what the other one has.",
    "The rule set is salesforce-for-outlook, with merge = \"fields\": edits of different fields "
    "both survive, and only the same field on both sides is a conflict.",
)  # fmt: skip
_NEXT = (
    "docs/tutorial/first-sync-in-the-sandbox.md: the same, by your own hand",
    "docs/tutorial/first-sync-with-real-tenants.md: what your administrators must grant",
    "docs/explanation/two-sides-never-compared.md: the idea everything rests on",
    "syncline demo --keep DIR keeps the configuration and everything else for you to look at",
)
