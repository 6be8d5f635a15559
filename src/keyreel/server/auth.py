"""Who sends this request: reads API keys from headers, in every spelling that clients use."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from keyreel.errors import InvalidKey, MissingKey

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from keyreel.tasks.keys import Keys

ENVIRONMENT_KEY = "environment"
"""The id of the key that the settings bring."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant that a request acts for, and the key that proves it."""

    tenant: str
    key_id: str


def key_in(headers: Headers) -> str:
    """Read the API key: `Bearer <key>`, `Token <key>`, a bare `<key>`, or the header X-API-Key.

    Raises:
        MissingKey: there is none.
    """
    scheme, _, rest = headers.get("authorization", "").strip().partition(" ")
    key = rest.strip() if scheme.lower() in {"bearer", "token"} else scheme if not rest else ""
    key = key or headers.get("x-api-key", "").strip()
    if not key:
        raise MissingKey
    return key


class Gate:
    """Turns a key into a caller: the settings' own key first, then the stored ones."""

    def __init__(self, keys: Keys, own_key: str) -> None:
        self._keys = keys
        self._own = sha256(own_key.encode()).digest() if own_key else b""

    def caller(self, headers: Headers) -> Caller:
        """Return who sends these headers.

        Raises:
            MissingKey: no key was sent.
            InvalidKey: the key is unknown or revoked.
        """
        key = key_in(headers)
        if self._own and compare_digest(sha256(key.encode(errors="replace")).digest(), self._own):
            return Caller("default", ENVIRONMENT_KEY)
        found = self._keys.find(key)
        return Caller(found.tenant, found.id)


def check_admin(headers: Headers, token: str) -> None:
    """Let the holder of the data folder's admin token pass.

    Raises:
        MissingKey: no token was sent.
        InvalidKey: it is another one.
    """
    if not compare_digest(key_in(headers).encode(errors="replace"), token.encode()):
        raise InvalidKey("The admin token is wrong: it stands in the file admin.token of the data folder.")
