"""Signed URLs of stored files: whoever has one may read the file until it expires; knows no HTTP."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self

from keyreel.errors import InvalidSetting, LinkExpired, LinkForged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from keyreel.clock import Clock
    from keyreel.storage.secret_files import SecretStore

FILES_PREFIX: Final = "/files/"
"""The path prefix of every signed URL; the storage key follows, so that it ends in the file's own name."""

_VERSION: Final = "1"
_SECRET_BYTES: Final = 32
_EXPIRY_PATTERN: Final = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _SigningKey:
    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        return sha256(b"keyreel link key" + self.secret).hexdigest()[:8]

    def sign(self, path: str, expiry: str, owner: str) -> str:
        parts = (_VERSION, path, expiry, self.id, *([owner] if owner else []))
        message = "\n".join(parts).encode(errors="replace")
        digest = hmac.new(self.secret, message, sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class LinkSigner:
    """Signs with the first secret and accepts all of them, so that secrets can be rotated.

    Links name their owner, the API key that they were made for. `check_owner` raises where links of an owner
    are no longer good; without it all are, until they expire. Where there is `presign`, links to results lead
    to the object store, whose keys sign them; it takes a storage key and seconds.
    """

    def __init__(
        self,
        secrets: Sequence[bytes],
        clock: Clock,
        *,
        owner: str = "",
        check_owner: Callable[[str], None] | None = None,
        presign: Callable[[str, int], str] | None = None,
    ) -> None:
        if not secrets or any(len(secret) < _SECRET_BYTES for secret in secrets):
            raise ValueError(f"links need a secret of at least {_SECRET_BYTES} bytes")
        self._secrets = tuple(secrets)
        self._keys = tuple(map(_SigningKey, self._secrets))
        self._clock = clock
        self._owner = owner
        self._check_owner = check_owner
        self._presign = presign

    def for_owner(self, owner: str) -> Self:
        """Return a signer whose links name this owner; empty for nobody."""
        return type(self)(
            self._secrets, self._clock, owner=owner, check_owner=self._check_owner, presign=self._presign
        )

    def build_result_link(self, base_url: str, key: str, seconds: int) -> str:
        """Return the URL under which a client can read a result for so many seconds.

        `base_url` is the server's as that client knows it.

        Raises:
            Unavailable: the object store's keys are not to be had now.
        """
        return self._presign(key, seconds) if self._presign else base_url + self.sign(key, seconds)

    def sign(self, key: str, seconds: int) -> str:
        """Return the path and query under which the file can be read for so many seconds."""
        return self.sign_until(key, int(self._clock.now().timestamp()) + seconds)

    def sign_until(self, key: str, timestamp: int) -> str:
        """Return the path and query under which the file can be read until then, in seconds since 1970."""
        signing, path, expiry = self._keys[0], FILES_PREFIX + key, str(timestamp)
        owner = f"&o={self._owner}" if self._owner else ""
        signature = signing.sign(path, expiry, self._owner)
        return f"{path}?v={_VERSION}&e={expiry}&k={signing.id}{owner}&s={signature}"

    def verify(self, path: str, query: Mapping[str, str]) -> str:
        """Return the storage key of a signed path and its query.

        Raises:
            LinkForged: the signature is missing, or of another URL.
            LinkExpired: the URL was valid once.
        """
        version, expiry, key_id, signature, owner = (query.get(name, "") for name in "vekso")
        known = next((key for key in self._keys if key.id == key_id), None)
        if known is None or version != _VERSION or not _EXPIRY_PATTERN.fullmatch(expiry):
            raise LinkForged
        expected = known.sign(path, expiry, owner)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            raise LinkForged
        if int(expiry) <= self._clock.now().timestamp():
            raise LinkExpired
        if owner and self._check_owner is not None:
            self._check_owner(owner)
        return path.removeprefix(FILES_PREFIX)


def load_or_create_secret(kept: SecretStore, name: str) -> bytes:
    """Return the secret of this name, which is made if there is none.

    Raises:
        InvalidSetting: something else is kept under it, or it cannot be read.
    """
    text = kept.ensure(name, lambda: secrets.token_hex(_SECRET_BYTES).encode())
    try:
        secret = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != _SECRET_BYTES:
        raise InvalidSetting(
            f"{kept.locate(name)} must hold {2 * _SECRET_BYTES} hexadecimal digits: restore it from a "
            "backup, or delete it, and the next start creates a new one. Signatures made with the old "
            "one are then no longer valid."
        )
    return secret
