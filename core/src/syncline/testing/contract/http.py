"""What every connector over HTTP has to bear, whatever its service is: for the transport alone, so
that it needs no stand-in of the service.
"""

from __future__ import annotations

import gzip
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

import pytest

from syncline.errors import ConnectionFailure, Reconnect, Retry, Stop
from syncline.plugin.connector import Connector
from syncline.plugin.requests import CheckRequest
from syncline.testing.dripping import BEGINNINGS, dripping
from syncline.testing.scripted import Answer, ScriptedService, in_turn, scripted
from syncline.testing.world import Opener

SECRET: Final = "contract-secret-47"  # noqa: S105 - of no service
"""The credential of these tests."""
VARIABLE: Final = "SYNCLINE_CONTRACT_SECRET"
"""The environment variable that holds it."""
PRIVATE: Final = "ada-private-47"
"""What a body of a service holds in these tests, and nobody may see."""

Read = Callable[[str, Callable[[], float]], object]
"""A call that changes nothing, authorised with `SECRET`, to the service at a URL (without a slash
at the end). The clock, in seconds, is for deadlines.
"""

_TOO_MUCH: Final = 64 * 1024 * 1024 + 1
_PATIENCE: Final = 420.0
"""Seconds after which no answer may be waited for: a lease lasts longer."""
_UNREADABLE: Final = {
    "cut JSON": b"{",
    "not UTF-8": b"\xff\xfe{}",
    "deeper than anybody can": b"[" * 200_000,
    "a number": b"42",
    "a page of HTML": f"<html>{PRIVATE}</html>".encode(),
}


class HttpContract:
    """Subclass it, set `connector_type`, say what the `settings` are. A connector that first signs
    in elsewhere brings its own fixture `read`.
    """

    syncline_conformance: ClassVar[bool] = True
    connector_type: ClassVar[type[Connector]]
    known_gaps: ClassVar[dict[str, str]] = {}

    def settings(self, url: str) -> Mapping[str, Any]:
        """A connection to the service at a URL; its credential is in the variable `VARIABLE`."""
        raise NotImplementedError("a contract class needs `settings`, or a fixture `read`")

    @pytest.fixture
    def read(self, monkeypatch: pytest.MonkeyPatch) -> Read:
        """`check`, which asks every service something."""
        monkeypatch.setenv(VARIABLE, SECRET)
        opener = Opener(self.connector_type)

        def check(url: str, clock: Callable[[], float]) -> object:
            handle = opener.open(self.settings(url), clock)
            try:
                return handle.check(CheckRequest())
            finally:
                handle.close()

        return check

    @pytest.fixture
    def failing(
        self, read: Read, caplog: pytest.LogCaptureFixture
    ) -> Callable[[str], ConnectionFailure]:
        """How a call fails; whatever it says, it shows nothing of what is nobody's business."""

        def call(url: str, clock: Callable[[], float] = time.monotonic) -> ConnectionFailure:
            with caplog.at_level(logging.DEBUG), pytest.raises(ConnectionFailure) as raised:
                read(url, clock)
            error = raised.value
            shown = [repr(error), str(error), error.hint, str(error.context), caplog.text]
            shown += traceback.format_exception(error)
            assert SECRET not in "".join(shown), "the secret is shown"
            assert PRIVATE not in "".join(shown), "a body is shown"
            return error

        return call

    @pytest.fixture
    def elsewhere(self) -> Iterator[ScriptedService]:
        """Another host, where nothing of ours belongs."""
        with scripted(in_turn(Answer.json({}))) as service:
            yield service

    @pytest.mark.parametrize("part", BEGINNINGS)
    def test_an_answer_that_drips_ends_in_time(
        self, part: str, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """One deadline holds for the whole of it, headers and all."""
        with dripping(part) as drip:
            error = failing(drip.url.rstrip("/"), drip.now)
        assert isinstance(error, Retry)
        assert error.reached
        assert drip.time <= _PATIENCE

    def test_an_answer_without_end_is_cut_off(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """Also one that is small until it is unpacked."""
        body = gzip.compress(b" " * _TOO_MUCH, compresslevel=9)
        with scripted(in_turn(Answer(200, {"Content-Encoding": "gzip"}, body))) as service:
            assert isinstance(failing(service.url), Stop)

    def test_an_answer_that_breaks_off_may_have_been_carried_out(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """Nobody knows what it would have said."""
        headers = {"Content-Length": "5000", "Connection": "close"}
        with scripted(in_turn(Answer(200, headers, PRIVATE.encode()))) as service:
            error = failing(service.url)
        assert isinstance(error, Retry)
        assert error.reached

    @pytest.mark.parametrize("what", _UNREADABLE)
    def test_an_answer_that_is_none_is_never_an_empty_page(
        self, what: str, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """It is said so."""
        with scripted(in_turn(Answer(200, {}, _UNREADABLE[what]))) as service:
            assert isinstance(failing(service.url), Stop)

    def test_compression_that_is_none_is_said_so(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """Whether it may heal is the connector's to judge."""
        with scripted(in_turn(Answer(200, {"Content-Encoding": "gzip"}, b"none"))) as service:
            failing(service.url)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_a_redirect_is_not_followed(
        self,
        status: int,
        elsewhere: ScriptedService,
        failing: Callable[..., ConnectionFailure],
    ) -> None:
        """It would carry the credentials there."""
        moved = Answer(status, {"Location": f"{elsewhere.url}/{PRIVATE}"})
        with scripted(in_turn(moved)) as service:
            assert isinstance(failing(service.url), Stop)
        assert elsewhere.seen == []

    def test_where_nobody_listens_nothing_was_sent(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """So that even a create may be sent again."""
        error = failing("http://127.0.0.1:1")
        assert isinstance(error, Retry)
        assert (error.reached, error.sent) == (False, False)

    def test_a_service_that_is_busy_says_how_long(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """What it refuses for now it has not done."""
        busy = Answer(429, {"Retry-After": "7"}, PRIVATE.encode())
        with scripted(in_turn(busy)) as service:
            error = failing(service.url)
        assert isinstance(error, Retry)
        assert (error.after, error.reached) == (7.0, False)

    def test_a_service_that_fails_may_have_done_it(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """A 503 says nothing of what came before it."""
        with scripted(in_turn(Answer(503, {}, PRIVATE.encode()))) as service:
            error = failing(service.url)
        assert isinstance(error, Retry)
        assert error.reached

    def test_credentials_that_are_refused_are_tried_twice_at_most(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """Then a person is needed."""
        with scripted(in_turn(Answer(401, {}, PRIVATE.encode()))) as service:
            assert isinstance(failing(service.url), Reconnect)
        assert len(service.seen) <= 2

    def test_credentials_go_in_a_header_and_nowhere_else(
        self, failing: Callable[..., ConnectionFailure]
    ) -> None:
        """Addresses are in every proxy's log."""
        with scripted(in_turn(Answer(500))) as service:
            failing(service.url)
        assert any(SECRET in str(dict(asked.headers)) for asked in service.seen)
        assert not [True for asked in service.seen if SECRET in asked.path]
