"""The operator's routes for tenants, their API keys, quotas and credits."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest
from keyreel.server.long_responses import send_list
from keyreel.server.requests.authorisation import get_operator
from keyreel.server.requests.body import read_object
from keyreel.system.sizes import MAX_SIZE
from keyreel.tasks.accounts.api_keys import DEFAULT_SCOPES, ApiKeyStore, Scope
from keyreel.tasks.accounts.ledger import get_postpaid_account
from keyreel.tasks.accounts.quotas import QUOTA_COLUMNS, Quotas
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available
from keyreel.wire.endpoints.value_text import describe_value
from keyreel.wire.reference.responses.operator_responses import (
    ApiKeyEntry,
    DisabledTenant,
    GrantedTenant,
    NewApiKey,
    TenantEntry,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services
    from keyreel.tasks.accounts.api_keys import ApiKey
    from keyreel.tasks.accounts.grants import GrantOutcome
    from keyreel.tasks.accounts.tenants import Tenant
    from keyreel.tasks.audit.log import Actor
    from keyreel.wire.json_types import Json

T = TypeVar("T")

MAX_BODY_BYTES: Final = 64 * 1024
_TENANT: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TXN: Final = re.compile(r"[!-~]{1,100}")
_MAX_NOTE_CHARS: Final = 200
_MAX_AMOUNT: Final = 10**12
"""Credits, or tasks: far below what SQLite's 64 bits hold when amounts are added up."""
_TENANT_LIMITS: Final = (*QUOTA_COLUMNS, "storage_bytes")


class AccountRoutes:
    """The routes /v1/admin/keys and /v1/admin/tenants."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.store
        self._keys = services.keys
        self._tenants = TenantStore(services.store.database, services.clock)
        self._random = services.random

    async def create_key(self, request: Request) -> JSONResponse:
        """Make a key for a tenant; this response alone holds it.

        Raises:
            UnknownAccount: there is no such tenant, and `new_tenant` does not ask for one.
        """
        body = await _read_body(request, "tenant", "new_tenant", "name", "scopes", *QUOTA_COLUMNS)
        by = get_operator(request)
        return await self._change(lambda: self._make_key(body, by), HTTPStatus.CREATED)

    def _make_key(self, body: Json, by: Actor) -> Json:
        tenant, name = check_tenant_name(body.get("tenant")), _parse_text(body, "name")
        scopes, limits = _parse_scopes(body), parse_limits(body)
        if not _parse_flag(body, "new_tenant"):
            self._tenants.get(tenant)
        info, key = self._keys.create(tenant, name, scopes=scopes, quotas=limits, by=by)
        return NewApiKey(**dict(_to_key_entry(info)), key=key).to_json()

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
        limits, key_id = parse_limits(await _read_body(request, *QUOTA_COLUMNS)), request.path_params["id"]
        by = get_operator(request)
        return await self._change(lambda: describe_key(self._keys.set_quotas(key_id, limits, by=by)))

    async def revoke_key(self, request: Request) -> JSONResponse:
        """Make a key invalid from now on."""
        key_id, by = request.path_params["id"], get_operator(request)
        return await self._change(lambda: describe_key(self._keys.revoke(key_id, by=by)))

    async def create_tenant(self, request: Request) -> JSONResponse:
        """Make a tenant."""
        body = await _read_body(request, "name", "notes", *_TENANT_LIMITS)
        name, notes = check_tenant_name(body.get("name")), _parse_text(body, "notes")
        limits, storage_bytes = parse_limits(body), _parse_storage_bytes(body)
        create = partial(self._tenants.create, name, notes, limits, storage_bytes, by=get_operator(request))
        return await self._change(lambda: describe_tenant(create()), HTTPStatus.CREATED)

    async def list_tenants(self, request: Request) -> Response:
        """List every tenant with its credits and quotas."""
        del request
        return await send_list({}, "tenants", self._iterate_tenants())

    def _iterate_tenants(self) -> Iterator[Json]:
        services = self._services
        yield from map(describe_tenant, TenantStore(services.store.database.reader, services.clock).list())

    async def limit_tenant(self, request: Request) -> JSONResponse:
        """Set some of a tenant's quotas."""
        body, name = await _read_body(request, *_TENANT_LIMITS), request.path_params["name"]
        limits, storage_bytes = parse_limits(body), _parse_storage_bytes(body)
        limit = partial(self._tenants.set_quotas, name, limits, storage_bytes, by=get_operator(request))
        return await self._change(lambda: describe_tenant(limit()))

    async def disable_tenant(self, request: Request) -> JSONResponse:
        """Refuse a tenant's keys from now on, and cancel its tasks if the body says so.

        What ends between two calls is asked again: cancelling goes on where it stopped.
        """
        body, by = await _read_body(request, "cancel_tasks"), get_operator(request)
        cancel = _parse_flag(body, "cancel_tasks")
        name, cancelled = request.path_params["name"], 0
        await self._retry(lambda: self._tenants.disable(name, by=by))
        while cancel and (some := await self._retry(lambda: self._store.cancel_all(name, by=by))):
            cancelled += some
            # Other requests have their turn.
            await asyncio.sleep(0)
        tenant = await self._store.database.ask(lambda: self._tenants.get(name))
        entry = _to_tenant_entry(tenant)
        return JSONResponse(DisabledTenant(**dict(entry), cancelled=cancelled).to_json())

    async def enable_tenant(self, request: Request) -> JSONResponse:
        """Take a tenant's keys again."""
        name, by = request.path_params["name"], get_operator(request)
        return await self._change(lambda: describe_tenant(self._tenants.enable(name, by=by)))

    async def grant_credits(self, request: Request) -> JSONResponse:
        """Give a tenant `{credits}`; with `{txn}`, the operator's own name for it, only once."""
        body, name = await _read_body(request, "credits", "txn", "note"), request.path_params["name"]
        credits_, txn, note = _parse_credits(body), _parse_txn(body), _parse_text(body, "note")
        grant = partial(self._tenants.grant, name, credits_, txn, note, by=get_operator(request))
        return await self._change(lambda: describe_grant(*grant()))

    async def _change(self, call: Callable[[], Json], status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
        return JSONResponse(await self._retry(call), status_code=status)

    async def _retry(self, call: Callable[[], T]) -> T:
        return await write_when_available(self._store.writer, call, SUBMIT_RETRY_SECONDS, self._random)


async def _read_body(request: Request, *known: str) -> Json:
    """Read a body of these fields; a limit whose name is misspelt must not be taken for none.

    Raises:
        InvalidRequest: it has another field.
    """
    body = await read_object(request, limit=MAX_BODY_BYTES, seconds=10)
    for name in body:
        if name not in known:
            raise InvalidRequest(
                f"{name[:64]}: is unknown; known fields are {', '.join(known)}.", field=name[:64]
            )
    return body


def _parse_credits(body: Json) -> int:
    credits_ = body.get("credits")
    if type(credits_) is not int or abs(credits_) > _MAX_AMOUNT:
        raise InvalidRequest(
            f"credits: got {describe_value(credits_)}; must be a whole number of credits.", field="credits"
        )
    return credits_


def _parse_txn(body: Json) -> str:
    """Return the operator's name for a grant; only one that is absent is made up, not an empty one."""
    txn = body.get("txn")
    if txn is None:
        return secrets.token_hex(16)
    if not isinstance(txn, str) or not _TXN.fullmatch(txn):
        raise InvalidRequest("txn: must be 1 to 100 printable characters without spaces.", field="txn")
    return txn


def _parse_text(body: Json, name: str) -> str:
    text = body.get(name)
    if text is not None and not isinstance(text, str):
        raise InvalidRequest(f"{name}: got {describe_value(text)}; must be text.", field=name)
    return (text or "")[:_MAX_NOTE_CHARS]


def _parse_flag(body: Json, name: str) -> bool:
    flag = body.get(name)
    if flag is not None and not isinstance(flag, bool):
        raise InvalidRequest(f"{name}: got {describe_value(flag)}; must be true or false.", field=name)
    return bool(flag)


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
            f"tenant: got {str(name)[:64]!r}; must be 1 to 64 letters, digits, '.', '_' or '-'.",
            field="tenant",
        )
    return name


def _parse_scopes(body: Json) -> frozenset[Scope]:
    """Read scopes; without any, a key has the usual ones, and an empty list is a key that may do nothing."""
    given = body.get("scopes")
    if given is None:
        return DEFAULT_SCOPES
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
    return _to_tenant_entry(tenant).to_json()


def describe_grant(tenant: Tenant, outcome: GrantOutcome) -> Json:
    """Describe a grant and the tenant that has it."""
    grant = outcome.grant
    return GrantedTenant(
        **dict(_to_tenant_entry(tenant)),
        txn=grant.txn,
        granted=grant.credits,
        note=grant.note,
        granted_at=grant.created.isoformat(),
        replayed=outcome.replayed,
        began_prepaid=outcome.began_prepaid,
        carried_over=outcome.carried_over,
        message=_describe_outcome(tenant, outcome),
    ).to_json()


def _describe_outcome(tenant: Tenant, outcome: GrantOutcome) -> str:
    grant = outcome.grant
    if outcome.replayed:
        made = f"{grant.created:%Y-%m-%d %H:%M} UTC"
        return f"This grant of {grant.credits} credits was already made, {made}: nothing was changed."
    if not outcome.began_prepaid:
        return f"{grant.credits} credits were granted."
    sentence = f"{tenant.name} was postpaid, without a limit, until now. It is prepaid from now on."
    if outcome.carried_over:
        sentence += (
            f" The {outcome.carried_over} credits that it has used stay outside its balance, in the "
            f"account {get_postpaid_account(tenant.name)}."
        )
    if tenant.held:
        sentence += f" {tenant.held} credits of the grant are held by its unfinished tasks."
    return sentence


def _to_tenant_entry(tenant: Tenant) -> TenantEntry:
    return TenantEntry(
        name=tenant.name,
        notes=tenant.notes,
        created=tenant.created.isoformat(),
        credits=tenant.credits,
        held=tenant.held,
        prepaid=tenant.prepaid,
        disabled=tenant.disabled.isoformat() if tenant.disabled else None,
        **asdict(tenant.quotas),
        storage_bytes=tenant.storage_bytes,
        stored_bytes=tenant.stored_bytes,
    )
