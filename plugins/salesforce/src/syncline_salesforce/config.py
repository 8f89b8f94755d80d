"""The settings of one Salesforce connection.

Exactly one way of signing in is given, told by its own key: `private_key` (JWT bearer),
`client_secret` without `refresh_token` (client credentials), `refresh_token`, or `session_id`.
"""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from syncline.plugin.connector import ConnectorConfig
from syncline.plugin.http import is_loopback
from syncline.plugin.secrets import Secret

Flow = Literal["jwt", "client_credentials", "refresh_token", "session"]

PRODUCTION_LOGIN = "https://login.salesforce.com"
SANDBOX_LOGIN = "https://test.salesforce.com"
_SHARED_LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})


class SalesforceConfig(ConnectorConfig):
    """What an administrator writes under `[connections.<name>]`.

    `domain` is My Domain's name (`acme`, `acme--uat.sandbox`), short for
    `instance_url = "https://acme.my.salesforce.com"`. `key_field` is a custom text field of
    Contact, External ID and Unique, in which created records carry our key: creation is then
    exactly-once. Seconds: `overlap_seconds` are read again at each run because rows may become
    visible late; within `visibility_margin_seconds` nothing is taken for certain.
    `stop_at_api_share` is the share of the organisation's daily API calls at which we stop.
    """

    domain: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")
    instance_url: str | None = None
    login_url: str | None = None
    audience: str | None = None

    client_id: str | None = None
    username: str | None = None
    private_key: Secret | None = None
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    session_id: Secret | None = None

    api_version: str = Field(default="66.0", pattern=r"^\d{2}\.0$")
    key_field: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9_]*__c$")
    overlap_seconds: int = Field(default=600, ge=0, le=86_400)
    visibility_margin_seconds: int = Field(default=10, ge=1, le=3_600)
    stop_at_api_share: float = Field(default=0.8, gt=0, le=1)
    timeout: float = Field(default=120.0, gt=0, le=600)

    @field_validator("instance_url", "login_url")
    @classmethod
    def _usable_url(cls, value: str | None) -> str | None:
        return None if value is None else checked_origin(value)

    @model_validator(mode="after")
    def _one_host_and_one_flow(self) -> Self:
        if self.domain and self.instance_url:
            raise ValueError("give domain or instance_url, not both")
        ways = [self.session_id, self.refresh_token, self.private_key]
        given = sum(way is not None for way in ways)
        if given > 1 or (given == 0 and self.client_secret is None):
            raise ValueError(
                "sign in in exactly one way: private_key (JWT), client_secret (client "
                "credentials), refresh_token or session_id"
            )
        self._check_flow()
        return self

    def _check_flow(self) -> None:
        if self.flow == "session":
            _require("session_id", instance_url=self.host)
            _refuse("session_id", client_secret=self.client_secret, username=self.username)
            return
        _require(self.flow, client_id=self.client_id)
        if self.flow == "jwt":
            _require("private_key", username=self.username)
            _refuse("private_key", client_secret=self.client_secret)
        elif self.flow == "client_credentials":
            _require("client credentials", instance_url=self.host)
            if urlsplit(self.host or "").hostname in _SHARED_LOGIN_HOSTS:
                raise ValueError("client credentials are refused by login hosts: use My Domain")

    @property
    def flow(self) -> Flow:
        """Which way of signing in the keys say."""
        if self.session_id is not None:
            return "session"
        if self.refresh_token is not None:
            return "refresh_token"
        return "jwt" if self.private_key is not None else "client_credentials"

    @property
    def host(self) -> str | None:
        """The instance as far as the configuration names it: `https://acme.my.salesforce.com`."""
        if self.domain is not None:
            return f"https://{self.domain.removesuffix('.my.salesforce.com')}.my.salesforce.com"
        return self.instance_url

    @property
    def token_host(self) -> str:
        """Where tokens are asked for."""
        if self.flow == "client_credentials":
            return self.host or PRODUCTION_LOGIN
        return self.login_url or self.host or PRODUCTION_LOGIN

    @property
    def jwt_audience(self) -> str:
        """The audience of a JWT: the login host of production or of sandboxes."""
        if self.audience or self.login_url:
            return self.audience or self.login_url or ""
        return SANDBOX_LOGIN if ".sandbox." in f"{self.host}." else PRODUCTION_LOGIN


def checked_origin(url: str) -> str:
    """`scheme://host[:port]` of a URL that may be trusted with a token.

    Raises:
        ValueError: not https (http is for loopback only), or more than an origin.

    """
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.path not in ("", "/"):
        raise ValueError("must be an address such as https://acme.my.salesforce.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local(url)):
        raise ValueError("must begin with https:// (http:// only for this machine)")
    return f"{parts.scheme}://{parts.netloc}"


def is_local(url: str) -> bool:
    """Whether the address is this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def _require(what: str, **settings: object) -> None:
    missing = [name for name, value in settings.items() if value is None]
    if missing:
        raise ValueError(f"{what} needs {' and '.join(missing)}")


def _refuse(what: str, **settings: object) -> None:
    surplus = [name for name, value in settings.items() if value is not None]
    if surplus:
        raise ValueError(f"{what} does not go with {' and '.join(surplus)}")
