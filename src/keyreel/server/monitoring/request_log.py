"""The log line of a request: who asked for what, and what came of it. Nothing of its query or body."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from keyreel.wire.dialects.dialect import RouteAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.routing import Route
    from starlette.types import Scope

    from keyreel.errors import Refusal
    from keyreel.server.monitoring.request_counts import RequestCounts

UNMATCHED: Final = "unmatched"
"""The route of requests that match none."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD: Final = "other"
_MAX_CHARACTERS: Final = 200
_TOLD_OF_CALLERS: Final = ("tenant", "key_id", "actor", "task")

_log = structlog.get_logger()


class RequestLog:
    """Counts requests by their routes, and writes a line for each.

    Nearly all requests are polls and health checks. Those that went well have a line only where `tells_polls`
    says so: to write one costs half as much as the poll itself (40 µs).
    """

    def __init__(self, routes: Iterable[Route], counts: RequestCounts, *, tells_polls: bool) -> None:
        served = list(routes)
        self._paths = {route.endpoint: route.path for route in served}
        self._polled = {route.endpoint for route in served if _is_polled(route)}
        self._counts = counts
        self._tells_polls = tells_polls

    def find_route(self, scope: Scope) -> str:
        """Return the path of the route that a request was led to, with names in the place of ids."""
        endpoint = scope.get("endpoint")
        return UNMATCHED if endpoint is None else self._paths.get(endpoint, UNMATCHED)

    def record(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that was answered with this status, 0 for none, and log it."""
        endpoint, method, status = scope.get("endpoint"), scope["method"], int(status)
        path = self.find_route(scope)
        self._counts.count((method if method in _METHODS else _OTHER_METHOD, path, status), seconds)
        if endpoint in self._polled and 0 < status < HTTPStatus.BAD_REQUEST:
            if self._tells_polls:
                _log.debug("request", **_describe(scope, status, seconds))
            return
        _log.info("request", **_describe(scope, status, seconds))


def _is_polled(route: Route) -> bool:
    return route.name == RouteAction.RESULT or route.path.startswith("/health")


def _describe(scope: Scope, status: int, seconds: float) -> Mapping[str, Any]:
    state = scope["state"]
    told: dict[str, Any] = {
        "method": scope["method"][:_MAX_CHARACTERS],
        "path": scope["path"][:_MAX_CHARACTERS],
        "status": status,
        "ms": round(1000 * seconds, 1),
    }
    told |= {name: state[name] for name in _TOLD_OF_CALLERS if state.get(name)}
    if refusal := cast("Refusal | None", state.get("refusal")):
        told["refusal"] = type(refusal).__name__
        if refusal.field:
            told["field"] = refusal.field[:_MAX_CHARACTERS]
    return told
