"""The deciding half of the engine alone: one link's two records in memory, no system, no state.

As in the engine, every step decides, sends what is to be sent, and settles each write by itself;
a test chooses which writes happen, and in which order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from syncline.engine.decide.deltas import Digests, changes
from syncline.engine.decide.digests import Digester
from syncline.engine.decide.link import (
    Decision,
    Presence,
    Ruling,
    SideView,
    Verdict,
    decide_link,
)
from syncline.engine.decide.values import (
    SideValues,
    TargetWrite,
    agreement,
    created_fields,
    equal_fields,
    target_write,
)
from syncline.model.capacity import UNLIMITED, Capacity
from syncline.model.contact import CONTACT
from syncline.model.fields import Value
from syncline.model.objects import ObjectType
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.spec import ChangeDetection, Field, StoredAs, TypeSpec
from syncline.policy.schema import ObjectPolicy

Fields = Mapping[str, Value]


def spec_of(
    fields: Sequence[str],
    capacities: Mapping[str, Capacity] | None = None,
    stored_as: StoredAs | None = None,
) -> TypeSpec:
    """A system that holds these fields of a contact."""
    limits = capacities or {}
    spec = TypeSpec(
        name="contact",
        feed="account",
        change_detection=ChangeDetection(kind="token"),
        fields=tuple(
            Field(name=name, native=(name,), capacity=limits.get(name, UNLIMITED))
            for name in fields
        ),
    )
    return spec if stored_as is None else replace(spec, stored_as=stored_as)


def readable_digester(type: ObjectType = CONTACT) -> Digester:
    """Digests one can read, for failing tests."""
    return Digester(type, lambda name, value: f"{name}={value!r}")


@dataclass
class PlannedLink:
    """One link. `fields` is None where the record is gone. `sent` counts writes."""

    policy: ObjectPolicy
    specs: PerSide[TypeSpec] = field(repr=False)
    fields: PerSide[Fields | None]
    bases: PerSide[Digests | None] = field(default_factory=lambda: PerSide(None, None))
    modified: PerSide[datetime | None] = field(default_factory=lambda: PerSide(None, None))
    linked: bool = True
    sent: list[tuple[Side, Verdict]] = field(default_factory=list)

    @property
    def digester(self) -> Digester:
        """Readable digests of the policy's type."""
        return readable_digester(self.policy.type)

    def copy(self) -> PlannedLink:
        """The same link, to go another way with."""
        return replace(self, sent=list(self.sent))

    def edit(self, side: Side, fields: Fields) -> None:
        """A person changes fields; the system keeps what it can hold, as it holds it."""
        now = self.fields[side]
        if now is not None:
            self.fields = self.fields.with_side(side, self.stored(side, {**now, **fields}))

    def remove(self, side: Side) -> None:
        """A person deletes the record."""
        self.fields = self.fields.with_side(side, None)

    def stored(self, side: Side, fields: Fields) -> dict[str, Value]:
        """What a system makes of a whole record; a value it has no way to express is refused."""
        spec, kinds = self.specs[side], self.policy.type.fields
        cut = {n: f.capacity.stored(kinds[n].type, fields.get(n)) for n, f in spec.by_name.items()}
        found = spec.stored_as(cut)
        return {name: found.get(name) for name in spec.by_name}

    def decide(self, ruling: Ruling | None = None) -> Decision:
        """The decision as the engine would make it."""
        equal: frozenset[str] = frozenset()
        values = self._values()
        if values is not None:
            equal = equal_fields(values, self.digester)
        views = PerSide(*(self._view(side) for side in SIDES))
        return decide_link(views.left, views.right, self.policy, equal, ruling or Ruling())

    def writes(self, decision: Decision) -> dict[Side, TargetWrite]:
        """What each side would be sent; only sides that something is carried to."""
        values = self._values()
        if values is None:
            return {}
        return {
            side: target_write(side, decision, values, self.digester)
            for side in SIDES
            if any(carry.source is side.other for carry in decision.carries)
        }

    def step(
        self,
        order: Sequence[Side] = SIDES,
        *,
        ruling: Ruling | None = None,
    ) -> Decision:
        """Decide, then carry out the writes to the sides in `order`; those of a side that is not
        in it fail. What needs no write settles with the first one.
        """
        decision = self.decide(ruling)
        match decision.verdict:
            case Verdict.DELETE if decision.side is not None:
                self.remove(decision.side)
                self._sent(decision.side, Verdict.DELETE)
            case Verdict.RECREATE if decision.side is not None:
                self._create(decision.side)
            case Verdict.SEVER | Verdict.END:
                self.linked = False
            case _:
                self._update(decision, order)
        return decision

    def run(self, rounds: int = 3) -> Decision:
        """Step until nothing is written any more.

        Raises:
            AssertionError: it is still writing after so many rounds.

        """
        for _ in range(rounds):
            before = len(self.sent)
            decision = self.step()
            if len(self.sent) == before:
                return decision
        before = len(self.sent)
        decision = self.step()
        assert len(self.sent) == before, f"no fixpoint after {rounds} rounds: {self.sent}"
        return decision

    def create(self, source: Side) -> None:
        """The counterpart of a record that is only on one side."""
        self._create(source.other)

    # --- inside ---------------------------------------------------------------------------------

    def _sent(self, side: Side, verdict: Verdict) -> None:
        assert self.policy.direction.writes(side), f"{verdict} sent against the direction"
        self.sent.append((side, verdict))

    def _update(self, decision: Decision, order: Sequence[Side]) -> None:
        values = self._values()
        if values is None:
            return
        writes = self.writes(decision)
        settlements = [agreement(decision.settled, values, self.digester)]
        settlements += [each.settlement for each in writes.values() if not each.fields]
        loud = [side for side in order if side in writes and writes[side].fields]
        if any(each.fields for each in writes.values()) and not loud:
            return
        for side in loud:
            write = writes[side]
            self.fields = self.fields.with_side(
                side, self.stored(side, {**values[side].fields, **write.fields})
            )
            settlements.append(write.settlement)
            self._sent(side, Verdict.UPDATE)
        for settlement in settlements:
            for side in SIDES:
                base: Digests = settlement.side(side).applied(self.bases[side])
                self.bases = self.bases.with_side(side, base)

    def _create(self, side: Side) -> None:
        source = self.fields[side.other]
        assert source is not None
        carried = [n for n in source if self.policy.field_direction(n).writes(side)]
        here = SideValues({}, None, self.specs[side])
        there = SideValues(source, None, self.specs[side.other])
        fields, _refused = created_fields(there, here, self.digester, carried)
        self.fields = self.fields.with_side(side, self.stored(side, fields))
        self._sent(side, Verdict.RECREATE)
        complete = {n: fields.get(n) for n in self.specs[side].by_name}
        given: Digests | None = self.digester.fields(source)
        bases = PerSide(given, given)
        self.bases = bases.with_side(side, self.digester.fields(complete))

    def _values(self) -> PerSide[SideValues] | None:
        left, right = self.fields.left, self.fields.right
        if left is None or right is None:
            return None
        return PerSide(
            SideValues(left, self.bases.left, self.specs.left),
            SideValues(right, self.bases.right, self.specs.right),
        )

    def _view(self, side: Side) -> SideView:
        fields = self.fields[side]
        if fields is None:
            return SideView(Presence.DELETED)
        digests = self.digester.fields(fields)
        shared = [n for n in self.specs.left.by_name if n in self.specs.right.by_name]
        return SideView(
            Presence.PRESENT,
            changes(digests, self.bases[side], shared),
            frozenset(name for name in shared if digests.get(name) is None),
            self.modified[side],
            locked=self.specs[side].fixed,
        )
