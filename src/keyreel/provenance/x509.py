"""X.509 for Content Credentials (C2PA 2.2, 14.5): creates certificates and checks others'; opens no files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

_ORGANIZATION: Final = "Keyreel"
# Issuers are valid from a fixed date: a clock that was ahead once must not make them worthless.
_ISSUER_VALID_FROM: Final = datetime(2025, 1, 1, tzinfo=UTC)
# Clocks differ: a new certificate has to be valid for a validator whose clock is behind.
_CLOCK_SKEW: Final = timedelta(days=1)
# E-mail protection, document signing (RFC 9336), and the purpose that C2PA itself defines.
_PURPOSES: Final = frozenset(
    {
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),
        x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),
    }
)
_CURVES: Final = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


def create_issuer(now: datetime, until: datetime) -> bytes:
    """Create a root and an issuer below it; return the issuer's key, the issuer and the root as PEM."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _start_ca_certificate("Keyreel Root", root_key, depth=1).issuer_name(_make_name("Keyreel Root"))
    issuer = _start_ca_certificate("Keyreel Issuer", key, depth=0).issuer_name(_make_name("Keyreel Root"))
    issuer = issuer.add_extension(_make_authority_key_id(root_key), critical=False)
    signed = (
        _sign_certificate(each, root_key, min(now, _ISSUER_VALID_FROM), until) for each in (issuer, root)
    )
    return b"".join((_key_to_pem(key), *signed))


def create_signer(issuer: bytes, now: datetime, until: datetime) -> bytes:
    """Create a signer below what `create_issuer` returned; return its key and its certificate as PEM."""
    issuer_certificate = x509.load_pem_x509_certificates(issuer)[0]
    issuer_key = cast("ec.EllipticCurvePrivateKey", load_pem_private_key(issuer, None))
    key = ec.generate_private_key(ec.SECP256R1())
    signer = (
        _start_certificate("Keyreel Signer", key)
        .issuer_name(issuer_certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_make_key_usage(signs_files=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(_make_authority_key_id(issuer_key), critical=False)
    )
    return _key_to_pem(key) + _sign_certificate(
        signer, issuer_key, now, min(until, issuer_certificate.not_valid_after_utc)
    )


def _sign_certificate(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, now: datetime, until: datetime
) -> bytes:
    span = builder.not_valid_before(now - _CLOCK_SKEW).not_valid_after(until)
    return _to_pem(span.sign(key, hashes.SHA256()))


def is_fresh(pem: bytes, now: datetime, use: timedelta) -> bool:
    """Say whether the first certificate is valid, and has been for less than `use`."""
    start = x509.load_pem_x509_certificate(pem).not_valid_before_utc
    return start <= now < start + use


def is_issued_by(pem: bytes, issuer: bytes) -> bool:
    """Say whether the first certificate was signed with the key of the first one of `issuer`."""
    certificate = x509.load_pem_x509_certificate(pem)
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(issuer))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def is_valid(pem: bytes, now: datetime) -> bool:
    """Say whether the first certificate is valid now."""
    certificate = x509.load_pem_x509_certificate(pem)
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def check_issuer(pem: bytes) -> None:
    """Make sure that this is what `create_issuer` returned.

    Raises:
        ValueError: it is not; the message says why.
        TypeError: its key is encrypted.
    """
    certificates = split_certificates(pem)
    if len(certificates) != 2 or not is_root(certificates[1]):  # noqa: PLR2004 - the issuer and the root
        raise ValueError("it must contain a key and the certificates of an issuer and its root")
    get_algorithm(pem, certificates[0])


def describe_validity(pem: bytes) -> str:
    """Say from when until when the first certificate is valid."""
    certificate = x509.load_pem_x509_certificate(pem)
    return f"from {certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"


def split_certificates(pem: bytes) -> list[bytes]:
    """Return the PEM certificates one by one, without keys and comments."""
    return [_to_pem(each) for each in x509.load_pem_x509_certificates(pem)]


def extract_key(pem: bytes) -> bytes:
    """Return the first private key as PEM."""
    return _key_to_pem(load_pem_private_key(pem, None))


def is_root(pem: bytes) -> bool:
    """Say whether a certificate is its own issuer."""
    certificate = x509.load_pem_x509_certificate(pem)
    return certificate.subject == certificate.issuer


def check_chain(pem: bytes, now: datetime) -> list[bytes]:
    """Return an operator's certificates one by one, if files can be signed with the first.

    Raises:
        ValueError: they cannot; the message says why.
    """
    chain = x509.load_pem_x509_certificates(pem)
    signer = chain[0]
    if not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
        raise ValueError(
            f"the first certificate is valid {describe_validity(pem)}, and it is {now:%Y-%m-%d} now: a "
            "new one is needed, or the machine's clock is wrong"
        )
    if signer.subject == signer.issuer:
        raise ValueError("the first certificate is self-signed, which C2PA does not allow")
    if not _may_sign(signer):
        raise ValueError(
            "the first certificate cannot sign files: C2PA requires the key usage digitalSignature and "
            "the extended key usage emailProtection or documentSigning"
        )
    if not signer.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME):
        raise ValueError("the first certificate has no organization (O)")
    for below, above in pairwise(chain):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature):
            raise ValueError(
                "certificates must be in order: the signer's first, each followed by its issuer's"
            ) from None
    return [_to_pem(each) for each in chain]


def get_algorithm(key: bytes, certificate: bytes) -> str:
    """Return C2PA's name of the algorithm that a key signs with.

    Raises:
        ValueError: it is no key, or not this certificate's.
        TypeError: it is encrypted.
    """
    try:
        private = load_pem_private_key(key, None)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    public = private.public_key()
    if _to_der(public) != _to_der(x509.load_pem_x509_certificate(certificate).public_key()):
        raise ValueError("the key does not belong to the first certificate")
    match private:
        case ec.EllipticCurvePrivateKey() if private.curve.name in _CURVES:
            return _CURVES[private.curve.name]
        case rsa.RSAPrivateKey() if private.key_size >= 2048:  # noqa: PLR2004 - C2PA's least
            return "ps256"
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
        case _:
            raise ValueError("C2PA allows EC keys on P-256, P-384 and P-521, RSA from 2048 bits, and Ed25519")


def _start_ca_certificate(name: str, key: ec.EllipticCurvePrivateKey, depth: int) -> x509.CertificateBuilder:
    return (
        _start_certificate(name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
        .add_extension(_make_key_usage(signs_files=False), critical=True)
    )


def _start_certificate(name: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_make_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _make_name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _make_key_usage(*, signs_files: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_files,
        key_cert_sign=not signs_files,
        crl_sign=not signs_files,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _make_authority_key_id(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature and not _PURPOSES.isdisjoint(purposes)


def _to_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _key_to_pem(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _to_der(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
