"""Authentication: reads API keys from headers, in every spelling in use, and finds their callers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidKey, MissingKey, MissingScope
from keyreel.tasks.accounts.api_keys import DEFAULT_SCOPES, Scope
from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.requests import Request

    from keyreel.server.requests.failed_keys import FailedKeys
    from keyreel.tasks.accounts.api_keys import ApiKeyStore

ENVIRONMENT_KEY_ID: Final = "environment"
"""The id of the API key in the settings."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant that a request acts for, and the API key that authenticates it."""

    tenant: str
    key_id: str


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whoever sent a request: its caller, None for the admin token, and what its key may do."""

    caller: Caller | None
    scopes: frozenset[Scope]


def extract_api_key(headers: Headers) -> str:
    """Read the API key: `Bearer <key>`, `Token <key>`, a bare `<key>`, or the header X-API-Key.

    Raises:
        MissingKey: there is none.
    """
    # By hand: to ask Starlette's Headers takes four times as long. Of several headers the first counts.
    sent = dict(reversed(headers.raw))
    scheme, _, rest = sent.get(b"authorization", b"").decode("latin-1").strip().partition(" ")
    key = rest.strip() if scheme.lower() in {"bearer", "token"} else scheme if not rest else ""
    key = key or sent.get(b"x-api-key", b"").decode("latin-1").strip()
    if not key:
        raise MissingKey
    return key


class Authenticator:
    """Turns an API key into a caller: first the key in the settings, then the stored ones.

    The key in the settings has the scopes submit and read. The operator's routes take `admin_token`, or a
    stored key with the scope admin. Requests without a valid key are counted by address.
    """

    def __init__(
        self,
        keys: ApiKeyStore,
        own_key: str,
        admin_token: str,
        failed_keys: FailedKeys,
        *,
        operator_name: str = "",
    ) -> None:
        """Take `operator_name` for whoever has the admin token; without it, it is the token's fingerprint."""
        self._keys = keys
        self._operator_name = operator_name or f"token {fingerprint_token(admin_token)}"
        self._own_key_digest = sha256(own_key.encode()).digest() if own_key else b""
        self._admin_token = admin_token.encode()
        self._failed_keys = failed_keys

    async def authenticate(self, request: Request, scope: Scope) -> Caller:
        """Return the caller of a request, which needs this scope.

        Raises:
            MissingKey: no key was sent.
            InvalidKey: the key is unknown or revoked.
            RateLimited: likewise, and too many such requests came from its address.
            MissingScope: the key lacks the scope.
            TenantDisabled: its tenant is disabled.
        """
        try:
            key = extract_api_key(request.headers)
            return await self._keys.database.ask(partial(self._find_caller, key, scope))
        except (MissingKey, InvalidKey) as error:
            self._count_failure(request, error)
            raise

    async def identify(self, request: Request) -> KeyHolder:
        """Return who sent a request, whatever the key may do; the admin token does too.

        Raises:
            MissingKey: no key was sent.
            InvalidKey: it is unknown or revoked.
            RateLimited: likewise, and too many such requests came from its address.
            TenantDisabled: its tenant is disabled.
        """
        try:
            key = extract_api_key(request.headers)
            if compare_digest(key.encode(errors="replace"), self._admin_token):
                return KeyHolder(None, frozenset({Scope.ADMIN}))
            return KeyHolder(*await self._keys.database.ask(partial(self._find_key, key)))
        except (MissingKey, InvalidKey) as error:
            self._count_failure(request, error)
            raise

    async def identify_operator(self, request: Request) -> str:
        """Return the name under which the audit log knows the operator whose request this is.

        Raises:
            MissingKey: no key was sent.
            InvalidKey: it is neither the admin token nor a key.
            RateLimited: likewise, and too many such requests came from its address.
            MissingScope: it is a key without the scope admin.
        """
        try:
            key = extract_api_key(request.headers)
            if compare_digest(key.encode(errors="replace"), self._admin_token):
                return self._operator_name
            found = await self._keys.database.ask(partial(self._find_caller, key, Scope.ADMIN))
        except (MissingKey, InvalidKey) as error:
            self._count_failure(request, error)
            raise
        return f"key {found.key_id}"

    def _count_failure(self, request: Request, error: MissingKey | InvalidKey) -> None:
        self._failed_keys.count_failure(request.client.host if request.client else "", error.message)

    def _find_caller(self, key: str, scope: Scope) -> Caller:
        caller, scopes = self._find_key(key)
        if scope not in scopes:
            raise MissingScope(
                f"This API key has the scopes: {', '.join(sorted(scopes)) or 'none'}. This request "
                f"needs the scope {scope}."
            )
        return caller

    def _find_key(self, key: str) -> tuple[Caller, frozenset[Scope]]:
        if self._own_key_digest and compare_digest(
            sha256(key.encode(errors="replace")).digest(), self._own_key_digest
        ):
            caller = Caller(DEFAULT_TENANT, ENVIRONMENT_KEY_ID)
            self._keys.require_good_standing(caller.key_id, caller.tenant)
            return caller, DEFAULT_SCOPES
        found = self._keys.find(key)
        return Caller(found.tenant, found.id), found.scopes


def fingerprint_token(token: str) -> str:
    """Return what tells an admin token from others, and gives nobody the token."""
    return sha256(b"keyreel admin token" + token.encode()).hexdigest()[:8]
