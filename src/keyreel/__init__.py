"""Keyreel: self-hosted video generation that speaks the Vidu API family."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyreel.client import AsyncClient, Client

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> object:
    """Import the SDK when it is asked for: the command and the domain start without it."""
    if name in {"AsyncClient", "Client"}:
        from keyreel import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
