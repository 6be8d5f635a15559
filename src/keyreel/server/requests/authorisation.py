"""Handlers behind the access that they need: the only place where a route's caller is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.requests.auth import Authenticator, Caller
    from keyreel.tasks.accounts.api_keys import Scope

Handler: TypeAlias = "Callable[[Request], Awaitable[Response]]"
CallerHandler: TypeAlias = "Callable[[Request, Caller], Awaitable[Response]]"


def require_scope(handler: CallerHandler, authenticator: Authenticator, scope: Scope) -> Handler:
    """Return a handler that answers callers whose key has this scope."""

    async def respond_to_caller(request: Request) -> Response:
        return await handler(request, authenticator.authenticate(request, scope))

    return respond_to_caller


def require_operator(handler: Handler, authenticator: Authenticator) -> Handler:
    """Return a handler that answers the operator alone."""

    async def respond_to_operator(request: Request) -> Response:
        authenticator.require_operator(request)
        return await handler(request)

    return respond_to_operator
