"""How a dialect's requests name the address that the service is to call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.wire.endpoints.generation import Extra, Webhook

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint

CALLBACK_DIALECTS: Final = frozenset({"native", "vtrix", "async_v3"})
"""Those whose services document callbacks: `/v1/videos` has none, and Comfy's proxy passes none on."""


def add_callback(request: Endpoint, url: str, dialect: str) -> Endpoint:
    """Return a request that asks for callbacks at a URL."""
    if dialect == "async_v3":
        return request.model_copy(update={"extra": Extra(webhook=Webhook(url=url))})
    return request.model_copy(update={"callback_url": url})
