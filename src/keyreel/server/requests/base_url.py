"""The base URL by which a client reaches this server."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.requests import Request

if TYPE_CHECKING:
    from keyreel.server.services import Services


def get_base_url(request: Request, services: Services) -> str:
    """Return the setting `public_url`, or else the URL of the request; without a slash at its end."""
    if services.settings.public_url:
        return services.settings.public_url
    scope = request.scope
    host = next((value for name, value in scope["headers"] if name == b"host"), None)
    server, root = scope.get("server"), scope.get("app_root_path", scope.get("root_path", ""))
    return _build_base_url(scope["scheme"], host, None if server is None else tuple(server), root)


@lru_cache(maxsize=64)
def _build_base_url(
    scheme: str, host: bytes | None, server: tuple[str | int | None, ...] | None, root: str
) -> str:
    # Starlette takes 20 us for it. Clients reach a server by few names.
    headers = [] if host is None else [(b"host", host)]
    scope = {"type": "http", "scheme": scheme, "server": server, "headers": headers, "root_path": root}
    return str(Request(scope).base_url).rstrip("/")
