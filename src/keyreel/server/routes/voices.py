"""Which voices requests may name; answers without loading any."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.sound.speech.installed_voices import find_model_parts, list_named_voices

if TYPE_CHECKING:
    from starlette.requests import Request


async def list_voices(request: Request) -> JSONResponse:
    """List the named voices; needs no key."""
    del request
    return JSONResponse([asdict(card) for card in list_named_voices(find_model_parts())])
