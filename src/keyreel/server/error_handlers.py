"""Answering errors: every refusal in the words of the dialect whose path was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

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
from keyreel.wire.dialects.registry import find_dialect_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.routing import Route
    from starlette.types import ExceptionHandler


_log = structlog.get_logger()


def build_error_response(request: Request, error: Refusal) -> JSONResponse:
    """Say no."""
    request_id = getattr(request.state, "request_id", "")
    path = request.url.path
    status, body = find_dialect_at(path).build_error_response_at(path, error, request_id)
    headers: dict[str, str] = dict(getattr(request.state, "rate_headers", {}))
    if isinstance(error, Unavailable | RateLimited):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return JSONResponse(body, status_code=status, headers=headers)


async def _handle_domain_error(request: Request, error: Exception) -> Response:
    return build_error_response(request, cast("Refusal", error))


async def _handle_http_error(request: Request, error: Exception) -> Response:
    http = cast("HTTPException", error)
    if http.status_code != 405:  # noqa: PLR2004 - HTTP's own number
        return build_error_response(
            request, UnknownEndpoint(f"There is nothing at {request.url.path[:200]}.")
        )
    refusal = MethodNotAllowed(f"{request.url.path[:200]} does not take {request.method[:16]}.")
    response = build_error_response(request, refusal)
    response.headers["Allow"] = ", ".join(sorted(_find_allowed_methods(request)))
    return response


def _find_allowed_methods(request: Request) -> set[str]:
    """Return what the path takes; several routes may share it, one for each method."""
    routes = cast("list[Route]", request.app.routes)
    found = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in found for method in route.methods or ()}


async def _handle_disconnect(request: Request, error: Exception) -> Response:
    del request, error
    return Response(
        status_code=499
    )  # nobody listens any more; the number is nginx's for "client closed request"


async def _handle_unexpected_error(request: Request, error: Exception) -> Response:
    _log.error("a request failed unexpectedly", path=request.url.path, exc_info=error)
    return build_error_response(request, InternalFault())


EXCEPTION_HANDLERS: Mapping[type[Exception], ExceptionHandler] = {
    Refusal: _handle_domain_error,
    HTTPException: _handle_http_error,
    ClientDisconnect: _handle_disconnect,
    Exception: _handle_unexpected_error,
}
