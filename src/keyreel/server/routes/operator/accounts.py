"""The operator's routes for tenants, their API keys, quotas and credits."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest
from keyreel.server.requests.body import read_object
from keyreel.tasks.accounts.api_keys import DEFAULT_SCOPES, Scope
from keyreel.tasks.accounts.quotas import QUOTA_COLUMNS, Quotas
from keyreel.tasks.accounts.stored_files import list_storage_quotas, set_storage_quota, sum_stored_bytes
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.wire.endpoints.value_text import describe_value
from keyreel.wire.reference.operator_responses import (
    ApiKeyEntry,
    ApiKeyListing,
    NewApiKey,
    TenantEntry,
    TenantListing,
)

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.tasks.accounts.api_keys import ApiKey, ApiKeyStore
    from keyreel.tasks.accounts.tenants import Tenant
    from keyreel.wire.json_types import Json


MAX_BODY_BYTES: Final = 64 * 1024
_TENANT: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TXN: Final = re.compile(r"[!-~]{1,100}")
_MAX_NOTE_CHARS: Final = 200
_MAX_AMOUNT: Final = 10**12
"""Credits, or tasks: far below what SQLite's 64 bits hold when amounts are added up."""


_MAX_STORAGE_BYTES: Final = 1 << 60


class AccountRoutes:
    """The routes /v1/admin/keys and /v1/admin/tenants."""

    def __init__(self, services: Services) -> None:
        self._keys = services.keys
        self._database = services.store.database
        self._tenants = TenantStore(self._database, services.clock)

    async def create_key(self, request: Request) -> JSONResponse:
        """Make a key for a tenant; this response alone holds it."""
        return JSONResponse(make_key(self._keys, await _read_body(request)), status_code=HTTPStatus.CREATED)

    async def list_keys(self, request: Request) -> JSONResponse:
        """List the record of every key, without the keys themselves."""
        del request
        keys = ApiKeyListing(keys=tuple(map(_to_key_entry, self._keys.list())))
        return JSONResponse(keys.to_json())

    async def limit_key(self, request: Request) -> JSONResponse:
        """Set some of a key's quotas."""
        limits = parse_limits(await _read_body(request))
        return JSONResponse(describe_key(self._keys.set_quotas(request.path_params["id"], limits)))

    async def revoke_key(self, request: Request) -> JSONResponse:
        """Make a key invalid from now on."""
        return JSONResponse(describe_key(self._keys.revoke(request.path_params["id"])))

    async def create_tenant(self, request: Request) -> JSONResponse:
        """Make a tenant."""
        body = await _read_body(request)
        storage_bytes = _parse_storage_bytes(body)
        tenant = make_tenant(self._tenants, body)
        self._limit_storage(tenant.name, storage_bytes)
        return JSONResponse(self._describe(tenant), status_code=HTTPStatus.CREATED)

    async def list_tenants(self, request: Request) -> JSONResponse:
        """List every tenant with its credits and quotas."""
        del request
        stored, quotas = sum_stored_bytes(self._database), list_storage_quotas(self._database)
        entries = (
            _to_tenant_entry(each, stored.get(each.name, 0), quotas.get(each.name))
            for each in self._tenants.list()
        )
        return JSONResponse(TenantListing(tenants=tuple(entries)).to_json())

    async def limit_tenant(self, request: Request) -> JSONResponse:
        """Set some of a tenant's quotas."""
        body, name = await _read_body(request), request.path_params["name"]
        limits, storage_bytes = parse_limits(body), _parse_storage_bytes(body)
        tenant = self._tenants.set_quotas(name, limits)
        self._limit_storage(name, storage_bytes)
        return JSONResponse(self._describe(tenant))

    async def grant_credits(self, request: Request) -> JSONResponse:
        """Give a tenant credits."""
        granted = grant_credits(self._tenants, request.path_params["name"], await _read_body(request))
        return JSONResponse(self._describe(granted))

    def _limit_storage(self, name: str, storage_bytes: int | None) -> None:
        if storage_bytes is not None:
            set_storage_quota(self._database, name, storage_bytes)

    def _describe(self, tenant: Tenant) -> Json:
        stored, quotas = sum_stored_bytes(self._database), list_storage_quotas(self._database)
        return _to_tenant_entry(tenant, stored.get(tenant.name, 0), quotas.get(tenant.name)).to_json()


async def _read_body(request: Request) -> Json:
    return await read_object(request, limit=MAX_BODY_BYTES, seconds=10)


def make_key(keys: ApiKeyStore, body: Json) -> Json:
    """Make a key as `{tenant, name, scopes, rpm, running, queued, daily_credits}` says, and return it."""
    tenant, name = check_tenant_name(body.get("tenant")), str(body.get("name") or "")[:_MAX_NOTE_CHARS]
    info, key = keys.create(tenant, name, scopes=_parse_scopes(body), quotas=parse_limits(body))
    return NewApiKey(**dict(_to_key_entry(info)), key=key).to_json()


def make_tenant(tenants: TenantStore, body: Json) -> Tenant:
    """Make a tenant as `{name, notes, rpm, running, queued, daily_credits}` says."""
    notes = str(body.get("notes") or "")[:_MAX_NOTE_CHARS]
    return tenants.create(check_tenant_name(body.get("name")), notes, parse_limits(body))


def grant_credits(tenants: TenantStore, name: str, body: Json) -> Tenant:
    """Give a tenant `{credits}`; with `{txn}`, the operator's own name for it, only once."""
    credits_, txn = body.get("credits"), body.get("txn") or secrets.token_hex(16)
    if type(credits_) is not int or abs(credits_) > _MAX_AMOUNT:
        raise InvalidRequest(
            f"credits: got {describe_value(credits_)}; must be a whole number of credits.", field="credits"
        )
    if not isinstance(txn, str) or not _TXN.fullmatch(txn):
        raise InvalidRequest("txn: must be 1 to 100 printable characters without spaces.", field="txn")
    return tenants.grant(name, credits_, txn)


def parse_limits(body: Json) -> Quotas:
    """Read quotas; those that are absent or null stay as they are.

    Raises:
        InvalidRequest: one is not a whole number from 0.
    """
    return Quotas(**{name: _parse_limit(body, name, _MAX_AMOUNT) for name in QUOTA_COLUMNS})


def _parse_storage_bytes(body: Json) -> int | None:
    return _parse_limit(body, "storage_bytes", _MAX_STORAGE_BYTES)


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


def _to_tenant_entry(tenant: Tenant, stored_bytes: int, storage_bytes: int | None) -> TenantEntry:
    return TenantEntry(
        name=tenant.name,
        notes=tenant.notes,
        created=tenant.created.isoformat(),
        credits=tenant.credits,
        held=tenant.held,
        prepaid=tenant.prepaid,
        **asdict(tenant.quotas),
        storage_bytes=storage_bytes,
        stored_bytes=stored_bytes,
    )
