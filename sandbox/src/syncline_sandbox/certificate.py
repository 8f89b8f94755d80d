"""A certificate for a stand-in, for clients that refuse plain http.

It is signed by an authority of its own, made with it and good for nothing else: the authority's key
is forgotten as soon as it has signed, so that trusting the authority trusts this one stand-in.
"""

from __future__ import annotations

import ipaddress
import secrets
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = "Syncline sandbox "
"""What the name of every authority begins with. The rest tells them apart: a client may trust those
of several stand-ins in one file.
"""
LIFE = timedelta(days=90)
_EARLIER = timedelta(days=1)
"""Clocks of clients may be behind."""
_NAMES = [
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
]


class NotOurs(Exception):
    """A file that would be written over holds something else."""


@dataclass(frozen=True)
class Certificate:
    """All three as PEM: what a server shows, its key, and the authority that clients trust."""

    shown: bytes
    authority: bytes
    key: bytes = field(repr=False)

    def server_context(self) -> ssl.SSLContext:
        """What a server needs to speak TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # The standard library reads keys from files only; these are there for a moment.
        with TemporaryDirectory() as folder:
            shown, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
            shown.write_bytes(self.shown)
            key.touch(mode=0o600)
            key.write_bytes(self.key)
            context.load_cert_chain(shown, key)
        return context

    def write_authority(self, path: Path) -> None:
        """Writes what clients are to trust. A file of an earlier stand-in is replaced; raises
        `NotOurs` for any other, `OSError` where nothing can be written.
        """
        if path.exists() and not _is_authority(path.read_bytes()):
            raise NotOurs(f"{path} is there and is no certificate of a stand-in")
        path.write_bytes(self.authority)


def make_certificate() -> Certificate:
    """A new one for this machine's own names, valid for 90 days by the machine's clock."""
    issuing, serving = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _name(f"{AUTHORITY}{secrets.token_hex(8)}")
    authority = (
        _builder(issuer, issuer, issuing.public_key(), issuing)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(issuing, hashes.SHA256())
    )
    shown = (
        _builder(_name("localhost"), issuer, serving.public_key(), issuing)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_NAMES), critical=False)
        .sign(issuing, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = serving.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(shown.public_bytes(pem), authority.public_bytes(pem), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuing: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + LIFE)
        .add_extension(identifier(public_key), critical=False)
        .add_extension(authority, critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_authority(content: bytes) -> bool:
    try:
        subject = x509.load_pem_x509_certificate(content).subject
    except ValueError:
        return False
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return any(str(name.value).startswith(AUTHORITY) for name in names)
