"""What the key of a request may do, and what its tenant can spend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.tasks.accounts.api_keys import Scope
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.wire.reference.responses.own_responses import KeyDescription, SpendableCredits

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import KeyHolder
    from keyreel.server.services import Services


@dataclass(frozen=True, slots=True)
class WhoamiRoute:
    """The route /v1/whoami."""

    services: Services

    async def show(self, request: Request, holder: KeyHolder) -> JSONResponse:
        """Describe the key, whatever it may do; the admin token too."""
        del request
        description = KeyDescription(
            tenant=holder.caller.tenant if holder.caller else None,
            key_id=holder.caller.key_id if holder.caller else None,
            scopes=tuple(scope.value for scope in Scope if scope in holder.scopes),
            operator=Scope.ADMIN in holder.scopes,
            credits=self._describe_credits(holder.caller.tenant if holder.caller else None),
        )
        return JSONResponse(description.to_json())

    def _describe_credits(self, name: str | None) -> SpendableCredits:
        if name is None:
            return SpendableCredits(balance=None, held=0, prepaid=False)
        tenant = TenantStore(self.services.store.database, self.services.clock).get(name)
        balance = tenant.credits if tenant.prepaid else None
        return SpendableCredits(balance=balance, held=tenant.held, prepaid=tenant.prepaid)
