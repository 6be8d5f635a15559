"""Who sends this request: reads API keys from headers, in every spelling that clients use."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from keyreel.errors import MissingKey, MissingScope
from keyreel.tasks.accounts.api_keys import DEFAULT_SCOPES, Scope

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from keyreel.tasks.accounts.api_keys import ApiKeyStore

ENVIRONMENT_KEY_ID = "environment"
"""The id of the key that the settings bring."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant that a request acts for, and the key that proves it."""

    tenant: str
    key_id: str


def extract_api_key(headers: Headers) -> str:
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


class Authenticator:
    """Turns a key into a caller: the settings' own key first, then the stored ones.

    The settings' own key may submit and read; `admin_token` opens the operator's door, and so does a stored
    key with the scope admin.
    """

    def __init__(self, keys: ApiKeyStore, own_key: str, admin_token: str) -> None:
        self._keys = keys
        self._own_key_digest = sha256(own_key.encode()).digest() if own_key else b""
        self._admin_token = admin_token.encode()

    def authenticate(self, headers: Headers, scope: Scope = Scope.READ) -> Caller:
        """Return who sends these headers, for something that needs this scope.

        Raises:
            MissingKey: no key was sent.
            InvalidKey: the key is unknown or revoked.
            MissingScope: the key is not for this.
        """
        key = extract_api_key(headers)
        if self._own_key_digest and compare_digest(
            sha256(key.encode(errors="replace")).digest(), self._own_key_digest
        ):
            caller, scopes = Caller("default", ENVIRONMENT_KEY_ID), DEFAULT_SCOPES
        else:
            found = self._keys.find(key)
            caller, scopes = Caller(found.tenant, found.id), found.scopes
        if scope not in scopes:
            raise MissingScope(
                f"This API key may {' and '.join(sorted(scopes))}; this needs the scope {scope}."
            )
        return caller

    def require_operator(self, headers: Headers) -> None:
        """Let an operator pass.

        Raises:
            MissingKey: no key was sent.
            InvalidKey: it is neither the admin token nor a key.
            MissingScope: it is a key without the scope admin.
        """
        if not compare_digest(extract_api_key(headers).encode(errors="replace"), self._admin_token):
            self.authenticate(headers, Scope.ADMIN)
