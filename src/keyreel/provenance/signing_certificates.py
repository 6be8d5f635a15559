"""The certificates that videos are signed with: a chain of our own, created once, or an operator's.

Our own is kept in one folder: `root.pem` is public, `issuer.pem` and `signer.pem` hold private keys. The
root's private key is discarded once it has signed the issuer: nobody can create a second issuer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidSetting
from keyreel.system import atomic_file

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

ROOT_FILE: Final = "root.pem"
"""The file of our own root certificate."""

_ISSUER_FILE: Final = "issuer.pem"
_SIGNER_FILE: Final = "signer.pem"
_PRIVATE_FILE_MODE: Final = 0o600
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
    folder: Path, cert: Path | None = None, key: Path | None = None, *, now: datetime
) -> SigningCredentials:
    """Return the operator's credentials, else our own, created or renewed in the folder where needed.

    Raises:
        InvalidSetting: the operator's files, or our own, cannot be used; the message says why.
    """
    if (cert is None) != (key is None):
        raise InvalidSetting(
            "KEYREEL_C2PA_CERT and KEYREEL_C2PA_KEY belong together: set both, or neither to use own ones."
        )
    return (
        _open_own_credentials(folder, now)
        if cert is None or key is None
        else _open_operator_credentials(cert, key, now)
    )


def inspect_credentials(
    folder: Path, cert: Path | None = None, key: Path | None = None, *, now: datetime
) -> str:
    """Say what `open_credentials` would sign with, and until when; this changes nothing.

    Raises:
        InvalidSetting: it could not; the message says why.
    """
    from keyreel.provenance import x509

    if cert is None and key is None and not (folder / _ISSUER_FILE).is_file():
        return "none yet: the first start makes them"
    credentials = (
        open_credentials(folder, cert, key, now=now) if cert or key else _read_own_credentials(folder, now)
    )
    return f"{'this install' if cert is None else cert}'s, valid {x509.describe_validity(credentials.chain)}"


def read_trust_anchors(folder: Path, cert: Path | None = None) -> bytes:
    """Return the roots that videos signed here lead to, as PEM; empty where nothing was signed yet."""
    found = [path.read_bytes() for path in (folder / ROOT_FILE, cert) if path is not None and path.is_file()]
    return b"\n".join(found)


def _open_own_credentials(folder: Path, now: datetime) -> SigningCredentials:
    from keyreel.provenance import x509

    issuer_file, signer_file = folder / _ISSUER_FILE, folder / _SIGNER_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not issuer_file.is_file():
            signer_file.unlink(missing_ok=True)
            made = x509.create_issuer(now, now + _ISSUER_LIFE)
            atomic_file.write_atomically(issuer_file, made, _PRIVATE_FILE_MODE)
        issuer = _read_issuer(folder, now)
        if not signer_file.is_file() or not _is_signer_fresh(signer_file, now):
            made = x509.create_signer(issuer, now, now + _SIGNER_LIFE)
            atomic_file.write_atomically(signer_file, made, _PRIVATE_FILE_MODE)
        credentials = _read_own_credentials(folder, now)
        if read_trust_anchors(folder) != credentials.root:
            atomic_file.write_atomically(folder / ROOT_FILE, credentials.root, _PRIVATE_FILE_MODE)
    except OSError as error:
        raise InvalidSetting(f"{error.filename or folder}: {error.strerror}.") from None
    return credentials


def _read_own_credentials(folder: Path, now: datetime) -> SigningCredentials:
    from keyreel.provenance import x509

    above = x509.split_certificates(_read_issuer(folder, now))
    signer = _read_signer(folder / _SIGNER_FILE)
    chain = x509.split_certificates(signer) + above[:1]
    return SigningCredentials(b"".join(chain), x509.extract_key(signer), "es256", above[-1])


def _read_issuer(folder: Path, now: datetime) -> bytes:
    from keyreel.provenance import x509

    file = folder / _ISSUER_FILE
    issuer = file.read_bytes()
    try:
        x509.check_issuer(issuer)
    except (ValueError, TypeError) as error:
        raise InvalidSetting(
            f"{file} is damaged ({error}): put its backup back, or delete the folder {folder}, and the "
            "next start makes new certificates."
        ) from None
    if not x509.is_valid(issuer, now):
        raise InvalidSetting(
            f"The certificates in {folder} are valid {x509.describe_validity(issuer)}, and it is "
            f"{now:%Y-%m-%d} now: is the machine's clock right?"
        )
    return issuer


def _read_signer(file: Path) -> bytes:
    from keyreel.provenance import x509

    signer = file.read_bytes()
    try:
        x509.get_algorithm(signer, signer)
    except (ValueError, TypeError) as error:
        raise InvalidSetting(
            f"{file} is damaged ({error}): delete it, and the next start makes a new one."
        ) from None
    return signer


def _is_signer_fresh(file: Path, now: datetime) -> bool:
    from keyreel.provenance import x509

    return x509.is_fresh(_read_signer(file), now, _SIGNER_RENEWAL_AGE)


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
