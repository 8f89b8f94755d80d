"""What a person decides: held operations that may go on, and who wins a conflict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import update

from syncline.engine.approvals import APPROVAL
from syncline.errors import UsageError
from syncline.model import handles
from syncline.model.sides import Side
from syncline.state.conflicts import CONFLICT
from syncline.state.database import Database


@dataclass(frozen=True)
class Decisions:
    """Notes in the state what a person decided `now`; the next run carries it out."""

    database: Database
    now: float

    def approve(self, handles: Iterable[str]) -> int:
        """Release exactly these operations; returns how many.

        Raises:
            UsageError: a handle that no held operation has.

        """
        wanted = list(dict.fromkeys(handles))
        with self.database.transaction() as tx:
            for handle in wanted:
                changed = tx.execute(
                    update(APPROVAL).where(APPROVAL.c.handle == handle).values(approved_at=self.now)
                ).rowcount
                if not changed:
                    raise UsageError(
                        f"no held operation {handle!r}",
                        hint="`syncline status` lists them; a handle is void when a record moves.",
                    )
        return len(wanted)

    def resolve(self, handle: str, winner: Side) -> None:
        """Decide a conflict; the next run carries it out if neither record moved.

        Raises:
            UsageError: there is no such conflict.

        """
        number = handles.number_of(handle, handles.CONFLICT)
        with self.database.transaction() as tx:
            statement = update(CONFLICT).where(CONFLICT.c.id == number)
            changed = tx.execute(statement.values(winner=winner.value)).rowcount
        if not changed:
            raise UsageError(
                f"there is no conflict {handle!r}", hint="`syncline conflicts list` shows them."
            )
