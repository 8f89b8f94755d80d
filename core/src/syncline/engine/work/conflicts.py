"""Conflicts: kept until a person, or a plugin, names the winner; void when a side moves on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, select

from syncline.engine.decide.link import Decision, Presence, Ruling, Verdict
from syncline.engine.words import label
from syncline.engine.work.due import DueLink
from syncline.engine.work.evaluate import Evaluation
from syncline.engine.world import World
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.events import ConflictSeen
from syncline.state.among import one_of
from syncline.state.conflicts import CONFLICT, drop
from syncline.state.database import chunks

_DECIDED: Final = select(CONFLICT).where(
    one_of(CONFLICT.c.link_id, "links"), CONFLICT.c.winner.is_not(None)
)


def ruling_of(link: DueLink) -> Ruling:
    """What overrides the policy for a link that nobody decided about."""
    return Ruling(former_source=link.former_source, first_look=link.rebaseline)


@dataclass(frozen=True)
class Conflicts:
    """Looks up, asks for and stores decisions about conflicts."""

    world: World

    def rulings(self, tx: Connection, page: Sequence[DueLink]) -> dict[int, Ruling]:
        """What people decided about links of this page, where neither record moved since."""
        by_id = {link.id: link for link in page}
        found: dict[int, Ruling] = {}
        for part in chunks(by_id):
            for row in tx.execute(_DECIDED, {"links": part}):
                link = by_id[row.link_id]
                if (row.left_version, row.right_version) == versions(link):
                    found[link.id] = replace(ruling_of(link), winner=Side(row.winner))
        return found

    def ask(self, evaluation: Evaluation, ruling: Ruling) -> Ruling | None:
        """What a plugin decides about a conflict; None if there is none, or no plugin answers."""
        decision = evaluation.decision
        if ruling.winner is not None or not _in_conflict(decision):
            return None
        answer = self.world.plugins.resolve_conflict(_seen(evaluation))
        if answer is None:
            return None
        why = f": {answer.reason}" if answer.reason else ""
        return replace(ruling, winner=answer.winner, by=f"decided by {answer.plugin}{why}")

    def save(self, tx: Connection, evaluation: Evaluation) -> None:
        """Keep a conflict for a person; one that is kept already for the same versions stays."""
        link = evaluation.link
        left, right = versions(link)
        where = CONFLICT.c.link_id == link.id
        kept = tx.execute(select(CONFLICT).where(where)).one_or_none()
        if kept is not None and (kept.left_version, kept.right_version) == (left, right):
            return
        seen = _seen(evaluation)
        values = {
            "label": _label(evaluation),
            **{side.value: dict(seen.values[side]) for side in SIDES},
        }
        drop(tx, [link.id])
        tx.execute(
            CONFLICT.insert().values(
                lane_id=link.lane.id,
                link_id=link.id,
                fields_json=json.dumps(seen.fields),
                values_sealed=self.world.database.vault.seal(values),
                left_version=left,
                right_version=right,
                since_at=self.world.seconds,
            )
        )


def _label(evaluation: Evaluation) -> str:
    """What a person would call the record: of all its values, not only those in conflict."""
    for side in SIDES:
        values = evaluation.values[side]
        if values is not None:
            return label(evaluation.link.lane.type, values.fields)
    return ""


def versions(link: DueLink) -> tuple[str, str]:
    """Both records' versions as last seen."""
    return link.sides.left.version, link.sides.right.version


def _in_conflict(decision: Decision) -> bool:
    if decision.verdict is Verdict.CONFLICT or decision.conflicts:
        return True
    return any(carry.overrides for carry in decision.carries)


def _seen(evaluation: Evaluation) -> ConflictSeen:
    link, decision = evaluation.link, evaluation.decision
    deleted = next((s for s in SIDES if link.sides[s].presence is Presence.DELETED), None)
    names = decision.conflicts or tuple(
        name for carry in decision.carries if carry.overrides for name in carry.fields
    )
    values: PerSide[Mapping[str, Any]] = PerSide({}, {})
    for side in SIDES:
        held = evaluation.values[side]
        if held is not None:
            shown = {n: v for n, v in held.fields.items() if deleted is not None or n in names}
            values = values.with_side(side, shown)
    return ConflictSeen(
        lane=link.lane.name,
        kind="edit" if deleted is None else "deletion",
        fields=names,
        values=values,
        modified=PerSide(*(link.sides[side].modified for side in SIDES)),
        deleted=deleted,
    )
