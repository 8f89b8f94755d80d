"""What stands at the other side once a record is as it was: what that one counts as settled at, and
what of it is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from syncline.engine.decide.deltas import Digests
from syncline.engine.decide.digests import load
from syncline.engine.decide.undo import Counterpart, UndoDecision, UndoVerdict
from syncline.engine.undo.standing import Situation
from syncline.state import records


def source_base(situation: Situation) -> Digests | None:
    """What the other record of a deleted one counts as settled at; None where nothing is known of
    it. What differs from that is somebody's edit, and travels on.

    One that was severed keeps its base. Of one that ended with the deletion the history tells it;
    where it does not, they count as if they had held the same.
    """
    side, done = situation.done.side.other, situation.done
    if situation.link is not None:
        return load(situation.link._mapping[f"{side}_base_json"])
    if done.wrote.agreed is not None or situation.source is None:
        return done.wrote.agreed
    lane, source = done.lane, situation.source
    common = source.fields.keys() & lane.sides[side].feed.spec.by_name & done.wrote.before.keys()
    before = {name: done.wrote.before[name] for name in common}
    return {**lane.digester.fields(source.fields), **lane.digester.fields(before)}


def consequence(tx: Connection, situation: Situation, decision: UndoDecision) -> str:
    """What then stands at the other side, where that is something else; "" if nothing is."""
    done = situation.done
    name = done.lane.sides[done.side.other].feed.connection.name
    if decision.verdict is UndoVerdict.DELETE:
        return f"it stays in {name}, and is not copied again"
    if decision.verdict is UndoVerdict.CREATE:
        if situation.now.counterpart is Counterpart.GONE:
            return f"it is gone in {name}: here it is a new record then"
        return _beside(situation, name)
    known = _last_seen(tx, situation)
    restored = done.lane.digester.fields(decision.fields)
    return _own(name, (n for n in restored if n in known and known[n] != restored[n]))


def _beside(situation: Situation, name: str) -> str:
    """What the other record, which is there, holds that differs from what is made again."""
    done, source, base = situation.done, situation.source, source_base(situation)
    if source is None or base is None:
        return ""
    digester = done.lane.digester
    restored, current = digester.fields(done.wrote.before), digester.fields(source.fields)
    differing = [n for n in current if n in restored and current[n] != restored[n]]
    edited = [n for n in differing if n in base and base[n] != current[n]]
    notes = [f"{name} was edited since: {', '.join(edited)}"] if edited else []
    own = _own(name, (n for n in differing if n not in edited))
    return "; ".join([*notes, *filter(None, [own])])


def _own(name: str, fields: Iterable[str]) -> str:
    names = ", ".join(fields)
    return f"{name} keeps its own: {names}" if names else ""


def _last_seen(tx: Connection, situation: Situation) -> Digests:
    there = situation.done.lane.sides[situation.done.side.other].feed
    source = str(situation.source_id)
    row = records.find(tx, there.id, [source]).get(source)
    return {} if row is None else load(row.digests_json) or {}
