"""What a status means, and how long a service asks to wait."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.errors import Reconnect, Resync, Retry, Stop
from syncline.plugin.http import Purpose, Refusals, Reply, retry_after

READ = Purpose(name="read cards", kind="read", account="ada")
RESUMED = Purpose(name="read changes", kind="read", resumes=True)
ROLODEX = Refusals("Rolodex")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, Stop), (307, Stop), (400, Stop), (401, Reconnect), (403, Stop), (404, Stop),
        (408, Retry), (412, Retry), (425, Retry), (429, Retry), (500, Retry), (503, Retry),
        (599, Retry),
    ],
)  # fmt: skip
def test_every_status_is_an_error_that_says_what_to_do(status: int, error: type) -> None:
    failure = ROLODEX.failure(Reply(status), READ)
    assert type(failure) is error
    assert "Rolodex" in failure.message
    assert "read cards" in failure.message
    assert failure.hint
    assert failure.context == {"call": "read cards", "status": status, "account": "ada"}


@pytest.mark.parametrize(("status", "error"), [(400, Resync), (410, Resync), (404, Stop)])
def test_a_cursor_that_is_refused_is_dead(status: int, error: type) -> None:
    assert type(ROLODEX.failure(Reply(status), RESUMED)) is error


@pytest.mark.parametrize(("status", "reached"), [(429, False), (503, True), (408, True)])
def test_only_who_is_too_busy_has_certainly_done_nothing(status: int, reached: bool) -> None:
    failure = ROLODEX.failure(Reply(status), READ)
    assert isinstance(failure, Retry)
    assert failure.reached is reached


def test_the_longest_wait_that_is_known_counts() -> None:
    reply = Reply(429, {"retry-after": "5"})
    failures = [ROLODEX.failure(reply, READ), ROLODEX.failure(reply, READ, after=20.0)]
    assert [each.after for each in failures if isinstance(each, Retry)] == [5.0, 20.0]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}, None),
        (
            {
                "Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT",
                "Date": "Sat, 21 Nov 2026 12:00:00 GMT",
            },
            30.0,
        ),
        (
            {
                "Retry-After": "Sat, 21 Nov 2026 11:00:00 GMT",
                "Date": "Sat, 21 Nov 2026 12:00:00 GMT",
            },
            0.0,
        ),
        ({}, None),
    ],
)
def test_the_wait_is_read_in_every_documented_form(headers: dict[str, str], expected: Any) -> None:
    assert retry_after(headers) == expected
