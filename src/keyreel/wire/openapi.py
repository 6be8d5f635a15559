"""The OpenAPI document, from the two tables: every endpoint in every dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyreel.wire.dialect import Json


def document(base_url: str) -> Json:
    """Return the OpenAPI 3.1 document of a server at this address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Keyreel", "version": "1"},
        "servers": [{"url": base_url}],
        "paths": {},
    }
