"""Requests that count as submits: counted against the caller's rate limit, which their responses name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from keyreel.errors import Refusal
from keyreel.server.error_handlers import build_error_response
from keyreel.server.requests.rate_limit import get_default_limits
from keyreel.tasks.accounts.quotas import get_quotas

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.requests.auth import Caller
    from keyreel.server.requests.authorisation import CallerHandler
    from keyreel.server.services import Services
    from keyreel.tasks.accounts.quotas import OwnerQuotas


@dataclass(frozen=True, slots=True)
class SubmitRate:
    """The rate limit of submits, as routes apply it."""

    services: Services

    def limit(self, handler: CallerHandler) -> CallerHandler:
        """Return a handler of requests that count as submits."""

        async def respond(request: Request, caller: Caller) -> Response:
            return await self.respond(request, self.get_quotas(caller), partial(handler, request, caller))

        return respond

    def get_quotas(self, caller: Caller) -> tuple[OwnerQuotas, ...]:
        """Return the quotas that a caller keeps."""
        services = self.services
        return get_quotas(
            services.store.database, caller.tenant, caller.key_id, get_default_limits(services.settings)
        )

    async def respond(
        self,
        request: Request,
        quotas: tuple[OwnerQuotas, ...],
        respond: Callable[[], Awaitable[Response]],
    ) -> Response:
        """Count a submit, and answer it if it is not one too many."""
        status = self.services.rate_limiter.count_submit(quotas)
        try:
            if status is not None:
                status.require_allowed()
            response = await respond()
        except Refusal as error:
            response = build_error_response(request, error)
        if status is not None:
            response.headers.update(status.to_headers())
        return response
