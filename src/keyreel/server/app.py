"""The web application: routes, error handlers and middleware, composed; it starts and closes nothing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders

from keyreel.server.error_handlers import EXCEPTION_HANDLERS
from keyreel.server.requests.body_memory import BodyMemory, BodyMemoryMiddleware
from keyreel.server.requests.cors import add_cors
from keyreel.server.route_table import build_routes

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyreel.server.services import Services


def create_app(services: Services) -> ASGIApp:
    """Build the application; what it uses is opened and closed by its caller."""
    app = Starlette(routes=build_routes(services), exception_handlers=EXCEPTION_HANDLERS)
    bounded = BodyMemoryMiddleware(app, BodyMemory(services.settings.body_memory))
    return RequestIdMiddleware(add_cors(ApiHeadersMiddleware(bounded), services.settings.cors_origins))


class RequestIdMiddleware:
    """Gives every response an X-Request-Id, and every log line of a request the same one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and add the header to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_id)


class ApiHeadersMiddleware:
    """Lets nobody keep a JSON response or take it for anything else, unless its route says how to keep it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and add the headers to its response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("application/json"):
                    headers.setdefault("X-Content-Type-Options", "nosniff")
                    if "etag" not in headers:
                        headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
