"""The shapes of answers to connection hooks: whatever has one, core can go through.

What is in them is looked at elsewhere, value by value (`checked`, `answered`, `listed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

from syncline.errors import Stop
from syncline.plugin.requests import (
    AccountPage,
    Applied,
    ApplyRequest,
    ChangesRequest,
    CheckReport,
    Containers,
    Deferred,
    DeleteRequest,
    Duplicate,
    FetchRequest,
    Gone,
    Outcome,
    Page,
    Rejected,
    Stale,
    Unknown,
)

OUTCOMES: Final = (Applied, Stale, Gone, Duplicate, Rejected, Unknown, Deferred)

T = TypeVar("T")


@dataclass(frozen=True)
class Shapes:
    """Of the answers of somebody, such as "connector 'memory'"; all raise `Stop` for another shape.

    `fault`: whose fault that is, in words.
    """

    whose: str
    fault: str
    connector: str

    def report(self, answer: object) -> CheckReport:
        """What `check` answers."""
        return self._expect(CheckReport, answer)

    def containers(self, answer: object) -> Containers:
        """Accounts or containers."""
        return self._with_many(self._expect(Containers, answer), "accounts", "containers")

    def accounts(self, answer: object) -> AccountPage:
        """A page of accounts."""
        return self._with_many(self._expect(AccountPage, answer), "accounts")

    def page(self, answer: object, request: FetchRequest) -> Page:
        """A page goes on, or ends, but never both."""
        page = self._with_many(self._expect(Page, answer), "records", "absent")
        if page.next is not None and page.cursor is not None:
            raise self._malformed("a page with both next and cursor")
        if isinstance(request, ChangesRequest) and page.next is None and page.cursor is None:
            raise self._malformed("a last page without a cursor")
        return page

    def outcomes(self, answer: object, request: ApplyRequest | DeleteRequest) -> list[Outcome]:
        """One outcome for each operation."""
        outcomes: list[Outcome] = self._expect(list, answer)
        expected = len(request.operations)
        if len(outcomes) != expected:
            raise self._malformed(f"{len(outcomes)} outcomes for {expected} operations")
        if strange := [each for each in outcomes if not isinstance(each, OUTCOMES)]:
            raise self._malformed(f"an outcome of type {type(strange[0]).__name__}")
        return outcomes

    def _expect(self, type_: type[T], answer: object) -> T:
        if not isinstance(answer, type_):
            raise self._malformed(f"{type(answer).__name__} instead of {type_.__name__}")
        return answer

    def _with_many(self, answer: T, *names: str) -> T:
        """The answer, whose fields of these names can be counted, and gone through twice."""
        for name in names:
            if not isinstance(many := getattr(answer, name), tuple | list):
                raise self._malformed(f"{name} of type {type(many).__name__}")
        return answer

    def _malformed(self, what: str) -> Stop:
        return Stop(
            f"malformed answer from {self.whose}: {what}", hint=self.fault, connector=self.connector
        )
