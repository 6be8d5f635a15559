"""The operator's routes for tenants, their API keys, quotas and credits."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest
from keyreel.server.long_responses import send_list
from keyreel.server.requests.body import read_object
from keyreel.system.sizes import MAX_SIZE
from keyreel.tasks.accounts.api_keys import DEFAULT_SCOPES, ApiKeyStore, Scope
from keyreel.tasks.accounts.quotas import QUOTA_COLUMNS, Quotas
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.wire.endpoints.value_text import describe_value
from keyreel.wire.reference.operator_responses import (
    ApiKeyEntry,
    NewApiKey,
    TenantEntry,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services
    from keyreel.tasks.accounts.api_keys import ApiKey
    from keyreel.tasks.accounts.tenants import Tenant
    from keyreel.wire.json_types import Json


MAX_BODY_BYTES: Final = 64 * 1024
_TENANT: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TXN: Final = re.compile(r"[!-~]{1,100}")
_MAX_NOTE_CHARS: Final = 200
_MAX_AMOUNT: Final = 10**12
"""Credits, or tasks: far below what SQLite's 64 bits hold when amounts are added up."""


class AccountRoutes:
    """The routes /v1/admin/keys and /v1/admin/tenants."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._keys = services.keys
        self._tenants = TenantStore(services.store.database, services.clock)
        self._random = services.random

    async def create_key(self, request: Request) -> JSONResponse:
        """Make a key for a tenant; this response alone holds it."""
        body = await _read_body(request)
        return await self._change(lambda: make_key(self._keys, body), HTTPStatus.CREATED)

    async def list_keys(self, request: Request) -> Response:
        """List the record of every key, without the keys themselves."""
        del request
        return await send_list({}, "keys", self._iterate_keys())

    def _iterate_keys(self) -> Iterator[Json]:
        services = self._services
        keys = ApiKeyStore(services.store.database.reader, services.clock, services.random)
        yield from map(describe_key, keys.list())

    async def limit_key(self, request: Request) -> JSONResponse:
        """Set some of a key's quotas."""
        limits, key_id = parse_limits(await _read_body(request)), request.path_params["id"]
        return await self._change(lambda: describe_key(self._keys.set_quotas(key_id, limits)))

    async def revoke_key(self, request: Request) -> JSONResponse:
        """Make a key invalid from now on."""
        return await self._change(lambda: describe_key(self._keys.revoke(request.path_params["id"])))

    async def create_tenant(self, request: Request) -> JSONResponse:
        """Make a tenant."""
        body = await _read_body(request)
        return await self._change(lambda: make_tenant(self._tenants, body), HTTPStatus.CREATED)

    async def list_tenants(self, request: Request) -> Response:
        """List every tenant with its credits and quotas."""
        del request
        return await send_list({}, "tenants", self._iterate_tenants())

    def _iterate_tenants(self) -> Iterator[Json]:
        services = self._services
        yield from map(describe_tenant, TenantStore(services.store.database.reader, services.clock).list())

    async def limit_tenant(self, request: Request) -> JSONResponse:
        """Set some of a tenant's quotas."""
        body, name = await _read_body(request), request.path_params["name"]
        limits, storage_bytes = parse_limits(body), _parse_storage_bytes(body)
        return await self._change(
            lambda: describe_tenant(self._tenants.set_quotas(name, limits, storage_bytes))
        )

    async def grant_credits(self, request: Request) -> JSONResponse:
        """Give a tenant credits."""
        body, name = await _read_body(request), request.path_params["name"]
        return await self._change(lambda: grant_credits(self._tenants, name, body))

    async def _change(self, call: Callable[[], Json], status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
        body = await write_when_available(
            self._services.store.writer, call, SUBMIT_RETRY_SECONDS, self._random
        )
        return JSONResponse(body, status_code=status)


async def _read_body(request: Request) -> Json:
    return await read_object(request, limit=MAX_BODY_BYTES, seconds=10)


def make_key(keys: ApiKeyStore, body: Json) -> Json:
    """Make a key as `{tenant, name, scopes, rpm, running, queued, daily_credits}` says, and return it."""
    tenant, name = check_tenant_name(body.get("tenant")), str(body.get("name") or "")[:_MAX_NOTE_CHARS]
    info, key = keys.create(tenant, name, scopes=_parse_scopes(body), quotas=parse_limits(body))
    return NewApiKey(**dict(_to_key_entry(info)), key=key).to_json()


def make_tenant(tenants: TenantStore, body: Json) -> Json:
    """Make a tenant as `{name, notes, rpm, running, queued, daily_credits, storage_bytes}` says."""
    name, notes = check_tenant_name(body.get("name")), str(body.get("notes") or "")[:_MAX_NOTE_CHARS]
    made = tenants.create(name, notes, parse_limits(body), _parse_storage_bytes(body))
    return describe_tenant(made)


def grant_credits(tenants: TenantStore, name: str, body: Json) -> Json:
    """Give a tenant `{credits}`; with `{txn}`, the operator's own name for it, only once."""
    credits_, txn = body.get("credits"), body.get("txn") or secrets.token_hex(16)
    if type(credits_) is not int or abs(credits_) > _MAX_AMOUNT:
        raise InvalidRequest(
            f"credits: got {describe_value(credits_)}; must be a whole number of credits.", field="credits"
        )
    if not isinstance(txn, str) or not _TXN.fullmatch(txn):
        raise InvalidRequest("txn: must be 1 to 100 printable characters without spaces.", field="txn")
    return describe_tenant(tenants.grant(name, credits_, txn))


def parse_limits(body: Json) -> Quotas:
    """Read quotas; those that are absent or null stay as they are.

    Raises:
        InvalidRequest: one is not a whole number from 0.
    """
    return Quotas(**{name: _parse_limit(body, name, _MAX_AMOUNT) for name in QUOTA_COLUMNS})


def _parse_storage_bytes(body: Json) -> int | None:
    return _parse_limit(body, "storage_bytes", MAX_SIZE)


def _parse_limit(body: Json, name: str, largest: int) -> int | None:
    value: object = body.get(name)
    if value is None or (type(value) is int and 0 <= value <= largest):
        return value
    raise InvalidRequest(
        f"{name}: got {describe_value(value)}; must be a whole number, 0 for no limit.", field=name
    )


def check_tenant_name(name: object) -> str:
    """Return a tenant's name.

    Raises:
        InvalidRequest: it is not 1 to 64 letters, digits, '.', '_' or '-'.
    """
    if not isinstance(name, str) or not _TENANT.fullmatch(name):
        raise InvalidRequest(
            f"tenant: got {str(name)[:64]!r}; 1 to 64 letters, digits, '.', '_' or '-' are allowed.",
            field="tenant",
        )
    return name


def _parse_scopes(body: Json) -> frozenset[Scope]:
    given = body.get("scopes") or sorted(DEFAULT_SCOPES)
    known = {each.value for each in Scope}
    if not isinstance(given, list) or not all(isinstance(each, str) and each in known for each in given):
        raise InvalidRequest(
            f"scopes: got {describe_value(given)}; must be a list of {', '.join(sorted(known))}.",
            field="scopes",
        )
    return frozenset(map(Scope, given))


def describe_key(info: ApiKey) -> Json:
    """Describe a key's record; it does not hold the key."""
    return _to_key_entry(info).to_json()


def _to_key_entry(info: ApiKey) -> ApiKeyEntry:
    return ApiKeyEntry(
        id=info.id,
        tenant=info.tenant,
        name=info.name,
        scopes=tuple(each.value for each in sorted(info.scopes)),
        **asdict(info.quotas),
        created=info.created.isoformat(),
        revoked=info.revoked.isoformat() if info.revoked else None,
    )


def describe_tenant(tenant: Tenant) -> Json:
    """Describe a tenant."""
    return TenantEntry(
        name=tenant.name,
        notes=tenant.notes,
        created=tenant.created.isoformat(),
        credits=tenant.credits,
        held=tenant.held,
        prepaid=tenant.prepaid,
        **asdict(tenant.quotas),
        storage_bytes=tenant.storage_bytes,
        stored_bytes=tenant.stored_bytes,
    ).to_json()
