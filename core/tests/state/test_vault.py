"""Keyed digests, sealed values: nothing readable at rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.connectors.memory import MemoryOptions
from syncline.errors import StateError
from syncline.policy.schema import Conflict
from syncline.state.vault import Vault
from syncline.testing.rehearsal import EngineWorld

ONE = Vault.from_key("one key that is long enough to protect something")
TWO = Vault.from_key("two key that is long enough to protect something")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_was_sealed_comes_back_in_the_form_it_had(value: object) -> None:
    """A plugin that is asked at intake and again in work is asked the same thing."""
    assert ONE.unseal(ONE.seal(value)) == value


def test_the_same_value_is_never_sealed_alike() -> None:
    assert ONE.seal("Grace") != ONE.seal("Grace")


def test_what_was_sealed_cannot_be_changed_or_opened_with_another_key() -> None:
    sealed = ONE.seal("Grace")

    with pytest.raises(StateError):
        TWO.unseal(sealed)
    with pytest.raises(StateError):
        ONE.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]))


@given(st.text(), st.text())
def test_digests_are_equal_exactly_for_equal_values(one: str, two: str) -> None:
    assert (ONE.digest("name", one) == ONE.digest("name", two)) is (one == two)


def test_digests_depend_on_the_key_and_on_what_they_are_for() -> None:
    assert ONE.digest("name", "Grace") != TWO.digest("name", "Grace")
    assert ONE.digest("name", "Grace") != ONE.digest("company", "Grace")
    assert ONE.key_id != TWO.key_id


def test_keys_are_in_no_representation() -> None:
    assert repr(ONE) == "Vault()"


def test_no_value_of_a_person_is_readable_in_the_database(tmp_path: Path) -> None:
    world = EngineWorld(tmp_path, MemoryOptions(), MemoryOptions())
    world.set(conflict=Conflict.MANUAL)
    secrets = {
        "given_name": "Zaphodina", "family_name": "Beeblebroxova", "company": "Heartofgold",
        "notes": "knows where the towel is", "emails": ("zaphodina@galaxy.test",),
    }  # fmt: skip
    world.left.create("ada", secrets)
    world.settle()
    # An update, a conflict that waits, a record that is refused, an ambiguity, a deletion.
    world.left.update(world.only(world.left), {"notes": "left the towel"})
    world.right.update(world.only(world.right), {"notes": "right the towel"})
    for _twin in range(2):
        world.right.create("bob", {**secrets, "given_name": "Zaphodina"})
    world.left.create("bob", secrets)
    world.sync()
    world.left.delete(world.only(world.left))
    world.sync()

    at_rest = b"".join(each.read_bytes() for each in tmp_path.glob("state.sqlite*")).lower()
    assert len(at_rest) > 10_000
    for word in (b"zaphodina", b"beeblebrox", b"heartofgold", b"towel", b"galaxy"):
        assert word not in at_rest
    assert (tmp_path / "key").read_bytes() not in at_rest
