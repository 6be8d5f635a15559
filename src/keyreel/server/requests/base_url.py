"""The base URL by which a client reaches this server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services


def get_base_url(request: Request, services: Services) -> str:
    """Return the setting `public_url`, or else the URL of the request; without a slash at its end."""
    return services.settings.public_url or str(request.base_url).rstrip("/")
