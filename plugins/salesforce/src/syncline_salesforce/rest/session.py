"""Our own `requests.Session` under simple-salesforce.

simple-salesforce sets no timeout, and after a login of its own it repeats a request without its
headers, so that a conditional write silently becomes unconditional. This session therefore owns
the token: it puts it on each request, and after a 401 sends the *same* request once more, unless
it makes something that nobody could tell from its copy.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Literal
from urllib.parse import urlsplit

import requests

from syncline.errors import Retry, Stop
from syncline.model.json_text import json_of
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import ACCEPT_ENCODING
from syncline.plugin.http.quiet_logs import quiet
from syncline_salesforce.config import is_local
from syncline_salesforce.rest.bodies import BODY_LIMIT, TOKEN_LIMIT, read
from syncline_salesforce.rest.deadline import Clock, PatientUntil
from syncline_salesforce.rest.errors import entries, failure, malformed, not_reached, unauthorised
from syncline_salesforce.rest.tokens import Token, TokenProvider

Kind = Literal["read", "write", "check"]


class Usage:
    """The organisation's API calls as the header `Sforce-Limit-Info` tells them."""

    def __init__(self, stop_at: float) -> None:
        self.stop_at = stop_at
        self.used: int | None = None
        self.allowed: int | None = None

    def observe(self, header: str | None) -> None:
        """Reads `api-usage=18/5000; per-app-api-usage=…`; anything else is ignored."""
        first = (header or "").partition(";")[0].strip()
        used, slash, allowed = first.removeprefix("api-usage=").partition("/")
        if slash and used.isdecimal() and allowed.isdecimal() and int(allowed):
            self.used, self.allowed = int(used), int(allowed)

    @property
    def exhausted(self) -> bool:
        """Whether our share is used up."""
        if self.used is None or self.allowed is None:
            return False
        return self.used >= self.allowed * self.stop_at

    def require_some(self) -> None:
        """Raise `Stop` where our share is used up."""
        if self.exhausted:
            raise Stop(
                f"{self.used} of {self.allowed} API calls of the last 24 hours are used, and "
                f"stop_at_api_share is {self.stop_at:g}",
                hint="Run again later, or raise stop_at_api_share.",
            )


class PlainHttp(PatientUntil):
    """For a stand-in on this machine: simple-salesforce always says https, this says http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Send the request without TLS."""
        request.url = "http://" + (request.url or "").removeprefix("https://")
        return super().send(request, *args, **kwargs)


class SalesforceSession(requests.Session):
    """A session of one thread. `kind` says how the next requests are counted, `once` that they are
    not repeated here after a refused token: the answer may come from a gateway, after the effect.

    `begun` is the service's own time, to the second and rather too early, when the last answered
    request was sent: its Date header less the time the answer took. `last_modified` is the
    header of that answer.
    """

    def __init__(
        self,
        tokens: TokenProvider,
        usage: Usage,
        context: ConnectorContext,
        timeout: float,
    ) -> None:
        super().__init__()
        self.kind: Kind = "read"
        self.once = False
        self.begun: datetime | None = None
        self.last_modified: str | None = None
        self._tokens = tokens
        self._usage = usage
        self._context = context
        self._timeout = timeout
        self.headers["Accept-Encoding"] = ACCEPT_ENCODING
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> Any:
        """As `requests`, but with a timeout, without redirects, and with Syncline's errors.

        Returns only answers below 300, and 304; everything else is raised.
        """
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        return super().request(method, url, *args, **kwargs | {"allow_redirects": False})

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send with the current token; after a refused token once more, headers and all."""
        if self.kind != "check":
            self._usage.require_some()
        request.headers.pop("X-PrettyPrint", None)  # simple-salesforce's; costs bytes only
        token = self._tokens.current()
        response = self._sent(request, token, kwargs)
        if response.status_code == 401:
            refusal = unauthorised(entries(_parsed(response)))
            if isinstance(refusal, Stop):
                raise refusal
            token = self._tokens.renewed(token)
            if self.once:
                raise Retry("the token was renewed", after=0.0, reached=False)
            response = self._sent(request, token, kwargs)
        return self._checked(response, token)

    def _sent(
        self, request: requests.PreparedRequest, token: Token, kwargs: dict[str, Any]
    ) -> requests.Response:
        _require_instance(request, token)
        request.headers["Authorization"] = f"Bearer {token.value}"
        self._context.count_call(self.kind)
        url = request.url
        try:
            response = super().send(request, **kwargs | {"stream": True, "allow_redirects": False})
            read(response, BODY_LIMIT)
        except requests.RequestException as problem:
            raise not_reached(problem) from None
        finally:
            request.url = url
        return response

    def _checked(self, response: requests.Response, token: Token) -> requests.Response:
        self._usage.observe(response.headers.get("Sforce-Limit-Info"))
        if response.status_code != 401:
            self._tokens.worked(token)
        if response.status_code == 304:
            return response
        body = _parsed(response)
        if response.status_code >= 300:
            raise failure(response.status_code, body, response.headers)
        if response.status_code != 204 and not isinstance(body, dict | list):
            raise malformed("it is no JSON object or list")
        self.begun = _begun(response)
        self.last_modified = response.headers.get("Last-Modified")
        return response


def session_for(
    instance_url: str,
    tokens: TokenProvider,
    usage: Usage,
    context: ConnectorContext,
    timeout: float,
) -> SalesforceSession:
    """A session that can talk to this instance, without TLS if its address says so."""
    quiet("urllib3.connectionpool")
    session = SalesforceSession(tokens, usage, context, timeout)
    session.mount("https://", PatientUntil(context.clock))
    if urlsplit(instance_url).scheme == "http":
        session.mount(f"https://{urlsplit(instance_url).netloc}", PlainHttp(context.clock))
        session.trust_env = False
    return session


def send_form(
    url: str, form: Any, basic: tuple[str, str] | None, timeout: float, clock: Clock
) -> requests.Response:
    """Ask a token endpoint: no cookies, no redirects, no `.netrc`."""
    with requests.Session() as session:
        session.headers["Accept-Encoding"] = ACCEPT_ENCODING
        for scheme in ("http://", "https://"):
            session.mount(scheme, PatientUntil(clock))
        session.trust_env = not is_local(url)
        auth = basic or _no_auth
        response = session.post(
            url, data=dict(form), auth=auth, timeout=timeout, allow_redirects=False, stream=True,
            headers={"Accept": "application/json"},
        )  # fmt: skip
        return read(response, TOKEN_LIMIT)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _require_instance(request: requests.PreparedRequest, token: Token) -> None:
    """The token goes to its own instance and nowhere else."""
    if urlsplit(request.url or "").netloc != urlsplit(token.instance_url).netloc:
        message = "the organisation moved to another instance"
        raise Retry(message, after=0.0, reached=False, sent=False)


def _parsed(response: requests.Response) -> Any:
    """The JSON body; None for anything else. Always UTF-8: what `requests` would guess from the
    header, or put in place of bytes that are none, would be written into the other system.
    """
    response.encoding = "utf-8"
    try:
        return json_of(response.content)
    except ValueError:
        return None


def _begun(response: requests.Response) -> datetime | None:
    try:
        answered = parsedate_to_datetime(response.headers["Date"])
        taken = timedelta(seconds=int(response.elapsed.total_seconds()) + 1)
        return answered.astimezone(UTC) - taken
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


class Sessions:
    """One session for each thread, since `requests` promises no more."""

    def __init__(self, make: Any) -> None:
        self._make = make
        self._own = threading.local()
        self._all: list[SalesforceSession] = []
        self._lock = threading.Lock()

    def of_this_thread(self, instance_url: str) -> SalesforceSession:
        """The session of the calling thread for the instance."""
        if getattr(self._own, "instance_url", None) != instance_url:
            session = self._make(instance_url)
            with self._lock:
                self._all.append(session)
            self._own.instance_url, self._own.session = instance_url, session
        found: SalesforceSession = self._own.session
        return found

    def close(self) -> None:
        """Give back the sockets."""
        with self._lock:
            for session in self._all:
                session.close()
            self._all.clear()
