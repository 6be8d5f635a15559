"""Responses that may be long: built entry by entry in a thread, so that no other request waits for them."""

from __future__ import annotations

import asyncio
import json
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from keyreel.server.streamed_response import StreamedResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyreel.wire.json_types import Json

_PIECE_BYTES: Final = 64 * 1024
"""A piece is sent once it has so many bytes: one entry may have more."""
_WHOLE_BYTES: Final = 256 * 1024
"""A response that is no longer has its length in its head, and is sent once all of it could be read."""


async def send_list(frame: Json, key: str, entries: Iterable[Json]) -> Response:
    """Answer a JSON object: a list of the entries under `key`, beside the `frame`.

    The entries are iterated in a thread; what they raise before _WHOLE_BYTES are there is raised here.
    """
    return await send_pieces(_encode_list(frame, key, entries), "application/json")


async def send_lines(entries: Iterable[Json]) -> Response:
    """Answer JSON Lines, one entry each."""
    return await send_pieces((_encode_json(entry) + b"\n" for entry in entries), "application/x-ndjson")


async def send_pieces(pieces: Iterable[bytes], media_type: str) -> Response:
    """Answer the pieces joined: whole if they are short, else streamed as they come."""
    joined = _join_pieces(pieces)
    start, has_more = await asyncio.to_thread(_take_start, joined)
    if not has_more:
        return Response(start, media_type=media_type)
    return StreamedResponse(chain((start,), joined), media_type=media_type)


def _encode_list(frame: Json, key: str, entries: Iterable[Json]) -> Iterator[bytes]:
    before = _encode_json(frame)[:-1] + (b"," if frame else b"")
    yield before + _encode_json(key) + b":["
    for number, entry in enumerate(entries):
        yield b"," * bool(number) + _encode_json(entry)
    yield b"]}"


def _encode_json(value: Any) -> bytes:
    """Encode as Starlette's JSONResponse does."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _join_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join pieces until they have _PIECE_BYTES."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _take_start(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Take the first _WHOLE_BYTES; say whether there may be more."""
    taken: list[bytes] = []
    size = 0
    for piece in pieces:
        taken.append(piece)
        size += len(piece)
        if size >= _WHOLE_BYTES:
            return b"".join(taken), True
    return b"".join(taken), False
