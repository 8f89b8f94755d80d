"""One token for the whole connection: asked for once, however many threads find it dead."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncline.errors import Reconnect

_COUNTS_AS_DONE = timedelta(seconds=10)
"""A login younger than this is not repeated if the tokens never worked: it would not help."""
_TRIES = 2


@dataclass(frozen=True, eq=False)
class Token:
    """An access token and the instance it is for; `user`: the id of whom it stands for, where the
    login says so. Compared by identity: the service may give the same text again.
    """

    value: str = field(repr=False)
    instance_url: str
    user: str | None = None


class TokenProvider:
    """Hands out the current token; `login` is called by one thread at a time."""

    def __init__(self, login: Callable[[], Token], now: Callable[[], datetime]) -> None:
        self._login = login
        self._now = now
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._since: datetime | None = None
        self._fruitless = 0

    def current(self) -> Token:
        """The token; signs in if there is none yet.

        Raises:
            Reconnect: the credentials are refused.
            Retry: the token endpoint is busy or unreachable.

        """
        with self._lock:
            return self._token or self._sign_in()

    def renewed(self, dead: Token) -> Token:
        """A token other than `dead`: another thread's if there is one, else a new one.

        Raises:
            Reconnect: also if tokens just fetched were refused again and again.

        """
        with self._lock:
            if self._token is not None and self._token is not dead:
                return self._token
            if self._fruitless >= _TRIES and self._is_young():
                raise Reconnect(
                    "Salesforce refuses tokens that it has only just issued",
                    hint="Look at the session and IP settings of the external client app.",
                )
            return self._sign_in()

    def worked(self, token: Token) -> None:
        """To be told when a call with this token was not refused."""
        if token is self._token:
            self._fruitless = 0

    def _sign_in(self) -> Token:
        self._token = None
        token = self._login()
        self._token, self._since = token, self._now()
        self._fruitless += 1
        return token

    def _is_young(self) -> bool:
        return self._since is not None and self._now() - self._since < _COUNTS_AS_DONE
