"""Keyreel: self-hosted video generation that speaks the Vidu API family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyreel.errors import (
    Cancelled,
    IdempotencyConflict,
    InsufficientCredits,
    InvalidImage,
    InvalidKey,
    InvalidRequest,
    InvalidSetting,
    KeyreelError,
    LinkExpired,
    MissingKey,
    MissingScope,
    QuotaExceeded,
    RateLimited,
    Refusal,
    RemoteError,
    RenderFailed,
    TaskTimedOut,
    Unavailable,
    UnknownEndpoint,
    UnknownTask,
    UnsupportedOrder,
    WebhookForged,
)

if TYPE_CHECKING:
    from keyreel.client import AsyncClient, Client

__all__ = [
    "AsyncClient",
    "Cancelled",
    "Client",
    "IdempotencyConflict",
    "InsufficientCredits",
    "InvalidImage",
    "InvalidKey",
    "InvalidRequest",
    "InvalidSetting",
    "KeyreelError",
    "LinkExpired",
    "MissingKey",
    "MissingScope",
    "QuotaExceeded",
    "RateLimited",
    "Refusal",
    "RemoteError",
    "RenderFailed",
    "TaskTimedOut",
    "Unavailable",
    "UnknownEndpoint",
    "UnknownTask",
    "UnsupportedOrder",
    "WebhookForged",
    "__version__",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the clients when they are asked for: the command line starts faster without them."""
    if name in {"AsyncClient", "Client"}:
        from keyreel import client

        return getattr(client, name)
    raise AttributeError(name)
