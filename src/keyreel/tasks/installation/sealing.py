"""Sealing: secrets encrypted and authenticated under the secret that all nodes have. It opens no database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Sequence

_FORMAT: Final = b"\x01"
"""The first byte of what is sealed: how it was."""
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
"""As AES-GCM takes it (NIST SP 800-38D)."""
_PURPOSE: Final = b"keyreel sealed secrets"


class Seal:
    """Seals with the first of the shared secrets, and opens what was sealed with any of them."""

    def __init__(self, shared_secrets: Sequence[str]) -> None:
        self._ciphers = tuple(AESGCM(_derive_key(each)) for each in shared_secrets)

    def close(self, name: str, secret: bytes) -> bytes:
        """Return a secret sealed, which no other name opens."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._ciphers[0].encrypt(nonce, secret, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """Return what was sealed under this name.

        Raises:
            InvalidSetting: it was sealed with a secret that is not among these, or was changed.
        """
        for cipher in self._ciphers:
            secret = _decrypt(cipher, name, sealed)
            if secret is not None:
                return secret
        raise InvalidSetting(
            f"KEYREEL_SECRET: cannot decrypt {name!r}, which was encrypted with a different secret in "
            "this database. Every node must have the same secret. After a change, append the old one, "
            "separated by a comma."
        )

    def is_newest(self, name: str, sealed: bytes) -> bool:
        """Say whether it was sealed with the first of the shared secrets."""
        return _decrypt(self._ciphers[0], name, sealed) is not None


def _derive_key(shared_secret: str) -> bytes:
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(shared_secret.encode())


def _decrypt(cipher: AESGCM, name: str, sealed: bytes) -> bytes | None:
    start = len(_FORMAT)
    nonce, ciphertext = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    if not sealed.startswith(_FORMAT) or len(nonce) < _NONCE_BYTES:
        return None
    try:
        return cipher.decrypt(nonce, ciphertext, name.encode())
    except InvalidTag:
        return None
