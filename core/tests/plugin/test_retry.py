"""Retry: reads are repeated, writes only where that cannot do a thing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from syncline.errors import Busy, Reconnect, Retry, Stop, SynclineError
from syncline.plugin.requests import Applied, Deferred, Outcome, RecordId, Unknown
from syncline.plugin.wrappers import retry
from syncline.plugin.wrappers.retry import Caution, Patience


@dataclass
class Time:
    """A clock that only sleeping moves."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self, **limits: float) -> Patience:
        return Patience(sleep=self.sleep, now=lambda: self.now, jitter=lambda: 1.0, **limits)  # type: ignore[arg-type]


@dataclass
class Service:
    """Answers from a script: an error is raised, a list is returned."""

    script: list[SynclineError | list[Outcome] | str]
    sent: list[list[str]] = field(default_factory=list)

    def read(self) -> str:
        answer = self.script.pop(0)
        if isinstance(answer, SynclineError):
            raise answer
        assert isinstance(answer, str)
        return answer

    def send(self, operations: Sequence[str]) -> list[Outcome]:
        self.sent.append(list(operations))
        answer = self.script.pop(0)
        if isinstance(answer, SynclineError):
            raise answer
        assert isinstance(answer, list)
        return answer


def _done(*names: str) -> list[Outcome]:
    return [Applied(id=RecordId(name)) for name in names]


def test_a_read_is_repeated_until_it_works() -> None:
    time, service = Time(), Service([Retry("busy"), Retry("busy"), "page"])

    assert retry.read(service.read, time.patience()) == "page"
    assert time.slept == [1.0, 2.0]


def test_waiting_honours_what_the_service_asked_for() -> None:
    time, service = Time(), Service([Retry("busy", after=30.0), "page"])

    retry.read(service.read, time.patience())

    assert time.slept[0] >= 30.0


def test_backoff_grows_to_its_longest_wait() -> None:
    time, service = Time(), Service([Retry("busy")] * 5 + ["page"])

    retry.read(service.read, time.patience(longest_wait=4.0))

    assert time.slept == [1.0, 2.0, 4.0, 4.0, 4.0]


@pytest.mark.parametrize("limits", [{"attempts": 3}, {"budget": 4.0}])
def test_patience_is_bounded(limits: dict[str, float]) -> None:
    time, service = Time(), Service([Retry("busy")] * 10)

    with pytest.raises(Retry):
        retry.read(service.read, time.patience(**limits))
    assert time.slept == [1.0, 2.0]


def test_a_wait_beyond_the_budget_is_not_begun() -> None:
    time, service = Time(), Service([Retry("busy", after=3600.0)])

    with pytest.raises(Retry):
        retry.read(service.read, time.patience())
    assert time.slept == []


@pytest.mark.parametrize("error", [Reconnect("refused"), Stop("no")])
def test_other_errors_are_not_repeated(error: SynclineError) -> None:
    time, service = Time(), Service([error])

    with pytest.raises(type(error)):
        retry.read(service.read, time.patience())
    assert time.slept == []


def test_a_write_that_never_reached_the_service_is_sent_again() -> None:
    time, service = Time(), Service([Retry("429", reached=False, after=5.0), _done("1", "2")])

    outcomes = retry.write(service.send, ["a", "b"], time.patience())

    assert outcomes == _done("1", "2")
    assert service.sent == [["a", "b"], ["a", "b"]]
    assert time.slept[0] >= 5.0


def test_a_write_that_may_have_reached_the_service_is_not_sent_again() -> None:
    time, service = Time(), Service([Retry("connection lost")])

    outcomes = retry.write(service.send, ["a", "b"], time.patience())

    assert [type(each) for each in outcomes] == [Unknown, Unknown]
    assert len(service.sent) == 1


def test_a_create_with_a_key_is_sent_again() -> None:
    time, service = Time(), Service([Retry("connection lost"), _done("1")])

    assert retry.write(
        service.send, ["a"], time.patience(), caution=Caution(repeatable=True)
    ) == _done("1")


def test_deferred_operations_are_sent_again_alone_after_the_longest_wait() -> None:
    first = [*_done("1"), Deferred(after=3.0), Deferred(after=9.0), *_done("4")]
    time, service = Time(), Service([first, _done("2", "3")])

    outcomes = retry.write(service.send, ["a", "b", "c", "d"], time.patience())

    assert outcomes == _done("1", "2", "3", "4")
    assert service.sent[1:] == [["b", "c"]]
    assert time.slept[0] >= 9.0


def test_what_patience_does_not_reach_stays_deferred() -> None:
    time, service = Time(), Service([Retry("429", reached=False)] * 2)

    outcomes = retry.write(service.send, ["a"], time.patience(attempts=2))

    assert [type(each) for each in outcomes] == [Deferred]


def test_after_a_doubtful_attempt_nothing_is_called_deferred() -> None:
    script: list[SynclineError | list[Outcome] | str] = [
        Retry("connection lost"),
        Retry("429", reached=False),
    ]
    time, service = Time(), Service(script)

    outcomes = retry.write(
        service.send, ["a"], time.patience(attempts=2), caution=Caution(repeatable=True)
    )

    assert [type(each) for each in outcomes] == [Unknown]


def test_an_error_for_the_whole_call_is_raised() -> None:
    time, service = Time(), Service([Reconnect("refused")])

    with pytest.raises(Reconnect):
        retry.write(service.send, ["a"], time.patience())


def test_an_error_while_sending_the_rest_does_not_lose_the_outcomes_before() -> None:
    time, service = Time(), Service([[*_done("1"), Deferred()], Reconnect("refused")])

    outcomes = retry.write(service.send, ["a", "b"], time.patience())

    assert [type(each) for each in outcomes] == [Applied, Unknown]


# --- what must be looked for before it is sent again ----------------------------------------------


@dataclass
class Looked:
    """Finds what it is told to find, and keeps what it was asked for."""

    found: dict[int, Outcome] = field(default_factory=dict)
    asked: list[list[int]] = field(default_factory=list)

    def __call__(
        self, positions: Sequence[int], outcomes: Mapping[int, Outcome]
    ) -> Mapping[int, Outcome]:
        self.asked.append(list(positions))
        return {position: self.found[position] for position in positions if position in self.found}


def test_a_create_without_a_key_is_looked_for_before_it_is_sent_again() -> None:
    look = Looked({0: Applied(id=RecordId("1"))})
    time, service = Time(), Service([Retry("429", reached=False), _done("2")])

    outcomes = retry.write(service.send, ["a", "b"], time.patience(), Caution(once=True, look=look))

    assert outcomes == _done("1", "2")
    assert service.sent == [["a", "b"], ["b"]]
    assert look.asked == [[0, 1]]


def test_what_was_put_off_is_looked_for_too() -> None:
    look = Looked()
    first = [*_done("1"), Deferred(), Deferred(sent=False)]
    time, service = Time(), Service([first, _done("2", "3")])

    outcomes = retry.write(
        service.send, ["a", "b", "c"], time.patience(), Caution(once=True, look=look)
    )

    assert outcomes == _done("1", "2", "3")
    assert look.asked == [[1]], "what never left us cannot be there"


def test_nobody_looks_before_it_can_be_seen() -> None:
    time, service = Time(), Service([Retry("429", reached=False, after=2.0), _done("1")])

    retry.write(service.send, ["a"], time.patience(), Caution(once=True, look=Looked(), pause=20.0))

    assert time.slept[0] >= 20.0


def test_what_nobody_can_look_for_is_sent_once() -> None:
    time, service = Time(), Service([Retry("429", reached=False)])

    outcomes = retry.write(service.send, ["a"], time.patience(), Caution(once=True))

    assert [type(each) for each in outcomes] == [Deferred]
    assert len(service.sent) == 1


def test_what_never_left_us_is_sent_again_without_a_look() -> None:
    script: list[SynclineError | list[Outcome] | str] = [
        Retry("connection refused", reached=False, sent=False),
        _done("1"),
    ]
    time, service = Time(), Service(script)

    assert retry.write(service.send, ["a"], time.patience(), Caution(once=True)) == _done("1")


def test_what_is_not_looked_for_any_more_is_unknown() -> None:
    time, service = Time(), Service([Retry("429", reached=False)] * 2)

    outcomes = retry.write(
        service.send, ["a"], time.patience(attempts=2), Caution(once=True, look=Looked())
    )

    assert [type(each) for each in outcomes] == [Unknown]


def test_a_look_that_fails_leaves_it_unknown() -> None:
    def look(positions: Sequence[int], outcomes: Mapping[int, Outcome]) -> Mapping[int, Outcome]:
        raise Stop("no")

    time, service = Time(), Service([Retry("429", reached=False)])

    outcomes = retry.write(service.send, ["a"], time.patience(), Caution(once=True, look=look))

    assert outcomes == [Unknown(message="no")]


def test_before_each_call_it_is_asked_whether_it_may_be_made() -> None:
    asked: list[int] = []

    def before_send() -> None:
        asked.append(len(service.sent))
        if len(asked) == 2:
            raise Busy("the lease has passed on")

    time, service = Time(), Service([[*_done("1"), Deferred()], _done("2")])

    with pytest.raises(Busy):
        retry.write(service.send, ["a", "b"], time.patience(), Caution(before_send))
    assert asked == [0, 1]
    assert service.sent == [["a", "b"]]
