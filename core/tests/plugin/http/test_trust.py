"""A service whose certificate we do not trust is refused for good, and told nothing."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from syncline.errors import Retry, Stop
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import Purpose, Refusals

READ = Purpose(name="read cards", kind="read")


def own_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, made, made + dt.timedelta(1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "own.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


class Doorkeeper:
    """Shakes hands with whoever comes, once, and says nothing."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.heard = b""
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        peer, _address = self._listener.accept()
        with peer:
            if self._context is None:
                return
            try:
                with self._context.wrap_socket(peer, server_side=True) as secure:
                    self.heard = secure.recv(1000)
            except OSError:
                return

    def close(self) -> None:
        self._thread.join()
        self._listener.close()


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Doorkeeper]:
    """A service with a certificate that it made itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path))
    keeper = Doorkeeper(context)
    yield keeper
    keeper.close()


def call(context: ConnectorContext, url: str) -> None:
    client = context.http(url, refusals=Refusals("Rolodex"), timeout=5.0)
    try:
        client.get("/cards", READ)
    finally:
        client.close()


def test_a_certificate_that_nobody_vouches_for_needs_a_person(
    context: ConnectorContext, stranger: Doorkeeper
) -> None:
    with pytest.raises(Stop, match="certificate of Rolodex cannot be verified") as refused:
        call(context, stranger.url)
    assert "SSL_CERT_FILE" in refused.value.hint
    assert stranger.heard == b""


def test_a_handshake_that_breaks_off_may_succeed_later(context: ConnectorContext) -> None:
    keeper = Doorkeeper(None)
    with pytest.raises(Retry):
        call(context, keeper.url)
    keeper.close()
