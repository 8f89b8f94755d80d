"""People: those who take part in something, by address, each with a role and a response.

A set that is merged **fact by fact**: that somebody takes part, in which role, with which response.
So a role changed on one side and a response given on the other are both kept, and a system that
knows no roles never takes one away. Facts that were merged stand in the value one by one, a role or
response with `of` in place of `address`; `people` puts them together, and core does so before a
connector sees the value. Who does not take part any more has no role and no response either.

If two sides gave one person different roles at once, the winner's counts, by the rule for
conflicts; where nobody wins, the one that comes first in the vocabulary, on both. The same for
responses. A limit of so many people counts people, whatever is said of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from syncline.model import text
from syncline.model.fields import Element, SetType, Value
from syncline.model.kinds.choice import ChoiceType

Person = dict[str, str]
"""`address`, and where known `name`, `role` and `response`."""

ROLES: Final = ChoiceType(
    "role",
    classes={
        "chair": "needed",
        "required": "needed",
        "optional": "welcome",
        "informed": "welcome",
        "resource": "resource",
    },
)
"""iCalendar's ROLE (RFC 5545, 3.2.16), and `resource`, which Graph has among them (resource
`attendee`, property `type`)."""

RESPONSES: Final = ChoiceType(
    "response",
    classes={"accepted": "accepted", "tentative": "tentative", "declined": "declined"},
)
"""Who has not answered has no response."""

_PARTS: Final = frozenset({"address", "of", "name", "role", "response"})


@dataclass(frozen=True)
class PeopleType(SetType):
    """A set of people, keyed by address. Names travel with them and are not compared: services
    show those of their own directory.
    """

    kind: str = "people"
    form: Callable[[str], str] = text.email
    whole: bool = True
    roles: ChoiceType = ROLES
    responses: ChoiceType = RESPONSES

    @property
    def choices(self) -> Mapping[str, ChoiceType]:
        """What is said of a person in a word, and its vocabulary."""
        return {"role": self.roles, "response": self.responses}

    def people(self, value: Value) -> tuple[Person, ...]:
        """Everybody once, in the order given, with all that is said of them.

        Raises:
            ValueError: the value is not of this type.

        """
        entries = list(self._entries(value))
        known: dict[str, Person] = {}
        for entry in entries:
            if key := self.form(entry.get("address") or ""):
                person = known.setdefault(key, {"address": entry["address"]})
                if name := text.short_text(entry.get("name") or ""):
                    person.setdefault("name", name)
        for part, kind in self.choices.items():
            for entry in entries:
                person = known.get(self._whose(entry), {})
                if word := kind.normal(entry.get(part)):
                    person[part] = min(word, person.get(part, word), key=[*kind.classes].index)
        return tuple(known.values())

    def key(self, element: Element) -> str:
        """The address of a fact, and what it says; "" if it is of nobody."""
        address = self._whose(element)
        words = {part: kind.normal(element.get(part)) for part, kind in self.choices.items()}
        said = [f"{part}={word}" for part, word in words.items() if word]
        return "\x1f".join((address, *said)) if address else ""

    def counts_as(self, element: Element) -> str:
        """The person: a side has room for so many people, whatever is said of them."""
        return self.form(element.get("address") or "")

    def answers(self, element: Element) -> str:
        """Which role, or which response, somebody has."""
        return next(
            (f"{self._whose(element)}\x1f{part}" for part in self.choices if element.get(part)), ""
        )

    def elements(self, value: Value) -> dict[str, Element]:
        """Key → fact, of everybody who takes part."""
        facts: list[Person] = []
        for person in self.people(value):
            said = [part for part in self.choices if part in person]
            facts.append({part: words for part, words in person.items() if part not in said})
            facts += ({"of": person["address"], part: person[part]} for part in said)
        return {self.key(fact): fact for fact in facts}

    def normal(self, value: Value) -> Value:
        """Everybody by address, without names; `None` if there is nobody."""
        people = [
            {**person, "address": self.form(person["address"])} for person in self.people(value)
        ]
        for person in people:
            person.pop("name", None)
        return tuple(sorted(people, key=lambda person: person["address"])) or None

    def shown(self, value: Value) -> str:
        """Names, addresses, and in brackets what is said of them."""
        return ", ".join(map(self._shown, self.people(value)))

    def _whose(self, entry: Mapping[str, Any]) -> str:
        """The address of a person, or of the person whom a fact is about."""
        return self.form(entry.get("address") or entry.get("of") or "")

    def _shown(self, person: Person) -> str:
        address = person["address"].strip()
        who = f"{person['name']} <{address}>" if "name" in person else address
        said = [kind.shown(person.get(part)) for part, kind in self.choices.items()]
        words = ", ".join(word for word in said if word)
        return f"{who} ({words})" if words else who

    def _entries(self, value: Value) -> Iterator[Mapping[str, Any]]:
        if value and not isinstance(value, list | tuple):
            raise ValueError(f"{self.kind} must be a list, not {type(value).__name__}")
        for entry in value or ():
            if not isinstance(entry, Mapping) or not entry.keys() <= _PARTS:
                raise ValueError(f"{self.kind} must be mappings with an address")
            if not all(part is None or isinstance(part, str) for part in entry.values()):
                raise ValueError(f"{self.kind} must be said in texts")
            yield entry


PEOPLE: Final = PeopleType()
