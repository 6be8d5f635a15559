"""Certificates as an operator may bring them, good and bad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

# Signatures are checked at the machine's time.
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Made:
    """A certificate, its key, and the one that issued it."""

    certificate: x509.Certificate
    key: Any
    above: Made | None = None

    def write(self, folder: Path, *, password: bytes = b"") -> tuple[Path, Path]:
        """Write the chain and the key as PEM files."""
        locked = BestAvailableEncryption(password) if password else NoEncryption()
        (folder / "key.pem").write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
        (folder / "chain.pem").write_bytes(b"".join(self.chain()))
        return folder / "chain.pem", folder / "key.pem"

    def chain(self) -> list[bytes]:
        """Return this certificate and those above it."""
        above = self.above.chain() if self.above else []
        return [self.certificate.public_bytes(Encoding.PEM), *above]


def root(**changes: Any) -> Made:
    """Make a self-signed authority."""
    return make(None, ca=True, name="Acme Root", **changes)


def make(  # noqa: PLR0913 - every way in which a certificate can be wrong
    above: Made | None,
    *,
    ca: bool = False,
    name: str = "Acme Video",
    organization: str = "Acme",
    days: int = 300,
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
    key: Any = None,
) -> Made:
    """Make a certificate that `above` issues."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if organization:
        subject.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    issuer = above.certificate.subject if above else x509.Name(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
    )
    if purposes and not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(purposes)), critical=False)
    signer = above.key if above else key
    if above:
        of_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(of_issuer, critical=False)
    algorithm = hashes.SHA256() if hasattr(signer, "curve") or hasattr(signer, "key_size") else None
    return Made(builder.sign(signer, algorithm), key, above)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
