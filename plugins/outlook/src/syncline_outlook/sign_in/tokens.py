"""Access tokens from Microsoft's sign-in service, through msal.

`AppTokens` signs in as the app itself (secret or certificate), `PersonTokens` as one person who
typed a code once; its token cache is kept, encrypted, by core's token store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any
from urllib.parse import urlsplit

from syncline.errors import ConfigurationError, Reconnect, Retry, Stop
from syncline.plugin.connector import TokenStore
from syncline.plugin.http import TokenSource
from syncline_outlook.config import Certificate, OutlookConfig
from syncline_outlook.permissions import AREAS
from syncline_outlook.sign_in.login_client import LoginClient
from syncline_outlook.sign_in.refusals import refused_sign_in

_CACHE = "microsoft-sign-in"
_PERMISSIONS = (*(area.permission for area in AREAS.values()), "User.Read")


def token_source(config: OutlookConfig, http: LoginClient, store: TokenStore) -> TokenSource:
    """How this connection signs in. Nothing is sent before a token is needed."""
    return (
        PersonTokens(config, http, store)
        if config.sign_in == "device_code"
        else AppTokens(config, http)
    )


def plain_netloc(config: OutlookConfig) -> str | None:
    """Host and port of a sign-in service that speaks plain http (only on this machine)."""
    parts = urlsplit(config.login)
    return parts.netloc if parts.scheme == "http" else None


class AppTokens:
    """Client credentials: for all mailboxes the app may enter."""

    def __init__(self, config: OutlookConfig, http: LoginClient) -> None:
        self._config = config
        self._http = http
        self._lock = RLock()
        self._app: Any = None
        self._scopes = [f"{config.scope_host}/.default"]

    def token(self) -> str:
        """A token from msal's cache, or a new one.

        Raises:
            Reconnect: the credentials are refused; names Microsoft's code and the way out.
            Retry: the sign-in service cannot be reached.

        """
        with self._lock:
            return _accepted(_guarded(self._acquire))

    def renewed(self, refused: str) -> str:
        """Another token, unless a different thread has fetched one already."""
        with self._lock:
            current = self.token()
            if current != refused:
                return current
            self._application().remove_tokens_for_client()
            return self.token()

    def _acquire(self) -> Any:
        return self._application().acquire_token_for_client(self._scopes)

    def _application(self) -> Any:
        if self._app is None:
            from msal import ConfidentialClientApplication

            self._app = ConfidentialClientApplication(
                self._config.client_id,
                client_credential=_credential(self._config),
                **_authority(self._config, self._http),
            )
        return self._app


class PersonTokens:
    """Device code: one person, who signs in once during `syncline check`."""

    def __init__(self, config: OutlookConfig, http: LoginClient, store: TokenStore) -> None:
        self._config = config
        self._http = http
        self._store = store
        self._lock = RLock()
        self._token: str | None = None
        self._scopes = [f"{config.scope_host}/{each}" for each in _PERMISSIONS]

    def token(self) -> str:
        """The token at hand; else one from the kept sign-in.

        Raises:
            Reconnect: nobody has signed in yet, or the sign-in has ended.

        """
        with self._lock:
            return self._token or self._refreshed(force=False)

    def renewed(self, refused: str) -> str:
        """A token by the kept sign-in's refresh token."""
        with self._lock:
            if self._token is not None and self._token != refused:
                return self._token
            return self._refreshed(force=True)

    @property
    def signed_in(self) -> bool:
        """Whether a sign-in is kept that still works."""
        try:
            return bool(self.token())
        except Reconnect:
            return False

    def sign_in(self, show: Callable[[str], None]) -> None:
        """Shows the code and waits until it was used, or until it expires (about 15 minutes)."""
        cache = _cache(self._store.load(_CACHE))
        app = self._application(cache)
        flow = _guarded(lambda: app.initiate_device_flow(self._scopes))
        if "user_code" not in flow:
            raise refused_sign_in(flow)
        show(str(flow["message"]))
        result = _guarded(lambda: app.acquire_token_by_device_flow(flow))
        with self._lock:
            self._token = _accepted(result)
            self._store.update(_CACHE, lambda _old: str(cache.serialize()))

    def _refreshed(self, *, force: bool) -> str:
        """Under the store's lock: of two processes, the second sees the first one's new token."""
        found: list[Any] = []

        def change(kept: str | None) -> str | None:
            cache = _cache(kept)
            app = self._application(cache)
            accounts = app.get_accounts()
            if accounts:
                found.append(
                    app.acquire_token_silent_with_error(
                        self._scopes, account=accounts[0], force_refresh=force
                    )
                )
            return str(cache.serialize()) if cache.has_state_changed else kept

        _guarded(lambda: self._store.update(_CACHE, change))
        if not found or found[0] is None:
            raise Reconnect(
                "nobody has signed in to this Outlook connection yet",
                hint="Run `syncline check` at a terminal and use the code it shows.",
            )
        self._token = _accepted(found[0])
        return self._token

    def _application(self, cache: Any) -> Any:
        from msal import PublicClientApplication

        options = _authority(self._config, self._http)
        return _guarded(
            lambda: PublicClientApplication(self._config.client_id, token_cache=cache, **options)
        )


def _authority(config: OutlookConfig, http: LoginClient) -> dict[str, Any]:
    plain = plain_netloc(config)
    login = config.login if plain is None else f"https://{config.login.removeprefix('http://')}"
    return {
        "authority": f"{login}/{config.tenant_id}",
        "http_client": http,
        # A sign-in host somebody configured is not among those Microsoft's directory knows.
        "instance_discovery": False if config.login_url else None,
    }


def _credential(config: OutlookConfig) -> Any:
    if config.client_secret is not None:
        return config.client_secret.resolve().get_secret_value()
    if config.certificate is None:
        raise ConfigurationError("neither client_secret nor certificate is configured")
    return certificate_credential(config.certificate)


def certificate_credential(certificate: Certificate) -> dict[str, str]:
    """What msal wants of a certificate; read once here, so that mistakes are told apart.

    Raises:
        ConfigurationError: the key or the certificate cannot be read. Names no content.

    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    pem = certificate.pem.resolve().get_secret_value()
    given = certificate.passphrase.resolve().get_secret_value() if certificate.passphrase else None
    try:
        load_pem_private_key(pem.encode(), given.encode() if given else None)
        load_pem_x509_certificate(pem.encode())
    except (ValueError, TypeError):
        raise ConfigurationError(
            "certificate.pem cannot be read: it must hold a private key and its certificate, both "
            "PEM, and certificate.passphrase must fit the key",
            hint="openssl pkcs12 -in app.pfx -out app.pem writes both into one file.",
        ) from None
    found = {"private_key": pem, "public_certificate": pem}
    return {**found, "passphrase": given} if given else found


def _cache(kept: str | None) -> Any:
    from msal import SerializableTokenCache

    cache = SerializableTokenCache()
    if kept:
        cache.deserialize(kept)
    return cache


def _guarded(step: Callable[[], Any]) -> Any:
    """Runs a step of msal; what it raises may quote whole answers, so nothing of it is kept."""
    from msal.exceptions import MsalServiceError

    try:
        return step()
    except MsalServiceError:
        raise Retry("Microsoft's sign-in service is failing", reached=False) from None
    except (ValueError, KeyError):
        raise Stop(
            "the sign-in service's answer cannot be read",
            hint="Check cloud and login_url; a proxy on the way may have altered it.",
        ) from None


def _accepted(result: Any) -> str:
    if isinstance(result, Mapping) and isinstance(result.get("access_token"), str):
        return str(result["access_token"])
    raise refused_sign_in(result)
