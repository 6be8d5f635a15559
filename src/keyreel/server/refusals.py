"""Answering errors: every refusal in the words of the dialect whose path was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from keyreel.errors import (
    InternalFault,
    MethodNotAllowed,
    RateLimited,
    Refusal,
    Unavailable,
    UnknownEndpoint,
)
from keyreel.wire.dialects import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ExceptionHandler

    from keyreel.wire.dialect import Dialect

_log = structlog.get_logger()


def dialect_of(path: str) -> Dialect:
    """Return the dialect that a path belongs to by its first two parts; the first dialect for all others."""
    for dialect in DIALECTS:
        if any(_beginning(route.path) == _beginning(path) for route in dialect.routes):
            return dialect
    return DIALECTS[0]


def _beginning(path: str) -> list[str]:
    return path.split("/")[1:3]


def answer(request: Request, error: Refusal) -> JSONResponse:
    """Say no."""
    request_id = getattr(request.state, "request_id", "")
    status, body = dialect_of(request.url.path).refusal(error, request_id)
    headers: dict[str, str] = dict(getattr(request.state, "rate_headers", {}))
    if isinstance(error, Unavailable | RateLimited):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return JSONResponse(body, status_code=status, headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    return answer(request, cast("Refusal", error))


async def _http_error(request: Request, error: Exception) -> Response:
    http = cast("HTTPException", error)
    if http.status_code == 405:  # noqa: PLR2004 - HTTP's own number
        refusal: Refusal = MethodNotAllowed(f"{request.url.path[:200]} does not take {request.method[:16]}.")
    else:
        refusal = UnknownEndpoint(f"There is nothing at {request.url.path[:200]}.")
    response = answer(request, refusal)
    response.headers.update(http.headers or {})
    return response


async def _gone(request: Request, error: Exception) -> Response:
    del request, error
    return Response(
        status_code=499
    )  # nobody listens any more; the number is nginx's for "client closed request"


async def _internal(request: Request, error: Exception) -> Response:
    _log.error("a request failed unexpectedly", path=request.url.path, exc_info=error)
    return answer(request, InternalFault())


HANDLERS: Mapping[type[Exception], ExceptionHandler] = {
    Refusal: _refused,
    HTTPException: _http_error,
    ClientDisconnect: _gone,
    Exception: _internal,
}
