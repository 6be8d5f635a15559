"""Error responses: every error in the format of the dialect that the request's path belongs to."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from keyreel.errors import (
    InternalFault,
    MethodNotAllowed,
    RateLimited,
    Refusal,
    Unavailable,
    UnknownEndpoint,
)
from keyreel.storage.passing_faults import PASSING_ERRORS, find_passing_fault
from keyreel.wire.dialects.registry import find_dialect_at

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.routing import Route


_log = structlog.get_logger()
_CLIENT_CLOSED_REQUEST: Final = 499
"""nginx's own status, for its logs: nobody receives this response."""


def build_error_response(request: Request, error: Refusal) -> JSONResponse:
    """Write an error in the format of the dialect that the request's path belongs to."""
    request_id = getattr(request.state, "request_id", "")
    request.state.refusal = error
    path = request.url.path
    status, body = find_dialect_at(path).build_error_response_at(path, error, request_id)
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable | RateLimited):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return JSONResponse(body, status_code=status, headers=headers)


async def _handle_domain_error(request: Request, error: Exception) -> Response:
    return build_error_response(request, cast("Refusal", error))


async def _handle_http_error(request: Request, error: Exception) -> Response:
    http = cast("HTTPException", error)
    if http.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        return build_error_response(
            request, UnknownEndpoint(f"There is nothing at {request.url.path[:200]}.")
        )
    not_allowed = MethodNotAllowed(f"{request.url.path[:200]} does not support {request.method[:16]}.")
    response = build_error_response(request, not_allowed)
    response.headers["Allow"] = ", ".join(sorted(_find_allowed_methods(request)))
    return response


def _find_allowed_methods(request: Request) -> set[str]:
    """Return the methods of all routes at the path; several may share it."""
    routes = cast("list[Route]", request.app.routes)
    found = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in found for method in route.methods or ()}


async def _handle_disconnect(request: Request, error: Exception) -> Response:
    del request, error
    return Response(status_code=_CLIENT_CLOSED_REQUEST)


async def _handle_passing_fault(request: Request, error: Exception) -> Response:
    """Answer that the client may try again, where the system refused something for a while."""
    fault = find_passing_fault(error)
    if fault is None:
        raise error
    _log.warning("a request met a temporary fault", path=request.url.path, cause=str(error))
    return build_error_response(request, fault)


async def _handle_unexpected_error(request: Request, error: Exception) -> Response:
    _log.error("a request failed unexpectedly", path=request.url.path, exc_info=error)
    return build_error_response(request, InternalFault())


async def respond_to_error(request: Request, error: Exception) -> Response:
    """Return the response to what a route raised, as Starlette chooses it: by the nearest class."""
    handler = next(EXCEPTION_HANDLERS[each] for each in type(error).__mro__ if each in EXCEPTION_HANDLERS)
    try:
        return await handler(request, error)
    except Exception as unexpected:  # noqa: BLE001 - what a handler has no response to, it raises
        return await _handle_unexpected_error(request, unexpected)


EXCEPTION_HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Refusal: _handle_domain_error,
    HTTPException: _handle_http_error,
    ClientDisconnect: _handle_disconnect,
    **dict.fromkeys(PASSING_ERRORS, _handle_passing_fault),
    Exception: _handle_unexpected_error,
}
