"""Two people who work on both sides while processes of Syncline come and go, and their own account
of what they did.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.world import World, raised
from syncline_sandbox.testing import GraphMailbox, SandboxUser
from tests import processes
from tests.processes import Ended, Running

PEOPLE = ("ada", "bob")
AT_FIRST = 4
"""Contacts of each person on each side."""
PATIENCE = 100
"""Runs after which it is clear that no run will ever be the last one."""


@dataclass
class Office:
    """`titles` is what everybody's contacts are, by family name, as people left them. Those with
    an even number are edited and deleted in Outlook only, the others in Salesforce.
    """

    world: World
    chance: random.Random
    titles: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    _number: int = 0

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, *, seed: int = 1, url: str | None = None, key_field: bool = True
    ) -> Iterator[Office]:
        """With contacts on both sides, and nothing synced. `url` of the state, if not SQLite."""
        with raised(folder) as world:
            office = cls(world, random.Random(seed))
            for name in PEOPLE:
                world.add_member(name)
            world.configure(key_field=key_field)
            if url is not None:
                office.configure("[state]", f'[state]\nurl = "{url}"')
            for _each in range(AT_FIRST):
                office.enter()
            world.later()
            yield office

    # --- the command line -------------------------------------------------------------------------

    def configure(self, old: str, new: str) -> None:
        """Change the text of the configuration."""
        path = self.world.folder / "syncline.toml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def start(self, *words: str, **options: Any) -> Running:
        self.runs += 1
        return processes.start(self.world.folder, *words, **options)

    def run(self, *words: str, **options: Any) -> Ended:
        return self.start("run", *words, **options).end()

    def until_quiet(self) -> None:
        """Clean runs until one has nothing to do."""
        for _run in range(PATIENCE):
            self.world.later()
            ended = self.run("--full")
            assert ended.code in (0, 5), ended
            if ended.code == 0 and ended.report["writes"] == 0:
                return
        raise AssertionError(f"still at work after {PATIENCE} runs: {ended}")

    # --- what people do ---------------------------------------------------------------------------

    def work(self) -> None:
        """Everybody enters somebody on each side; a few are edited, now and then one is deleted."""
        self.enter()
        self._edit()
        if self.chance.random() < 0.3:
            self._delete()
        self.world.later()

    def enter(self) -> None:
        """Everybody enters one contact on each side; every other one has an e-mail."""
        for box, user in self._desks():
            self._enter_in_outlook(box)
            self._enter_in_salesforce(user)

    def _enter_in_outlook(self, box: GraphMailbox) -> None:
        family = self._new("even")
        mail = [{"address": f"{family}@example.test"}] if self._number % 4 else []
        body = {"givenName": "Person", "surname": family, "emailAddresses": mail}
        box.create_contact({**body, "jobTitle": self.titles[family]})

    def _enter_in_salesforce(self, user: SandboxUser) -> None:
        family = self._new("odd")
        mail = {"Email": f"{family}@example.test"} if self._number % 4 else {}
        fields = {"FirstName": "Person", "LastName": family, **mail}
        row = {**fields, "Title": self.titles[family]}
        self.world.salesforce.create("Contact", row, as_user=user)

    def _edit(self) -> None:
        for box, _user in self._desks():
            for contact in self._some(box.contacts(), "surname", "even"):
                body = {"jobTitle": self._retitle(contact["surname"])}
                box.update_contact(contact["id"], body)
        for row in self._some(self.world.salesforce.rows("Contact"), "LastName", "odd"):
            fields = {"Title": self._retitle(row["LastName"])}
            self.world.salesforce.update("Contact", row["Id"], fields)

    def _delete(self) -> None:
        box, _user = self._desks()[0]
        for contact in self._some(box.contacts(), "surname", "even")[:1]:
            box.delete_contact(contact["id"])
            del self.titles[contact["surname"]]

    def _desks(self) -> list[tuple[GraphMailbox, SandboxUser]]:
        return list(zip(self.world.mailboxes, self.world.users, strict=True))

    def _some(self, found: Sequence[Any], name: str, kind: str) -> list[Any]:
        own = [each for each in found if each[name].startswith(kind)]
        return self.chance.sample(own, min(2, len(own)))

    def _new(self, kind: str) -> str:
        self._number += 1
        family = f"{kind}{self._number}"
        self._retitle(family)
        return family

    def _retitle(self, family: str) -> str:
        """Every title is given once, so that a lost one cannot hide behind another."""
        self.titles[family] = f"Title {self.chance.getrandbits(64):x}"
        return self.titles[family]

    # --- what became of it ------------------------------------------------------------------------

    def outlook(self) -> list[tuple[str, str]]:
        boxes = self.world.mailboxes
        return sorted((c["surname"], c["jobTitle"]) for box in boxes for c in box.contacts())

    def salesforce(self) -> list[tuple[str, str]]:
        return sorted((r["LastName"], r["Title"]) for r in self.world.salesforce.rows("Contact"))

    def judge(self) -> None:
        """Everybody is on both sides once, with the title a person gave last."""
        expected = Counter(self.titles.items())
        for name, found in (("Outlook", self.outlook()), ("Salesforce", self.salesforce())):
            missing, surplus = expected - Counter(found), Counter(found) - expected
            assert not (missing or surplus), f"{name}: missing {missing}, surplus {surplus}"
