"""What every single write must keep to, at the moment it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from proof.histories.ground import Ground
from proof.histories.kept import Waits
from proof.histories.owners import member_of
from proof.histories.questions import Deletion
from proof.histories.runs import Run
from proof.ledger import FOLLOWED, values_in
from syncline.connectors.memory import Call
from syncline.connectors.memory.entries import Entry
from syncline.model.capacity import UNLIMITED
from syncline.model.records import RecordId
from syncline.model.sides import Side
from syncline.plugin.requests import ApplyRequest, Create, Delete, DeleteRequest, Update
from syncline.policy.schema import Direction, LeftScope, ObjectPolicy, SharedDelete

_PAUSING: Final = """
    SELECT waits.lane_id, waits.record_id, waits.next_at, waits.reason, waits.side = sent.side
    FROM intent AS sent
    JOIN link ON link.id = sent.link_id
    JOIN attention AS waits ON waits.lane_id = link.lane_id
        AND waits.record_id IN (link.left_id, link.right_id)
    WHERE sent.sent_at >= ?
"""
"""Records that should be waiting still, of writes that are on their way since an instant; and
whether they wait at the side that is written, as its own edits wait for the other side.
"""


Raced = Callable[[Side, RecordId], bool]
"""Whether somebody edited a record in this run, and it was not read since."""


def check_write(ground: Ground, run: Run | None, side: Side, call: Call, raced: Raced) -> None:
    """Direction, permissions, pauses, deletions, guards, the fence: by the policy the run began
    with.
    """
    request = call.request
    assert run is not None, "P21: a write outside of any run"
    assert run.policy.direction.writes(side), f"P6: a write at {side}, against the direction"
    if isinstance(request, ApplyRequest | DeleteRequest):
        fenced = run.asleep and request.operations != run.sent
        assert not fenced, f"P19: a write at {side} by a run whose lease has passed to another"
        run.sent = request.operations
        _check_pauses(ground, run)
        for each in request.operations:
            if isinstance(each, Delete):
                _check_deletion(ground, run, side, each, raced)
            elif isinstance(each, Create):
                assert run.policy.create[side], f"P7: a create at {side}, switched off there"
                _check_fields(run.policy, side, each.fields)
            else:
                _check_update(ground, run, side, each)


def _check_pauses(ground: Ground, run: Run) -> None:
    """What is refused in this run at one side does not hold up the other half of the same link,
    which was decided with it.
    """
    now = ground.world.clock().timestamp()
    rows = ground.kept.rows(_PAUSING, (run.began,))
    waits = [(Waits(*row), here) for *row, here in rows]
    early = [
        (each.record, each.reason)
        for each, here in waits
        if each.at(now) and (each in run.waiting or not here)
    ]
    assert not early, f"P9: written before its pause was over: {early}"


# --- deletions ------------------------------------------------------------------------------------


def _check_deletion(ground: Ground, run: Run, side: Side, operation: Delete, raced: Raced) -> None:
    policy, ledger = run.policy, ground.ledger
    entry = ground.stores[side].entries[operation.id]
    family = str(entry.fields["family_name"])
    assert policy.delete[side], f"P7: a deletion at {side}, where deleting is switched off"
    assert "delete" not in ground.stores[side].options.notifies, "P7: mail by surprise"
    there = ledger.families(side.other).get(family, [])
    left = policy.left_scope is LeftScope.DELETE
    left = left and any(run.borders[side.other].has_left(each) for each in there)
    gave = ground.owners.gave(side, operation.account, family)
    left = left or (policy.left_scope is LeftScope.DELETE and gave)
    whose = {family, *ledger.absorbed(family)}  # a link follows its record into another one
    gone = any(ledger.was_deleted(side.other, each) for each in whose)
    if policy.shared_delete is SharedDelete.PROPAGATE and ground.past.several_had(side, family):
        gone = gone or ledger.was_deleted(side, family)  # by one member: it reaches the others
    gone = gone or family in ground.past.passed[side.other]
    assert gone or left, f"P4: nobody deleted {family} at {side.other}"
    member = member_of(ground.stores[side], operation.account)
    # What a run linked that died or was interrupted is linked, though none has come to its end.
    begun = member not in run.settled and not ground.past.forgot
    early = run.rebaselines(member) and not begun
    assert not early, f"P18: {family} deleted in a first run of this policy"
    deletion = Deletion(member, side, operation.id)
    assert deletion not in run.unapproved, f"P10: {family} deleted at {side}, held and not approved"
    ground.questions.made(deletion)
    if not raced(side, operation.id):
        unseen = _unseen(ground, policy, side, entry)
        assert not unseen, f"P4: {family} deleted at {side} although {unseen} was typed there"
    ground.past.deleted(side, family, run.people)
    run.deletions[side].add(operation.id)
    most = _most_deletions(ground, run, side)
    done = len(run.deletions[side])
    assert done <= most, f"P10: {done} deletions at {side}, the guard lets {most} pass"


def _unseen(ground: Ground, policy: ObjectPolicy, side: Side, entry: Entry) -> set[str]:
    """What people typed into a record, and the other side never got to see, unless the rule says
    that the deletion wins. Only of fields that travel there whole.
    """
    deleter = side.other
    rule = policy.conflict.winner if policy.conflict else None
    family = str(entry.fields["family_name"])
    decided = family in ground.past.decided  # by a person, who was shown both sides
    if policy.direction is not Direction.BOTH or rule is deleter or decided:
        return set()
    hidden = ground.stores[side].hidden_fields | ground.stores[deleter].hidden_fields
    there = ground.stores[deleter].spec.by_name
    names = [
        name
        for name in FOLLOWED[:3]
        if name in there
        and name not in hidden
        and there[name].capacity == UNLIMITED
        and policy.field_direction(name).writes(deleter)
    ]
    return set(values_in(entry.fields, names)) - ground.ledger.arrived[deleter]


def _most_deletions(ground: Ground, run: Run, side: Side) -> float:
    limits = run.policy.guards
    by_themselves = max(limits.deletions, limits.deletion_share * _live(ground, run, side))
    return max(by_themselves, run.approved)


def _live(ground: Ground, run: Run, side: Side) -> int:
    """The records that there have been in this run, at once: it may have made some itself."""
    now = len(ground.ledger.live(side)) + len(run.deletions[side])
    return max(run.live[side], now)


# --- updates --------------------------------------------------------------------------------------


def _check_update(ground: Ground, run: Run, side: Side, operation: Update) -> None:
    store = ground.stores[side]
    entry = store.entries[operation.id]
    _check_fields(run.policy, side, operation.fields)
    assert "update" not in store.options.notifies, "P7: mail by surprise"
    if run.writable[side].get(entry.id) == entry.writable:
        closed = [name for name in operation.fields if not entry.writable.allows(name)]
        assert not closed, f"P7: {closed} written at {side}, where only others may be"
    cleared = [n for n, v in operation.fields.items() if v is None and entry.fields.get(n)]
    before = run.settled.get(member_of(ground.stores[side], operation.account))
    if before is not None and before.direction.source and run.policy.direction is Direction.BOTH:
        assert not cleared, f"P18: {cleared} emptied in the first run after one way became two"
    for name in cleared:
        emptied = run.cleared.setdefault((side, name), set())
        emptied.add(operation.id)
        most = _most_cleared(ground, run, side)
        assert len(emptied) <= most, f"P10: {name} emptied on {len(emptied)}, of which {most} may"
    family = str(entry.fields["family_name"])
    ground.past.updates[side][family] += 1


def _check_fields(policy: ObjectPolicy, side: Side, fields: Any) -> None:
    against = [name for name in fields if not policy.field_direction(name).writes(side)]
    assert not against, f"P7: {against} written at {side}, where they do not travel"


def _most_cleared(ground: Ground, run: Run, side: Side) -> float:
    limits = run.policy.guards
    if run.pairs < limits.minimum_links:
        return float("inf")
    return max(1.0, limits.cleared_share * _live(ground, run, side), run.approved)
