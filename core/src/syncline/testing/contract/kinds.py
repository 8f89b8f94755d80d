"""Group 7, fidelity, continued: values of the kinds that appointments and tasks need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncline.model.capacity import Inexpressible
from syncline.model.fields import FieldType, Value
from syncline.model.kinds.choice import ChoiceType
from syncline.model.kinds.flag import FlagType
from syncline.model.kinds.instant import InstantType
from syncline.model.kinds.number import NumberType
from syncline.model.kinds.people import PeopleType
from syncline.model.kinds.rich_text import RichTextType
from syncline.testing.contract.base import require
from syncline.testing.contract.fidelity import FidelityContract
from syncline.testing.world import World

RICH_TEXTS: Sequence[Value] = (
    {"html": "<p>Dear <b>all</b>,</p><ul><li>one</li><li>two</li></ul>"},
    {"html": "<p>a &lt; b &amp;&amp; c &gt; d</p>"},
    {"html": '<p>See <a href="https://x.example/?a=1&amp;b=2">this</a></p>'},
    {"text": "Dear all,\n\nfish & chips < 5"},
)
INSTANTS = ("2026-03-29T01:30:00+01:00", "2026-12-31T23:59:00Z", "1999-06-01T00:00:00-07:00")


class KindsContract(FidelityContract):
    """Each test is about one kind, and skipped where no field is of it."""

    def test_rich_text_keeps_its_words(self, world: World) -> None:
        """And its lines, whatever becomes of the markup."""
        self._try(world, RichTextType, *RICH_TEXTS)

    def test_an_instant_stays_the_same_moment(self, world: World) -> None:
        """In whatever zone the service lives."""
        self._try(world, InstantType, *({"at": at, "zone": "Europe/Vienna"} for at in INSTANTS))

    def test_a_flag_that_is_off_is_not_empty(self, world: World) -> None:
        """Both are values."""
        self._try(world, FlagType, "true", "false")

    def test_a_number_keeps_its_digits(self, world: World) -> None:
        """Those after the point, and the sign."""
        self._try(world, NumberType, "0", "-1.5", "0.1", "123456789.25")

    def test_every_word_of_a_choice_is_held_as_predicted(self, world: World) -> None:
        """By itself, or by one of its class."""
        for name, kind in _fields_of(world, ChoiceType).items():
            assert isinstance(kind, ChoiceType)
            for word in kind.classes:
                self._write_where_it_fits(world, {name: kind}, word)

    def test_people_may_have_no_role_and_no_response(self, world: World) -> None:
        """One of them, two, and one who gains both."""
        ada, bob = {"address": "ada@guests.example"}, {"address": "bob@guests.example"}
        more = {**bob, "role": "optional", "response": "declined"}
        self._try(world, PeopleType, (ada, bob), (ada, more))

    def _try(self, world: World, type: type[FieldType], *values: Value) -> None:
        kinds = _fields_of(world, type)
        for value in values:
            self._write_where_it_fits(world, kinds, value)

    def _write_where_it_fits(
        self, world: World, kinds: Mapping[str, FieldType], value: Value
    ) -> None:
        """In each field that can hold the value at all."""
        fitting = {}
        for name, kind in kinds.items():
            try:
                world.spec.by_name[name].capacity.stored(kind, value)
            except Inexpressible:
                continue
            fitting[name] = value
        if fitting:
            self.write_and_compare(world, fitting)


def _fields_of(world: World, type: type[FieldType]) -> dict[str, FieldType]:
    """The fields of a kind that can be written; the test is skipped if there are none."""
    kinds = {n: world.type.fields[n].type for n in world.spec.by_name if n in world.type.fields}
    fields = {
        name: kind
        for name, kind in kinds.items()
        if isinstance(kind, type) and not world.spec.by_name[name].read_only
    }
    require(fields, "no field of this kind")
    return fields
