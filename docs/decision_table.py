"""The tables of docs/explanation/decision-table.md, from the rows that the tests check.

Called by generate.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docs import marked
from proof.decisions.table import FIELD_ROWS, LINK_ROWS, Row
from syncline.engine.decide.link import Mode, Verdict

PAGE = Path(__file__).parent / "explanation" / "decision-table.md"

_VERDICTS = {
    Verdict.NOTHING: "nothing",
    Verdict.DELETE: "**delete** the other",
    Verdict.RECREATE: "**create again** what was deleted",
    Verdict.HOLD: "**hold** the creation",
    Verdict.SEVER: "**sever** the link",
    Verdict.END: "the link **ends**",
    Verdict.FREEZE: "the link **rests**",
    Verdict.WAIT: "**wait**",
    Verdict.CONFLICT: "**conflict**: both stand and wait",
}
_MODES = {
    Mode.REPLACE: "",
    Mode.MERGE: ", by elements",
    Mode.KEEP_TARGET_IF_EMPTY: ", unless empty",
}
_WAYS = {"one": "first → second", "other": "second → first"}


def current(text: str) -> str:
    """The page with both tables as they are now."""
    head = ("One side", "The other", "When", "What happens", "Reason shown")
    text = marked.filled(text, "links", _table(head, LINK_ROWS))
    head = ("First side", "Second side", "When", "What travels", "Reason shown")
    return marked.filled(text, "fields", _table(head, FIELD_ROWS))


def _table(head: Sequence[str], rows: Sequence[Row]) -> str:
    lines = [head, ["---"] * len(head), *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: Row) -> list[str]:
    reason = "" if row.reason is None else row.reason.value.replace("{why}", "…")
    return [row.one, row.other or "any", row.when, _outcome(row), reason]


def _outcome(row: Row) -> str:
    if row.verdict is not Verdict.UPDATE:
        return "nothing; both bases move" if row.settles else _VERDICTS[row.verdict]
    if len(row.carries) == 2:
        return "both ways, by elements"
    [(source, mode)] = row.carries
    return f"{_WAYS[source]}{_MODES[mode]}"
