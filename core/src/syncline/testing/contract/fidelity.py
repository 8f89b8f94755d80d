"""Group 7, fidelity: what a person may type survives, each field up to its declared capacity."""

from __future__ import annotations

import pytest

from syncline.model.capacity import Inexpressible, cut_text
from syncline.model.fields import Element, PartsType, SetType, Value
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.samples import DERIVED, sample_element
from syncline.testing.world import World

TEXTS = {
    "umlauts": "Jürgen Größe-Þórsdóttir Ñandú",
    "other_scripts": "王小明 Ольга Ελένη שלום عمر",
    "decomposed": "Zoe\u0308 Noe\u0301mie",
    "emoji": "Team 🚀 Lead 👩‍👩‍👧‍👦 🇩🇪 👍🏽",
    "quotes": """O'Brien "The Rock" \\ back`tick""",
    "markup": "<b>Smith</b> & <script>alert(1)</script> &amp; &#x41;",
    "query_signs": "100% _under_ 'or'1'='1 ; -- {0} ${x}",
    "inner_spaces": "two  spaces\u00a0and a no-break space",
    "url_signs": "a/b?c=d&e=f#g+h i%20j",
}


class FidelityContract(ContractBase):
    """Read back equals predicted, for anything predicted to fit."""

    @pytest.mark.parametrize("case", sorted(TEXTS))
    def test_text_survives(self, world: World, case: str) -> None:
        """In every text field at once."""
        self.write_and_compare(world, dict.fromkeys(_text_fields(world), TEXTS[case]))

    @pytest.mark.parametrize("filler", ["x", "ß", "語", "🚀"])
    def test_text_fills_a_field_to_its_capacity(self, world: World, filler: str) -> None:
        """Exactly the declared length, counted in the declared unit."""
        limits = {
            name: world.spec.by_name[name].capacity
            for name in _text_fields(world)
            if world.spec.by_name[name].capacity.max_length is not None
        }
        require(limits, "no text field has a length limit")
        self.write_and_compare(
            world,
            {
                name: cut_text(
                    filler * (capacity.max_length or 0), capacity.max_length or 0, capacity.unit
                )
                for name, capacity in limits.items()
            },
        )

    def test_a_longer_text_is_cut_as_predicted(self, world: World) -> None:
        """What the richer side has beyond the capacity does not arrive, and does not count."""
        self.write_and_compare(world, dict.fromkeys(_text_fields(world), "Long " * 60 + "end"))

    def test_long_text_keeps_its_lines(self, world: World) -> None:
        """Empty lines, indentation and all."""
        fields = [n for n in world.spec.by_name if world.type.fields[n].type.kind == "long text"]
        require(fields, "no field for long text")
        text = "Dear all,\n\n  indented\n\ttabbed\nümläut 🚀\n\nlast line"
        self.write_and_compare(world, dict.fromkeys(fields, text))

    @pytest.mark.parametrize(
        "date", ["1990-05-05", "2000-02-29", "1970-01-01", "1900-12-31", "2024-12-31", "--02-29"]
    )
    def test_dates_stay_the_same_day(self, world: World, date: str) -> None:
        """In whatever zone the service lives."""
        fields = [n for n in world.spec.by_name if world.type.fields[n].type.kind == "date"]
        require(fields, "no date field")
        for name in fields:
            try:
                kind = world.type.fields[name].type
                world.spec.by_name[name].capacity.stored(kind, date)
            except Inexpressible:
                pytest.skip(f"{name} cannot hold {date}, as declared")
        self.write_and_compare(world, dict.fromkeys(fields, date))

    def test_each_part_of_a_value_stands_alone(self, world: World) -> None:
        """An address with only one part keeps that part and gains none."""
        parts = _parts_fields(world)
        require(parts, "no field of parts")
        for index in range(max(len(kind.parts) for kind in parts.values())):
            fields: dict[str, Value] = {}
            for name in parts:
                full = world.sample(1)[name]
                part = list(full)[index % len(full)]
                fields[name] = {part: full[part]}
            self.write_and_compare(world, fields)

    def test_sets_are_filled_to_their_capacity(self, world: World) -> None:
        """As many elements as declared (at most 5 here); a middle one can be taken out."""
        sets = _full_sets(world)
        require(sets, "no sets")
        applied = world.create({**world.sample(1), **sets})
        world.assert_holds(world.record(applied.id).fields, world.predicted(sets, applied))
        fewer = {name: value[:1] + value[2:] for name, value in sets.items() if len(value) > 2}
        if fewer:
            again = world.update(applied.id, fewer)
            world.assert_holds(world.record(applied.id).fields, world.predicted(fewer, again))

    def test_phones_keep_what_people_type(self, world: World) -> None:
        """Spelling, extension, and numbers without a country."""
        kinds = {name: world.type.fields[name].type for name in world.spec.by_name}
        phones = [n for n, kind in kinds.items() if kind.kind == "phone" and _writable(world, n)]
        require(phones, "no phone field")
        for number in ("(030) 123-4567", "+1 (555) 010-9999 ext. 12", "112"):
            self.write_and_compare(world, dict.fromkeys(phones, number))

    def write_and_compare(self, world: World, values: dict[str, Value]) -> None:
        """Created with them; then, from another record, changed to them."""
        fields = {**world.sample(next(world.numbers)), **values}
        applied = world.create(fields)
        world.assert_holds(world.record(applied.id).fields, world.predicted(fields, applied))
        plain = world.create(world.sample(next(world.numbers)))
        edit = {n: v for n, v in values.items() if not world.spec.by_name[n].create_only}
        changed = world.update(plain.id, edit)
        world.assert_holds(world.record(plain.id).fields, world.predicted(edit, changed))


def _writable(world: World, name: str) -> bool:
    return not world.spec.by_name[name].read_only


def _text_fields(world: World) -> list[str]:
    return [
        name
        for name, field in world.spec.by_name.items()
        if world.type.fields[name].type.kind in ("text", "long text")
        and not field.capacity.vocabulary
        and name not in DERIVED
        and _writable(world, name)
    ]


def _parts_fields(world: World) -> dict[str, PartsType]:
    found = {}
    for name in world.sample(1):
        kind = world.type.fields[name].type
        if isinstance(kind, PartsType):
            found[name] = kind
    return found


def _full_sets(world: World) -> dict[str, tuple[Element, ...]]:
    found = {}
    for name in world.sample(1):
        kind = world.type.fields[name].type
        if isinstance(kind, SetType):
            count = min(world.spec.by_name[name].capacity.many or 5, 5)
            found[name] = tuple(sample_element(kind, name, 900, each) for each in range(count))
    return found
