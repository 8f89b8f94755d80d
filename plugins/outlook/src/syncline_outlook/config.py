"""The settings of an Outlook connection, and where each Microsoft cloud lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from syncline.plugin.connector import ConnectorConfig
from syncline.plugin.http import checked_url
from syncline.plugin.secrets import Secret

Cloud = Literal["global", "gcc", "us_gov_l4", "us_gov_dod", "china"]


@dataclass(frozen=True, slots=True)
class Hosts:
    """Graph and sign-in of one cloud, without a path (learn.microsoft.com/graph/deployments)."""

    graph: str
    login: str


CLOUDS: dict[Cloud, Hosts] = {
    "global": Hosts("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    "gcc": Hosts("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    "us_gov_l4": Hosts("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    "us_gov_dod": Hosts("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
    "china": Hosts("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}
_MANY_TENANTS = frozenset({"common", "organizations", "consumers"})


class Certificate(BaseModel):
    """A certificate to sign in with: one PEM text with the private key and the certificate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pem: Secret
    passphrase: Secret | None = None


class OutlookConfig(ConnectorConfig):
    """`sign_in = "app"` (all mailboxes; a secret or a certificate) or `"device_code"` (one person).

    `graph_url` and `login_url` replace the cloud's hosts (a sandbox, a gateway); plain http is
    accepted for this machine only, since a token travels with every request.
    """

    tenant_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
    sign_in: Literal["app", "device_code"] = "app"
    client_secret: Secret | None = None
    certificate: Certificate | None = None
    cloud: Cloud = "global"
    graph_url: str | None = None
    login_url: str | None = None
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    timeout: Annotated[float, Field(gt=0, le=600)] = 60.0

    @field_validator("graph_url", "login_url")
    @classmethod
    def _safe_url(cls, url: str | None) -> str | None:
        return None if url is None else checked_url(url)

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        given = (self.client_secret is not None) + (self.certificate is not None)
        if self.sign_in == "device_code" and given:
            raise ValueError('sign_in = "device_code" takes no client_secret and no certificate')
        if self.sign_in == "app" and given != 1:
            raise ValueError('sign_in = "app" needs exactly one of client_secret, certificate')
        if self.sign_in == "app" and self.tenant_id.lower() in _MANY_TENANTS:
            raise ValueError("tenant_id must name one tenant (its GUID or a domain of it)")
        return self

    @property
    def graph(self) -> str:
        """Graph's version root; every path is relative to it."""
        root = (self.graph_url or CLOUDS[self.cloud].graph).rstrip("/")
        return root if root.endswith("/v1.0") else f"{root}/v1.0"

    @property
    def login(self) -> str:
        """The sign-in service, without the tenant."""
        return (self.login_url or CLOUDS[self.cloud].login).rstrip("/")

    @property
    def scope_host(self) -> str:
        """The host permissions are asked for: the cloud's own, whatever `graph_url` says."""
        return CLOUDS[self.cloud].graph
