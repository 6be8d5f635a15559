"""The route /v1/user/balance: what a tenant can spend, where the services of the family tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.pricing import usd
from keyreel.tasks.tenants import Tenants

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services


class Balance:
    """Answers for the tenant whose key asks."""

    def __init__(self, services: Services) -> None:
        self._gate = services.gate
        self._tenants = Tenants(services.store.database, services.clock)

    async def __call__(self, request: Request) -> JSONResponse:
        """Tell credits that are free and held; who pays afterwards has negative ones, which it owes."""
        tenant = self._tenants.get(self._gate.caller(request.headers).tenant)
        return JSONResponse(
            {
                "tenant": tenant.name,
                "credits": tenant.credits,
                "held": tenant.held,
                "usd": f"{usd(tenant.credits):.3f}",
                "prepaid": tenant.prepaid,
            }
        )
