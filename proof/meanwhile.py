"""Something happens while a run is at work: an edit, a failure, another run that notes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncline.connectors.memory import Call
from syncline.connectors.memory.faults import CallKind
from syncline.model.records import RecordId
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld


@dataclass
class Once:
    """Before the first call of a kind something happens, or after its effect; `of`: of those that
    read these records by their ids.
    """

    kind: CallKind
    act: Callable[[], object]
    afterwards: bool = False
    of: tuple[RecordId, ...] = ()
    over: bool = False

    def before(self, call: Call) -> None:
        self._happen(call, not self.afterwards)

    def after(self, call: Call) -> None:
        self._happen(call, self.afterwards)

    def _happen(self, call: Call, now: bool) -> None:
        asked = getattr(call.request, "ids", ())
        meant = call.kind == self.kind and (not self.of or asked == self.of)
        if now and meant and not self.over:
            self.over = True
            self.act()


def called(world: EngineWorld, given: str, account: str | None = "ada") -> RecordId:
    """Whose record of that name: an account's in its mailbox; without one, that of the CRM."""
    store = world.right if account is None else world.left
    held = store.read(account)
    return next(key for key, fields in held.items() if fields["given_name"] == given)


def held(world: EngineWorld, given: str, account: str | None = "ada") -> dict[str, object]:
    store = world.right if account is None else world.left
    return dict(store.read(account)[called(world, given, account)])


def run_of(world: EngineWorld, member: str) -> None:
    with world.another_session() as session:
        session.run(Selection(members=(member,)))
