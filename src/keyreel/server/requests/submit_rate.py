"""Requests that count as submits: counted against the caller's rate limit, which their responses name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from keyreel.errors import Refusal
from keyreel.server.error_handlers import build_error_response
from keyreel.server.requests.rate_limit import choose_rate, get_default_limits
from keyreel.tasks.accounts.quotas import get_quotas
from keyreel.tasks.accounts.submit_counts import count_shared_submit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.requests.auth import Caller
    from keyreel.server.requests.authorisation import CallerHandler
    from keyreel.server.requests.rate_limit import RateLimitStatus
    from keyreel.server.services import Services
    from keyreel.tasks.accounts.quotas import OwnerQuotas


@dataclass(frozen=True, slots=True)
class SubmitRate:
    """The rate limit of submits, as routes apply it."""

    services: Services

    def limit(self, handler: CallerHandler) -> CallerHandler:
        """Return a handler of requests that count as submits."""

        async def respond(request: Request, caller: Caller) -> Response:
            return await self.respond(request, caller, lambda _: handler(request, caller))

        return respond

    async def respond(
        self,
        request: Request,
        caller: Caller,
        respond: Callable[[tuple[OwnerQuotas, ...]], Awaitable[Response]],
    ) -> Response:
        """Count a submit, and answer it by its caller's quotas if it is not one too many."""
        quotas, status = await self._count(caller)
        try:
            if status is not None:
                status.require_allowed()
            response = await respond(quotas)
        except Refusal as error:
            response = build_error_response(request, error)
        if status is not None:
            response.headers.update(status.to_headers())
        return response

    async def _count(self, caller: Caller) -> tuple[tuple[OwnerQuotas, ...], RateLimitStatus | None]:
        """Count a submit: in the database where other servers count as well, else in memory."""
        database, usual = self.services.store.database, get_default_limits(self.services.settings)
        asked = database, caller.tenant, caller.key_id, usual
        if database.is_shared:
            counted = await database.ask(partial(count_shared_submit, *asked))
            return counted.quotas, choose_rate(counted.rates)
        quotas = await database.ask(partial(get_quotas, *asked))
        return quotas, self.services.rate_limiter.count_submit(quotas)
