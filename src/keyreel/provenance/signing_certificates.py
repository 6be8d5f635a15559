"""The certificates that videos are signed with: a chain of our own, created once, or an operator's.

Our own is three secrets of the installation: the root is public, issuer and signer hold private keys. The
root's private key is discarded once it has signed the issuer: nobody can create a second issuer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from keyreel.storage.secret_files import SecretStore

ROOT: Final = "c2pa/root.pem"
"""The name of our own root certificate among the secrets."""
ISSUER: Final = "c2pa/issuer.pem"
SIGNER: Final = "c2pa/signer.pem"
_ISSUER_LIFE: Final = timedelta(days=30 * 365)
# No timestamp authority is used, so a signature is valid for as long as its certificate: signers live long,
# and are replaced so early that every video's signature stays valid for nine years.
_SIGNER_LIFE: Final = timedelta(days=10 * 365)
_SIGNER_RENEWAL_AGE: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class SigningCredentials:
    """What signing needs, as PEM: the certificates from the signer's upwards, its key, the root to trust."""

    chain: bytes
    key: bytes = field(repr=False)
    algorithm: str
    root: bytes


def open_credentials(
    secrets: SecretStore, cert: Path | None = None, key: Path | None = None, *, now: datetime
) -> SigningCredentials:
    """Return the operator's credentials, else our own, created or renewed among the secrets where needed.

    Raises:
        InvalidSetting: the operator's files, or our own, cannot be used; the message says why.
    """
    if (cert is None) != (key is None):
        raise InvalidSetting(
            "KEYREEL_C2PA_CERT and KEYREEL_C2PA_KEY: set both, or neither to use the installation's "
            "own certificates."
        )
    return (
        _open_own_credentials(secrets, now)
        if cert is None or key is None
        else _open_operator_credentials(cert, key, now)
    )


def inspect_credentials(
    secrets: SecretStore, cert: Path | None = None, key: Path | None = None, *, now: datetime
) -> str:
    """Say what `open_credentials` would sign with, and until when; this changes nothing.

    Raises:
        InvalidSetting: it could not; the message says why.
    """
    from keyreel.provenance import x509

    issuer = secrets.read(ISSUER)
    if cert is None and key is None and issuer is None:
        return "none yet: the first start creates them"
    credentials = (
        open_credentials(secrets, cert, key, now=now)
        if cert or key
        else _compose_own_credentials(
            _check_issuer(secrets, issuer or b"", now), _check_signer(secrets, secrets.read(SIGNER) or b"")
        )
    )
    return (
        f"of {'this installation' if cert is None else cert}, valid "
        f"{x509.describe_validity(credentials.chain)}"
    )


def read_trust_anchors(secrets: SecretStore, cert: Path | None = None) -> bytes:
    """Return the roots that videos signed here lead to, as PEM; empty where nothing was signed yet."""
    operators = cert.read_bytes() if cert is not None and cert.is_file() else None
    return b"\n".join(each for each in (secrets.read(ROOT), operators) if each is not None)


def _open_own_credentials(secrets: SecretStore, now: datetime) -> SigningCredentials:
    from keyreel.provenance import x509

    issuer = secrets.ensure(ISSUER, lambda: x509.create_issuer(now, now + _ISSUER_LIFE))
    _check_issuer(secrets, issuer, now)
    signer = secrets.read(SIGNER)
    if signer is None or not _is_signer_usable(secrets, signer, issuer, now):
        signer = secrets.replace(SIGNER, signer, x509.create_signer(issuer, now, now + _SIGNER_LIFE))
    credentials = _compose_own_credentials(issuer, signer)
    root = secrets.read(ROOT)
    if root != credentials.root:
        secrets.replace(ROOT, root, credentials.root)
    return credentials


def _compose_own_credentials(issuer: bytes, signer: bytes) -> SigningCredentials:
    from keyreel.provenance import x509

    above = x509.split_certificates(issuer)
    chain = x509.split_certificates(signer) + above[:1]
    return SigningCredentials(b"".join(chain), x509.extract_key(signer), "es256", above[-1])


def _check_issuer(secrets: SecretStore, issuer: bytes, now: datetime) -> bytes:
    from keyreel.provenance import x509

    place = secrets.locate(ISSUER)
    try:
        x509.check_issuer(issuer)
    except (ValueError, TypeError) as error:
        raise InvalidSetting(
            f"{place} is damaged ({error}): restore it from a backup, or delete it, and the next start "
            "creates new certificates."
        ) from None
    if not x509.is_valid(issuer, now):
        raise InvalidSetting(
            f"The certificates in {place} are valid {x509.describe_validity(issuer)}, and it is "
            f"{now:%Y-%m-%d} now: is the machine's clock right?"
        )
    return issuer


def _check_signer(secrets: SecretStore, signer: bytes) -> bytes:
    from keyreel.provenance import x509

    try:
        x509.get_algorithm(signer, signer)
    except (ValueError, TypeError) as error:
        raise InvalidSetting(
            f"{secrets.locate(SIGNER)} is damaged ({error}): delete it, and the next start creates a new one."
        ) from None
    return signer


def _is_signer_usable(secrets: SecretStore, signer: bytes, issuer: bytes, now: datetime) -> bool:
    from keyreel.provenance import x509

    _check_signer(secrets, signer)
    # The one before may be another issuer's, which is gone.
    return x509.is_issued_by(signer, issuer) and x509.is_fresh(signer, now, _SIGNER_RENEWAL_AGE)


def _open_operator_credentials(cert: Path, key: Path, now: datetime) -> SigningCredentials:
    from keyreel.provenance import x509

    read: dict[str, bytes] = {}
    for name, path in (("KEYREEL_C2PA_CERT", cert), ("KEYREEL_C2PA_KEY", key)):
        try:
            read[name] = path.read_bytes()
        except OSError as error:
            raise InvalidSetting(f"{name}: cannot read {path}: {error.strerror}.") from None
    try:
        chain = x509.check_chain(read["KEYREEL_C2PA_CERT"], now)
    except ValueError as error:
        raise InvalidSetting(f"KEYREEL_C2PA_CERT: {error}.") from None
    try:
        algorithm = x509.get_algorithm(read["KEYREEL_C2PA_KEY"], chain[0])
    except (ValueError, TypeError) as error:
        raise InvalidSetting(f"KEYREEL_C2PA_KEY: {error}.") from None
    # A manifest holds the chain without its root, which a validator has to know anyway (C2PA 2.2, 14.5).
    sent_chain = [each for each in chain if not x509.is_root(each)] or chain
    return SigningCredentials(b"".join(sent_chain), read["KEYREEL_C2PA_KEY"], algorithm, chain[-1])
