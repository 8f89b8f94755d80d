"""Keys: digests that cannot be reversed without the installation's key, and sealed payloads."""

from __future__ import annotations

import json
import os
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from syncline.errors import StateError
from syncline.state.compact import dumped, loaded
from syncline.state.key_strength import is_guessable

_NONCE: Final = 12
_SPELLED: Final = json.JSONEncoder(ensure_ascii=False)
"""How values of parts are spelled before they are digested: another spelling, other digests."""
MINIMUM_KEY: Final = 32
"""Characters a key must have at least; `syncline init` makes one."""


@dataclass(frozen=True)
class Vault:
    """The two keys derived from the installation's key. Never in a repr. `guessable`: the key
    opens what was made with it, and nothing new is to be made with it.
    """

    _keyed: Any = field(repr=False)
    _cipher: AESGCM = field(repr=False)
    key_id: str = field(repr=False)
    guessable: bool = field(default=False, repr=False)
    _random: Callable[[int], bytes] = field(default=os.urandom, repr=False)

    @classmethod
    def from_key(cls, key: str) -> Vault:
        """Derive from the configured key.

        Raises:
            StateError: it is too short to protect anything.

        """
        if len(key) < MINIMUM_KEY:
            raise StateError(
                f"the state key is too short: {MINIMUM_KEY} characters at least",
                hint="`syncline init` makes a good one.",
            )
        digest_key, seal_key = (_derive(key, purpose) for purpose in (b"digest", b"seal"))
        key_id = blake2b(b"key id", key=digest_key, digest_size=6).hexdigest()
        digests, seals = blake2b(key=digest_key, digest_size=12), AESGCM(seal_key)
        return cls(digests, seals, key_id, is_guessable(key))

    def digest(self, name: str, normal: Any) -> str:
        """A keyed digest of a value in normal form, bound to `name` (field, matcher, purpose)."""
        text = normal if isinstance(normal, str) else _SPELLED.encode(normal)
        keyed = self._keyed.copy()  # the key is worked in once, not for every value
        keyed.update(f"{name}\0{text}".encode("utf-8", "surrogatepass"))
        return b2a_base64(keyed.digest(), newline=False).decode("ascii")

    def seal(self, value: Any) -> bytes:
        """Encrypt a JSON value."""
        nonce = self._random(_NONCE)
        return nonce + self._cipher.encrypt(nonce, dumped(value), None)

    def unseal(self, sealed: bytes) -> Any:
        """Decrypt what `seal` made. Every list in it is a tuple, as it is in values that were read:
        whoever is asked about them then and now (a plugin's matcher) is asked the same.

        Raises:
            StateError: it was sealed with another key, or is damaged.

        """
        try:
            data = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError):
            raise StateError(
                "a sealed value in the state database cannot be opened",
                hint="The key was changed while this ran, or the database is damaged: run again, "
                "and if it stays so, go back to a backup.",
            ) from None
        found = loaded(data)
        return _with_tuples(found) if b"[" in data else found


def require_not_guessable(vault: Vault) -> None:
    """Nothing new is made with a key that somebody could guess.

    Raises:
        StateError: this is one; says how to get another.

    """
    if vault.guessable:
        raise StateError(
            "the state key could be guessed: it has few different characters, or repeats itself",
            hint="`syncline init` makes a good one; so does a password manager.",
        )


def _with_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_tuples(each) for name, each in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"syncline", info=purpose).derive(key.encode())
