"""Access tokens: JWTs as the real ones, signed with a key that means nothing.

Clients must treat Graph's tokens as opaque, but many read `roles` or `scp` to explain a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt
from jwt.types import Options

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import Failure, access_denied
from syncline_sandbox.graph.tenant.mailboxes import TENANT_ID
from syncline_sandbox.messages import Call

LIFETIME = 3_599
_KEY = "the sandbox signs its tokens with a key that everybody may know"
_ALGORITHM = "HS256"

_SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
}

TABLES = "CREATE TABLE IF NOT EXISTS revoked_token (number INTEGER PRIMARY KEY);"


@dataclass(frozen=True)
class Principal:
    """Who calls: an app by itself, or for the person `user`; `roles` are what it may do."""

    client_id: str
    user: str | None
    roles: frozenset[str]
    token_number: int

    def require(self, area: str, *, write: bool) -> None:
        """Raises `Failure` (403) without a permission as `Contacts.Read` or `.ReadWrite`."""
        enough = {f"{area}.ReadWrite"} if write else {f"{area}.Read", f"{area}.ReadWrite"}
        if not enough & self.roles:
            raise access_denied()

    def require_user_read(self) -> None:
        """Raises `Failure` (403) without a permission to read a user, be it only oneself."""
        areas = {"User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All"}
        if not {*areas, "User.ReadWrite.All"} & self.roles:
            raise access_denied()

    def require_directory(self) -> None:
        """Raises `Failure` (403) without a permission to read users."""
        enough = {"User.Read.All", "User.ReadBasic.All", "Directory.Read.All", "User.ReadWrite.All"}
        if not enough & self.roles and self.user is None:
            raise Failure(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            )


class Tokens:
    """Issues and checks access tokens; their lifetime runs by the sandbox's clock."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._storage = environment.storage
        self._storage.script(TABLES)

    def issue(
        self, client_id: str, roles: list[str], user: str | None = None, lifetime: int = LIFETIME
    ) -> str:
        """A new token for an app, or for the person with the id `user`."""
        now = int(self._environment.clock.now().timestamp())
        claims: dict[str, Any] = {
            "aud": "https://graph.microsoft.com",
            "iss": f"https://sts.windows.net/{TENANT_ID}/",
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "appid": client_id,
            "tid": TENANT_ID,
            "oid": user or client_id,
            "ver": "1.0",
            "number": self._storage.next("token"),
            "generation": self._storage.current("token-generation"),
        }
        claims |= {"scp": " ".join(roles), "idtyp": "user"} if user else {"roles": roles}
        return jwt.encode(claims, _KEY, _ALGORITHM)

    def principal(self, call: Call) -> Principal:
        """Who makes a call; raises `Failure` (401)."""
        scheme, _, token = (call.header("authorization") or "").partition(" ")
        if scheme.casefold() != "bearer" or not token.strip():
            raise _unauthorized("Access token is empty.")
        claims = self._claims(token.strip())
        if claims["exp"] <= self._environment.clock.now().timestamp():
            raise _unauthorized("Lifetime validation failed, the token is expired.")
        if self._is_revoked(claims):
            raise _unauthorized("Continuous access evaluation resulted in challenge.")
        user = claims["oid"] if "scp" in claims else None
        roles = claims["scp"].split() if user else claims["roles"]
        return Principal(claims["appid"], user, frozenset(roles), claims["number"])

    def revoke(self, principal: Principal) -> None:
        """Makes one token worthless."""
        self._storage.run("INSERT OR IGNORE INTO revoked_token VALUES (?)", principal.token_number)

    def revoke_all(self) -> None:
        """Makes every token issued so far worthless."""
        self._storage.next("token-generation")

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            # Lifetimes run by the sandbox's clock and are checked by the caller.
            return jwt.decode(token, _KEY, [_ALGORITHM], options=_SIGNATURE_ONLY)
        except jwt.InvalidTokenError as error:
            raise _unauthorized("Access token validation failure. Invalid audience.") from error

    def _is_revoked(self, claims: dict[str, Any]) -> bool:
        if claims["generation"] != self._storage.current("token-generation"):
            return True
        found = self._storage.row("SELECT 1 FROM revoked_token WHERE number = ?", claims["number"])
        return found is not None


def _unauthorized(message: str) -> Failure:
    return Failure(
        401,
        "InvalidAuthenticationToken",
        message,
        {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'},
    )
