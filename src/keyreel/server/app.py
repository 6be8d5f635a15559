"""The web application: routes, error handlers and middleware, composed; it starts and closes nothing."""

from __future__ import annotations

from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias

import structlog
from starlette.applications import Starlette

from keyreel.server.direct_routes import DirectRoutes
from keyreel.server.error_handlers import EXCEPTION_HANDLERS
from keyreel.server.monitoring.request_log import RequestLog
from keyreel.server.requests.body_memory import BodyMemory, BodyMemoryMiddleware
from keyreel.server.requests.cors import add_cors
from keyreel.server.route_table import build_routes
from keyreel.settings.operations import LogLevel
from keyreel.wire.dialects.dialect import RouteAction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyreel.server.monitoring.metrics_page import MetricsPage
    from keyreel.server.services import Services

_RawHeader: TypeAlias = tuple[bytes, bytes]
"""Its name in lower case, and its value, as ASGI has them."""


def create_app(services: Services, metrics: MetricsPage | None = None) -> ASGIApp:
    """Build the application; what it uses is opened and closed by its caller."""
    routes = build_routes(services, metrics)
    app = Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS, lifespan=services.watch.lifespan)
    submits = DirectRoutes([route for route in routes if route.name == RouteAction.SUBMIT], app)
    bounded = BodyMemoryMiddleware(submits, BodyMemory(services.settings.body_memory))
    # Outside: polls have no body.
    polls = DirectRoutes([route for route in routes if route.name == RouteAction.RESULT], bounded)
    tells_polls = services.settings.log_level is LogLevel.DEBUG
    log = RequestLog(routes, services.request_counts, tells_polls=tells_polls)
    served = ResponseHeadersMiddleware(add_cors(polls, services.settings.cors_origins), log)
    return services.tracer.wrap_app(served, log.find_route)


class ResponseHeadersMiddleware:
    """Gives every response the headers that all have, and has every request logged.

    The headers are an X-Request-Id, the same one that every log line of the request has; and for JSON,
    unless its route says how to keep it, that nobody may keep it or take it for anything else.
    """

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log
        # The system's own random numbers take three times as long.
        self._random = Random()  # noqa: S311 - ids have to differ, and need not be secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and add the header to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"{self._random.getrandbits(128):032x}"
        state = scope.setdefault("state", {})
        # The application as clients reach it, for routes that are clients of it themselves.
        state["request_id"], state["application"] = request_id, self
        began, status = perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _complete_headers(message["headers"], request_id)
            await send(message)

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._log.record(scope, status, perf_counter() - began)
            structlog.contextvars.reset_contextvars(**bound)


def _complete_headers(headers: Iterable[_RawHeader], request_id: str) -> list[_RawHeader]:
    # By hand: every response passes here, and Starlette's MutableHeaders would take 10 µs.
    completed = [*headers, (b"x-request-id", request_id.encode())]
    present = dict(completed)
    if present.get(b"content-type", b"").startswith(b"application/json"):
        if b"x-content-type-options" not in present:
            completed.append((b"x-content-type-options", b"nosniff"))
        if b"cache-control" not in present and b"etag" not in present:
            completed.append((b"cache-control", b"no-store"))
    return completed
