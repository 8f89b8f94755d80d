"""Group 5, write: what is sent is there afterwards, once, and nothing else has changed."""

from __future__ import annotations

from collections.abc import Mapping

from syncline.errors import Retry, SynclineError
from syncline.model.fields import Value
from syncline.model.records import AccountId, RecordId
from syncline.plugin.requests import Applied, Create, MatchKey, Rejected, Unknown
from syncline.testing.contract.base import ContractBase, require
from syncline.testing.world import World


class WriteContract(ContractBase):
    """Creates and updates, alone and in batches."""

    def test_a_created_record_is_read_back_as_predicted(self, world: World) -> None:
        """Every field, as declared; by id, by the feed, and in the system itself."""
        fields = world.sample(1)
        applied = world.create(fields)
        expected = world.predicted(fields, applied)
        world.assert_holds(world.record(applied.id).fields, expected)
        (record,) = world.round().records
        world.assert_holds(record.fields, expected)
        assert set(world.stored()) == {applied.id}

    def test_a_created_record_belongs_to_its_account(self, world: World) -> None:
        """Its owner is the account that was given."""
        applied = world.create(world.sample(1))
        assert world.record(applied.id).owner in (world.account_id, None)
        assert world.other().stored() == {}

    def test_the_version_of_an_answer_is_the_version_read(self, world: World) -> None:
        """Else our own writes would look like somebody's edits."""
        applied = world.create(world.sample(1))
        require(applied.version is not None, "answers name no version")
        assert world.record(applied.id).version == applied.version
        again = world.update(applied.id, _one_text(world, 2))
        assert world.record(applied.id).version == again.version

    def test_a_batch_of_creates_is_answered_in_order(self, world: World) -> None:
        """A full batch as declared (at most 25 here); each outcome is its operation's."""
        size = min(world.spec.create_batch, 25)
        samples = [world.sample(number) for number in range(1, size + 1)]
        outcomes = world.send([world.operation(f"k{n}", each) for n, each in enumerate(samples)])
        world.settle()
        for outcome, fields in zip(outcomes, samples, strict=True):
            assert isinstance(outcome, Applied), outcome
            world.assert_holds(world.record(outcome.id).fields, world.predicted(fields, outcome))

    def test_a_batch_of_updates_is_answered_in_order(self, world: World) -> None:
        """Likewise; conditional ones in the size declared for them."""
        size = min(world.spec.conditional_batch, 25)
        ids = world.user_creates(*range(1, size + 1))
        edits = {id: _one_text(world, 50 + n) for n, id in enumerate(ids)}
        current = {id: world.record(id) for id in ids}
        outcomes = world.send(
            [world.change(current[id], edits[id], current[id].version) for id in ids]
        )
        world.settle()
        assert [each.id for each in outcomes if isinstance(each, Applied)] == ids
        for id in ids:
            world.assert_holds(world.record(id).fields, edits[id])

    def test_a_batch_may_mix_accounts_if_declared(self, world: World) -> None:
        """Each record goes to its own account."""
        require(world.spec.spans_accounts, "a batch is for one account")
        other = world.other()
        outcomes = world.send(
            [world.operation("k1", world.sample(1)), other.operation("k2", world.sample(2))]
        )
        world.settle()
        owners = {e.id: world.record(e.id).owner for e in outcomes if isinstance(e, Applied)}
        assert list(owners.values()) == [world.account_id, other.account_id]

    def test_a_partial_update_leaves_other_fields_alone(self, world: World) -> None:
        """Fields that are not sent keep their values."""
        (id,) = world.user_creates(1)
        before = world.record(id).fields
        edit = _one_text(world, 2)
        applied = world.update(id, edit)
        expected = world.predicted({**before, **edit}, applied)
        world.assert_holds(world.record(id).fields, expected)

    def test_every_field_can_be_changed(self, world: World) -> None:
        """All at once, from one sample to another."""
        (id,) = world.user_creates(1)
        edit = {n: v for n, v in world.sample(2).items() if not world.spec.by_name[n].create_only}
        applied = world.update(id, edit)
        world.assert_holds(world.record(id).fields, world.predicted(edit, applied))

    def test_every_field_can_be_cleared(self, world: World) -> None:
        """None clears, except what a record must have."""
        (id,) = world.user_creates(1)
        must = {f.name for f in world.spec.fields if f.required or f.create_only}
        clearing = dict.fromkeys(world.sample(1).keys() - must)
        world.update(id, clearing)
        fields = world.normal(world.record(id).fields)
        assert {name for name in clearing if fields[name] is not None} == set()

    def test_an_empty_field_can_be_filled_again(self, world: World) -> None:
        """Clearing leaves nothing behind that would hinder it."""
        (id,) = world.user_creates(1)
        edit = {
            name: value
            for name, value in world.sample(1).items()
            if not (world.spec.by_name[name].required or world.spec.by_name[name].create_only)
        }
        world.update(id, dict.fromkeys(edit))
        applied = world.update(id, edit)
        world.assert_holds(world.record(id).fields, world.predicted(edit, applied))

    def test_sets_arrive_whole(self, world: World) -> None:
        """An element that is not sent is gone, the others stay."""
        sets = {n: v for n, v in world.sample(1).items() if world.type.fields[n].type.is_set}
        several = {name: value for name, value in sets.items() if len(value) > 1}
        require(several, "no set holds more than one element")
        (id,) = world.user_creates(1)
        edit = {name: value[1:] for name, value in several.items()}
        applied = world.update(id, edit)
        world.assert_holds(world.record(id).fields, world.predicted(edit, applied))

    def test_writing_the_same_again_changes_nothing(self, world: World) -> None:
        """The content stays, whatever the version does."""
        (id,) = world.user_creates(1)
        before = world.record(id).fields
        same = {
            name: value
            for name, value in before.items()
            if name in world.sample(1) and not world.spec.by_name[name].create_only
        }
        world.update(id, same)
        world.assert_holds(world.record(id).fields, before)

    def test_a_repeated_create_makes_no_second_record(self, world: World) -> None:
        """With an idempotency key the second answer is the first record."""
        require(world.spec.idempotency == "key", "creates have no idempotency key")
        first = world.create(world.sample(1), key="the-same-key")
        second = world.create(world.sample(1), key="the-same-key")
        assert first.id == second.id
        assert set(world.stored()) == {first.id}

    def test_a_created_record_is_found_by_its_marker(self, world: World) -> None:
        """And by the marker only that one."""
        require("marker" in world.spec.match, "markers cannot be looked up")
        applied = world.create(world.sample(1), key="a-key-of-ours")
        world.create(world.sample(2), key="another-key")
        assert _marked(world, "a-key-of-ours") == [applied.id]
        assert _marked(world, "a-key-of-nobody") == []
        assert world.record(applied.id).marker == "a-key-of-ours"

    def test_what_was_made_and_deleted_since_is_found(self, world: World) -> None:
        """As it was, and apart from what is there: a create whose answer was lost did happen."""
        require(world.spec.finds_deleted, "what was deleted cannot be looked for")
        made, kept = (
            world.create(world.sample(1), key="one"),
            world.create(world.sample(2), key="two"),
        )
        keys = (*_keys_of(world, 1, "one"), *_keys_of(world, 2, "two"))
        require(keys, "there is nothing to look for it by")
        world.user_deletes(made.id)
        found = world.matching(keys, deleted=True)
        assert [each.id for each in found] == [made.id]
        world.assert_holds(found[0].fields, world.predicted(world.sample(1), made))
        assert [each.id for each in world.matching(keys)] == [kept.id]

    def test_a_create_whose_answer_was_lost_is_found(self, world: World) -> None:
        """It is there once, and our marker leads to it: nothing is created twice."""
        require("drop_after" in world.system.faults, "the system cannot lose an answer")
        require("marker" in world.spec.match, "markers cannot be looked up")
        world.system.fault("drop_after")
        try:
            (outcome,) = world.send([world.operation("a-lost-key", world.sample(1))])
            assert isinstance(outcome, Unknown), outcome
        except Retry as lost:
            assert lost.reached
        world.system.clear_faults()
        world.settle()
        assert _marked(world, "a-lost-key") == list(world.stored())

    def test_what_a_second_call_failed_to_write_is_named(self, world: World) -> None:
        """In `incomplete`: these fields hold what they held, and the others what was sent."""
        name = "second_call_fails"
        require(name in world.system.faults, f"the system cannot produce the fault {name!r}")
        world.system.fault(name)
        made = world.create(world.sample(1))
        _assert_written_in_part(world, made, {}, world.sample(1))
        before = world.record(made.id).fields
        edit = {n: v for n, v in world.sample(2).items() if not world.spec.by_name[n].create_only}
        _assert_written_in_part(world, world.update(made.id, edit), before, edit)
        world.system.clear_faults()
        again = world.update(made.id, edit)
        assert not again.incomplete
        world.assert_holds(world.record(made.id).fields, world.predicted(edit, again))

    def test_a_refused_record_does_not_hold_up_its_neighbours(self, world: World) -> None:
        """One outcome is `Rejected`, the others are applied, in order."""
        require(world.spec.create_batch >= 3, "a batch holds fewer than three creates")
        bad = _too_long(world)
        require(bad, "no field has a length limit")
        operations = [
            world.operation("k1", world.sample(1)),
            world.operation("k2", {**world.sample(2), **bad}),
            world.operation("k3", world.sample(3)),
        ]
        outcomes = world.send(operations)
        world.settle()
        assert [type(each) for each in outcomes] == [Applied, Rejected, Applied], outcomes
        assert len(world.stored()) == 2

    def test_a_refusal_names_no_value(self, world: World) -> None:
        """Messages end up in logs: no personal data in them."""
        bad = _too_long(world)
        require(bad, "no field has a length limit")
        (outcome,) = world.send([world.operation("k", {**world.sample(2), **bad})])
        assert isinstance(outcome, Rejected), outcome
        assert outcome.kind in ("too_long", "invalid")
        assert "zzzzzzzz" not in repr(outcome)

    def test_an_unknown_account_is_refused(self, world: World) -> None:
        """As an outcome or an error, and nothing is written."""
        operation = Create(key="k", account=AccountId("no-such-account"), fields=world.sample(1))
        try:
            (outcome,) = world.send([operation])
        except SynclineError:
            outcome = Rejected(kind="forbidden", message="the whole call was refused")
        assert isinstance(outcome, Rejected), outcome
        assert world.stored() == {}


def _assert_written_in_part(
    world: World, applied: Applied, before: Mapping[str, Value], sent: Mapping[str, Value]
) -> None:
    missing = set(applied.incomplete)
    assert missing, "the answer names no field, though not all of them were written"
    expected = {n: v for n, v in world.predicted(sent, applied).items() if n not in missing}
    held = {name: before.get(name) for name in missing}
    world.assert_holds(world.record(applied.id).fields, {**expected, **held})


def _one_text(world: World, number: int) -> dict[str, object]:
    values = world.sample(number)
    text = (
        name
        for name, value in values.items()
        if isinstance(value, str) and not world.spec.by_name[name].create_only
    )
    name = next(text)
    return {name: values[name]}


def _too_long(world: World) -> dict[str, object]:
    for field in world.spec.fields:
        limit = field.capacity.max_length
        kind = world.type.fields[field.name].type.kind
        if limit is not None and kind in ("text", "long text") and not field.read_only:
            return {field.name: "z" * (limit + 1)}
    return {}


def _marked(world: World, key: str) -> list[RecordId]:
    return [each.id for each in world.matching((MatchKey(kind="marker", value=key),))]


def _keys_of(world: World, number: int, key: str) -> tuple[MatchKey, ...]:
    """What a record made of this sample, under this key of ours, can be looked up by."""
    if "marker" in world.spec.match:
        return (MatchKey(kind="marker", value=key),)
    kinds = sorted(world.matchers.keys() & world.spec.match)
    return tuple(
        MatchKey(kind=kind, value=value)
        for kind in kinds
        for value in world.matchers[kind](world.sample(number))
    )
