"""Cross-origin resource sharing: which web pages of other origins may read responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.middleware.cors import CORSMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_EXPOSED: Final = (
    *("X-Request-Id", "X-Task-Notes", "X-Ignored-Fields", "Idempotent-Replayed", "Retry-After", "Allow"),
    *("RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
    *("ETag", "Accept-Ranges", "Content-Range", "Content-Length", "Content-Disposition"),
)
"""The response headers that pages may read beside the CORS-safelisted ones."""
_PREFLIGHT_SECONDS: Final = 600
"""How long a browser may reuse the response to a preflight request."""


def add_cors(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """Return the application with its responses, errors too, readable from pages of these origins.

    API keys travel in headers that a page sets itself, never in cookies, so that "*" gives no page the rights
    of its visitor.
    """
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=("*",),
        # Pages that are named may reach a server in the browser's own network too.
        allow_private_network="*" not in origins,
        expose_headers=_EXPOSED,
        max_age=_PREFLIGHT_SECONDS,
    )
