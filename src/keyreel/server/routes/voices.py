"""The voices that requests may name; loads none of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.sound.speech.installed_voices import find_model_parts, list_named_voices
from keyreel.wire.reference.responses.own_responses import VoiceEntry, VoiceListing

if TYPE_CHECKING:
    from starlette.requests import Request


async def list_voices(request: Request) -> JSONResponse:
    """List the named voices; needs no key."""
    del request
    voices = (VoiceEntry(**asdict(voice)) for voice in list_named_voices(find_model_parts()))
    return JSONResponse(VoiceListing(tuple(voices)).model_dump(mode="json"))
