"""What a refusal means, by its status alone: how any service that knows HTTP means it.

Bodies are never passed on, because they may quote what a user entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final

from syncline.errors import ConnectionFailure, Reconnect, Resync, Retry, Stop
from syncline.plugin.http.messages import Purpose, Reply

MAX_WAIT: Final = 3600.0
"""Seconds. A service that wants us to wait longer is met by a later run."""
_BUSY: Final = frozenset({408, 412, 425, 429})
_PROXY: Final = "A proxy on the way may have altered it; try again, then look there."


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks to wait, 0 to `MAX_WAIT`; None if it says nothing readable. A date
    counts from the answer's own Date.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    value = str(lower.get("retry-after", "")).strip()
    try:
        if value.replace(".", "", 1).isdigit():
            return min(float(value), MAX_WAIT)
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(str(lower.get("date", "")))
    except (ValueError, TypeError):
        return None
    wait = (until.replace(tzinfo=UTC) - since.replace(tzinfo=UTC)).total_seconds()
    return min(max(wait, 0.0), MAX_WAIT)


class Refusals:
    """The errors of one service, by its name in messages. A connector whose service has codes of
    its own derives from this, and looks at them before it asks `failure` here.
    """

    def __init__(self, service: str) -> None:
        self.service = service

    def failure(
        self, reply: Reply, purpose: Purpose, after: float | None = None
    ) -> ConnectionFailure:
        """The error of a whole call that was answered with a refusal. `after`: seconds to wait at
        least, where more than this one answer is known.
        """
        status, name, context = reply.status, purpose.name, self.context(reply, purpose)
        if purpose.resumes and status in {400, 410}:
            return Resync(f"{self.service} no longer knows the cursor ({name})", **context)
        if status == 401:
            return Reconnect(
                f"{self.service} refuses the credentials ({name})",
                hint="Check them in the configuration, then run `syncline check`.",
                **context,
            )
        if status in _BUSY or status >= 500:
            throttled = status == 429
            return Retry(
                f"{self.service} is {'throttling us' if throttled else 'failing'} ({name})",
                after=after if after is not None else retry_after(reply.headers),
                reached=not throttled,
                **context,
            )
        return self._stop(reply, purpose, context)

    def malformed(self, purpose: Purpose, why: str, reply: Reply | None = None) -> Stop:
        """An answer that cannot be understood; names the call, never shows the body."""
        return Stop(
            f"{self.service}'s answer cannot be read: {why} ({purpose.name})",
            hint=_PROXY,
            **self.context(reply or Reply(200), purpose),
        )

    def context(self, reply: Reply, purpose: Purpose) -> dict[str, Any]:
        """What may be shown of any answer: names and numbers."""
        return {"call": purpose.name, "status": reply.status, "account": purpose.account}

    def _stop(self, reply: Reply, purpose: Purpose, context: Mapping[str, Any]) -> Stop:
        if 300 <= reply.status < 400:
            return Stop(
                f"{self.service} redirects elsewhere, which is not followed ({purpose.name})",
                hint="Check the connection's addresses in the configuration.",
                **context,
            )
        if reply.status == 403:
            return Stop(
                f"{self.service} denies access ({purpose.name})",
                hint="Check what the account of this connection may see and change.",
                **context,
            )
        return Stop(
            f"{self.service} refused the call with status {reply.status} ({purpose.name})",
            hint="Look the status up in the service's documentation.",
            **context,
        )
