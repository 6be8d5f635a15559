"""The routes of nearly all requests, polls and submits: found in one step, and served without detours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from keyreel.server.error_handlers import respond_to_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send


class DirectRoutes:
    """Answers the requests to some routes of an application, each of one method, and hands it all others.

    Starlette has five layers for every request, and tries its routes one after another.
    """

    def __init__(self, routes: Iterable[Route], app: ASGIApp) -> None:
        self._app = app
        self._routes: dict[tuple[str, int, str], list[Route]] = {}
        for route in routes:
            (method,) = (route.methods or set()) - {"HEAD"}
            self._routes.setdefault(_describe_target(method, route.path), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        route = self._find_route(scope) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await route.endpoint(request)
        except Exception as error:  # noqa: BLE001 - as Starlette does: whatever it is, it has its response
            response = await respond_to_error(request, error)
        await response(scope, receive, send)

    def _find_route(self, scope: Scope) -> Route | None:
        path = scope["path"]
        for route in self._routes.get(_describe_target(scope["method"], path), ()):
            if match := route.path_regex.match(path):
                scope["path_params"], scope["endpoint"] = match.groupdict(), route.endpoint
                return route
        return None


def _describe_target(method: str, path: str) -> tuple[str, int, str]:
    """Return what a request has in common with its route: method, number of segments, first segment."""
    return method, path.count("/"), path[1:].partition("/")[0]
