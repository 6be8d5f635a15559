"""What a tenant can spend and run, at /v1/user/balance and at the dialects' own routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.pricing import to_usd
from keyreel.server.requests.rate_limit import get_default_limits
from keyreel.tasks.accounts.concurrency import count_unfinished
from keyreel.tasks.accounts.quotas import get_quotas
from keyreel.tasks.accounts.stored_files import get_storage_use
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.wire.dialects.dialect import TenantBalance
from keyreel.wire.reference.responses.own_responses import Balance

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services
    from keyreel.tasks.accounts.tenants import Tenant
    from keyreel.wire.dialects.dialect import Dialect


class BalanceRoute:
    """The balance of the caller's tenant."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def show(self, request: Request, caller: Caller) -> JSONResponse:
        """Answer the credits that are free and held; a tenant that pays afterwards owes negative ones."""
        del request
        tenant = self._get_tenant(caller)
        database, usual_quota = self._services.store.database, self._services.settings.storage_quota_bytes
        storage = get_storage_use(database, tenant.name, usual_quota)
        balance = Balance(
            tenant=tenant.name,
            credits=tenant.credits,
            held=tenant.held,
            usd=f"{to_usd(tenant.credits):.3f}",
            prepaid=tenant.prepaid,
            stored_bytes=storage.used,
            storage_bytes=storage.quota or None,
        )
        return JSONResponse(balance.to_json())

    def respond_in_dialect(self, dialect: Dialect, request: Request, caller: Caller) -> JSONResponse:
        """Answer the balance in a dialect's format."""
        return JSONResponse(dialect.build_balance_response(self._build_balance(caller), request.query_params))

    def _get_tenant(self, caller: Caller) -> Tenant:
        return TenantStore(self._services.store.database, self._services.clock).get(caller.tenant)

    def _build_balance(self, caller: Caller) -> TenantBalance:
        services, tenant = self._services, self._get_tenant(caller)
        database = services.store.database
        quotas = get_quotas(database, caller.tenant, caller.key_id, get_default_limits(services.settings))
        limits = [owner.quotas.running for owner in quotas if owner.quotas.running]
        running, waiting = count_unfinished(database, caller.tenant)
        return TenantBalance(
            tenant=tenant.name,
            since=tenant.created,
            credits=max(0, tenant.credits) if tenant.prepaid else None,
            held_credits=tenant.held,
            concurrency_limit=min([*limits, max(1, sum(services.engines.slots_by_engine.values()))]),
            running=running,
            waiting=waiting,
        )
