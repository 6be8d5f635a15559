"""Handlers behind the access that they need: the only place where a route's caller is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from keyreel.errors import InvalidKey, MissingScope, RateLimited
from keyreel.tasks.audit.log import Actor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.requests.auth import Authenticator, Caller, KeyHolder
    from keyreel.tasks.accounts.api_keys import Scope
    from keyreel.tasks.audit.refused_access import RefusedAccessLog

Handler: TypeAlias = "Callable[[Request], Awaitable[Response]]"
CallerHandler: TypeAlias = "Callable[[Request, Caller], Awaitable[Response]]"
KeyHolderHandler: TypeAlias = "Callable[[Request, KeyHolder], Awaitable[Response]]"


def require_scope(handler: CallerHandler, authenticator: Authenticator, scope: Scope) -> Handler:
    """Return a handler that answers callers whose key has this scope."""

    async def respond_to_caller(request: Request) -> Response:
        caller = await authenticator.authenticate(request, scope)
        _note_caller(request, caller)
        return await handler(request, caller)

    return respond_to_caller


def require_any_key(handler: KeyHolderHandler, authenticator: Authenticator) -> Handler:
    """Return a handler that answers whoever has a key, whatever that may do, or the admin token."""

    async def respond_to_holder(request: Request) -> Response:
        holder = await authenticator.identify(request)
        if holder.caller is not None:
            _note_caller(request, holder.caller)
        return await handler(request, holder)

    return respond_to_holder


def require_operator(handler: Handler, authenticator: Authenticator, refusals: RefusedAccessLog) -> Handler:
    """Return a handler that answers the operator alone; who sent a key that does not do is recorded."""

    async def respond_to_operator(request: Request) -> Response:
        address = request.client.host if request.client else ""
        try:
            name = await authenticator.identify_operator(request)
        except (InvalidKey, MissingScope, RateLimited) as error:
            await refusals.record(address, type(error).__name__)
            raise
        request.state.operator = Actor(name, address)
        request.state.actor = name
        return await handler(request)

    return respond_to_operator


def _note_caller(request: Request, caller: Caller) -> None:
    """Keep who sent a request, for its line in the log and its part of the memory for bodies."""
    state = request.scope["state"]
    state["tenant"], state["key_id"] = caller.tenant, caller.key_id


def get_operator(request: Request) -> Actor:
    """Return who sent a request that `require_operator` let pass."""
    operator: Actor = request.state.operator
    return operator
