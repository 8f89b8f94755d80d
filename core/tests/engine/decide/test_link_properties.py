"""Laws of a whole link: from decision to values to bases, with systems that cannot hold it all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proof.decisions.lossy import (
    NAMES,
    PLAIN,
    POOR,
    QUICK,
    RICH,
    SETS,
    SPECS,
    Systems,
    edits,
    linked,
    normal,
    settled_links,
    specs_of,
)
from proof.decisions.planner import PlannedLink, readable_digester
from syncline.engine.decide.link import Carry, Decision, Verdict
from syncline.engine.decide.settlement import BaseMove
from syncline.engine.decide.values import SideValues, created_fields, target_write
from syncline.model.contact import CONTACT
from syncline.model.fields import Value
from syncline.model.records import Writable
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Conflict, Direction, ObjectPolicy

LEFT, RIGHT = Side.LEFT, Side.RIGHT


# --- merge laws (P16) -------------------------------------------------------------------------

PLAIN_LINKS = settled_links(st.just(("plain", "plain")))


@QUICK
@given(PLAIN_LINKS, edits(), st.sampled_from(SIDES))
def test_what_one_side_changed_is_what_both_hold(
    link: PlannedLink, change: dict[str, Value], side: Side
) -> None:
    link.edit(side, change)
    wanted = normal(link, side)
    link.run(1)
    assert normal(link, LEFT) == normal(link, RIGHT) == wanted


@QUICK
@given(PLAIN_LINKS, edits())
def test_what_both_changed_alike_needs_no_write(
    link: PlannedLink, change: dict[str, Value]
) -> None:
    writes = len(link.sent)
    for side in SIDES:
        link.edit(side, change)
    link.run(1)
    assert len(link.sent) == writes
    assert link.decide() == Decision(Verdict.NOTHING)


@QUICK
@given(settled_links(), edits(), edits())
def test_every_value_comes_from_a_side(
    link: PlannedLink, left: dict[str, Value], right: dict[str, Value]
) -> None:
    link.edit(LEFT, left)
    link.edit(RIGHT, right)
    before = {s: normal(link, s) for s in SIDES}
    stored = {s: CONTACT.normal(link.stored(s, link.fields[s.other] or {})) for s in SIDES}
    link.step()
    for side in SIDES:
        for name, value in normal(link, side).items():
            sources = (before[side][name], stored[side][name])
            if name in SETS:
                at_hand = {e for s in SIDES for e in (link.fields[s] or {}).get(name) or ()}
                assert set(value or ()) <= at_hand | set(before[side][name] or ())
            elif isinstance(value, Mapping):
                parts = {p for each in sources for p in (each or {}).items()}
                assert set(value.items()) <= parts
            else:
                assert value in sources or name == "family_name"


# --- lossy sides ------------------------------------------------------------------------------

LOSSY = settled_links(st.sampled_from([("rich", "poor"), ("poor", "rich")]))


@QUICK
@given(LOSSY, edits(POOR))
def test_the_poorer_side_shortens_nothing_it_did_not_change(
    link: PlannedLink, change: dict[str, Value]
) -> None:
    poor = LEFT if link.specs.left is POOR else RIGHT
    rich = poor.other
    before, held = normal(link, rich), normal(link, poor)
    link.edit(poor, change)
    touched = {name for name, value in normal(link, poor).items() if value != held[name]}
    link.run()
    for name, value in normal(link, rich).items():
        if name not in touched:
            assert value == before[name], name
        elif name in SETS:
            removed = set(held[name] or ()) - set(normal(link, poor)[name] or ())
            gone = {e for e in before[name] or () if any(e.startswith(cut) for cut in removed)}
            assert set(before[name] or ()) - gone <= set(value or ())
        elif name == "business_address" and value and before[name] and held[name]:
            same = held[name].get("street") == (normal(link, poor)[name] or {}).get("street")
            assert not same or value.get("street") == before[name].get("street")


@QUICK
@given(LOSSY)
def test_reading_the_poorer_side_again_is_no_change(link: PlannedLink) -> None:
    writes = len(link.sent)
    for side in SIDES:
        link.edit(side, {})
        link.step()
    assert len(link.sent) == writes


def test_what_stands_in_for_a_name_never_travels_back() -> None:
    link = linked({"company": "Navy"}, PerSide(RICH, POOR))
    assert (link.fields.right or {})["family_name"] == "Navy"

    link.edit(RIGHT, {"given_name": "Al"})
    link.edit(LEFT, {"company": "Bank"})
    link.run()
    assert (link.fields.left or {})["family_name"] is None
    assert (link.fields.left or {})["given_name"] == "Al"

    link.edit(LEFT, {"display_name": "Desk"})
    link.edit(RIGHT, {"family_name": "King"})
    link.run()
    assert (link.fields.left or {})["family_name"] == "King"


def test_a_removed_name_is_replaced_by_what_stands_in_for_it() -> None:
    link = linked({"family_name": "King", "company": "Navy"}, PerSide(RICH, POOR))
    link.edit(LEFT, {"family_name": None})
    link.run()
    assert (link.fields.right or {})["family_name"] == "Navy"
    assert (link.fields.left or {})["family_name"] is None


def test_a_cut_text_comes_back_only_when_it_is_edited() -> None:
    link = linked({"notes": "a long note", "job_title": "x"}, PerSide(RICH, POOR))
    assert (link.fields.right or {})["notes"] == "a lo"
    link.edit(RIGHT, {"job_title": "y"})
    link.run()
    assert (link.fields.left or {})["notes"] == "a long note"
    link.edit(RIGHT, {"notes": "b"})
    link.run()
    assert (link.fields.left or {})["notes"] == "b"


def test_an_edit_behind_the_cut_needs_no_write() -> None:
    link = linked({"notes": "a long note"}, PerSide(RICH, POOR))
    link.sent.clear()
    link.edit(LEFT, {"notes": "a long story"})
    assert link.step().settled == ("notes",)
    assert link.sent == []
    assert link.decide() == Decision(Verdict.NOTHING)


def test_a_date_without_a_year_stays_where_it_is() -> None:
    link = linked({"birthday": "--05-01"}, PerSide(RICH, POOR))
    assert (link.fields.right or {})["birthday"] is None
    link.edit(LEFT, {"birthday": "--05-02"})
    link.run()
    link.edit(RIGHT, {"job_title": "x"})
    link.run()
    assert (link.fields.left or {})["birthday"] == "--05-02"
    link.edit(RIGHT, {"birthday": "1990-05-02"})
    link.run()
    assert (link.fields.left or {})["birthday"] == "1990-05-02"


# --- settling ---------------------------------------------------------------------------------

UNCUT = edits().map(lambda found: {n: v for n, v in found.items() if n != "categories"})
"""Without names that the poorer side cuts to the same one: which of them it then holds depends on
which came first, and no value is lost either way."""


@QUICK
@given(settled_links(), UNCUT, UNCUT, st.sampled_from(SIDES))
def test_one_direction_settled_and_the_other_decided_again_ends_like_both_at_once(
    link: PlannedLink, left: dict[str, Value], right: dict[str, Value], first: Side
) -> None:
    link.edit(LEFT, left)
    link.edit(RIGHT, right)
    at_once, one_by_one = link.copy(), link

    at_once.run()
    one_by_one.step((first,))
    one_by_one.run()

    for side in SIDES:
        assert normal(one_by_one, side) == normal(at_once, side)


@QUICK
@given(settled_links(), UNCUT, UNCUT)
def test_the_order_of_the_two_writes_does_not_matter(
    link: PlannedLink, left: dict[str, Value], right: dict[str, Value]
) -> None:
    link.edit(LEFT, left)
    link.edit(RIGHT, right)
    other = link.copy()
    link.step((LEFT, RIGHT))
    other.step((RIGHT, LEFT))
    assert link.fields == other.fields
    for each in (link, other):
        writes = len(each.sent)
        each.run()
        assert len(each.sent) == writes


def test_what_both_sides_added_is_removed_by_either_though_one_of_two_writes_failed() -> None:
    """Each side has room for three. (It stayed at the left, and took the room of what came.)"""
    link = linked({"given_name": "Ada"}, PerSide(RICH, RICH))
    link.edit(LEFT, {"emails": ("e@x", "a@x")})
    link.edit(RIGHT, {"emails": ("a@x", "g@x", "f@x")})
    link.step((RIGHT,))
    link.edit(RIGHT, {"emails": ("e@x", "d@x", "b@x")})

    link.run()

    assert normal(link, LEFT)["emails"] == normal(link, RIGHT)["emails"]
    assert set((link.fields[LEFT] or {})["emails"] or ()) == {"e@x", "d@x", "b@x"}


def test_a_move_survives_the_intent_that_carries_it() -> None:
    move = BaseMove({"notes": "n", "emails": ("a",)}, {"phones": ("x",)}, {"phones": ()})
    assert BaseMove.from_json(move.to_json()) == move
    assert move.only(["notes"]).names == {"notes"}


# --- symmetry (P14) ---------------------------------------------------------------------------


def mirrored(link: PlannedLink) -> PlannedLink:
    rule = {
        Conflict.LEFT_WINS: Conflict.RIGHT_WINS,
        Conflict.RIGHT_WINS: Conflict.LEFT_WINS,
    }
    policy = ObjectPolicy(
        type=CONTACT,
        direction=Direction.BOTH,
        conflict=rule[link.policy.conflict or Conflict.LEFT_WINS],
        merge=link.policy.merge,
    )
    specs, fields, bases = (
        PerSide(each.right, each.left) for each in (link.specs, link.fields, link.bases)
    )
    return PlannedLink(policy, specs, fields, bases)


def flipped(carries: tuple[Carry, ...]) -> set[Any]:
    return {(c.fields, c.source.other, c.mode, c.overrides) for c in carries}


@QUICK
@given(settled_links(), edits(), edits(), st.booleans())
def test_swapping_the_sides_swaps_decisions_and_writes(
    link: PlannedLink, left: dict[str, Value], right: dict[str, Value], forget: bool
) -> None:
    if forget:
        link.bases = PerSide(None, None)
    link.edit(LEFT, left)
    link.edit(RIGHT, right)
    mirror = mirrored(link)

    ours, theirs = link.decide(), mirror.decide()

    assert theirs.verdict is ours.verdict
    assert {(c.fields, c.source, c.mode, c.overrides) for c in theirs.carries} == flipped(
        ours.carries
    )
    assert (set(theirs.settled), set(theirs.conflicts)) == (
        set(ours.settled),
        set(ours.conflicts),
    )
    link.run()
    mirror.run()
    for side in SIDES:
        assert normal(mirror, side) == normal(link, side.other)


# --- what may not be written ------------------------------------------------------------------


def test_a_field_we_may_not_write_is_refused_and_stays_due() -> None:
    link = linked({"notes": "a", "company": "c"}, PerSide(PLAIN, PLAIN))
    link.edit(LEFT, {"notes": "b", "company": "d"})
    decision = link.decide()
    sides = PerSide(
        SideValues(link.fields.left or {}, link.bases.left, PLAIN),
        SideValues(
            link.fields.right or {},
            link.bases.right,
            PLAIN,
            Writable(frozenset({"company"}), "read only"),
        ),
    )
    write = target_write(RIGHT, decision, sides, readable_digester())
    assert write.fields == {"company": "d"}
    assert write.refused == ("notes",)
    assert write.settlement.left.names == write.settlement.right.names == {"company"}
    assert "notes" not in write.settlement.left.names


@QUICK
@given(SPECS, edits(RICH))
def test_a_new_record_holds_what_its_side_can_hold_and_is_settled_at_once(
    systems: Systems, fields: dict[str, Value]
) -> None:
    specs = specs_of(systems)
    own = {name: value for name, value in fields.items() if name in specs.left.by_name}
    link = linked({}, specs)
    source = SideValues(link.stored(LEFT, own), None, specs.left)
    target = SideValues({}, None, specs.right)
    sent, _ = created_fields(source, target, readable_digester(), NAMES)
    assert link.stored(RIGHT, sent) == {**dict.fromkeys(specs.right.by_name), **sent}
