"""Reading a request's body within a limit of bytes and of time; knows no dialect."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from keyreel.errors import BodyTooLarge, BodyTooSlow, InvalidRequest
from keyreel.server.requests.body_memory import get_held_body
from keyreel.wire.requests.parsing import parse_body
from keyreel.wire.requests.value_scan import count_values, has_too_many_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from keyreel.server.requests.body_memory import HeldBody
    from keyreel.wire.json_types import Json

_SMALL_BYTES: Final = 16 * 1024
"""Bodies up to this are small, whatever they hold."""
_SMALL_BYTES_WITH_IMAGES: Final = 64 * 1024
_FEW_VALUES: Final = 1000
"""Larger ones are, too, that hold no more values than this: an image is one.

All else is read in threads: 18,000 values have room in 60 KB, and take 16 ms.
"""
_LENGTH_DIGITS: Final = 18
"""A longer Content-Length is no number of bytes that there could be."""


@dataclass(frozen=True, slots=True)
class _Bounds:
    limit: int
    seconds: float
    hint: str

    def make_too_large_error(self) -> BodyTooLarge:
        return BodyTooLarge(f"The body is larger than {self.limit / 1024 / 1024:g} MiB: {self.hint}.")


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """Return the body, at most `limit` bytes that arrived within `seconds`.

    Raises:
        BodyTooLarge: by its announced length or by what arrived.
        BodyTooSlow: it did not arrive in time.
        Unavailable: other bodies take the room.
    """
    held = get_held_body(request)
    # A list of chunks would need the room twice when it is joined.
    buffer = BytesIO()
    await _receive(request, buffer.write, held, _Bounds(limit, seconds, "send images as URLs instead"))
    return buffer.getvalue()


async def read_object(request: Request, *, limit: int, seconds: float) -> Json:
    """Return the body as a JSON object, under the same rules as `read_body`.

    Raises:
        InvalidRequest: it is compressed, or no JSON object.
    """
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "none"}:
        message = f"The body is compressed (Content-Encoding: {encoding[:32]}); send it uncompressed."
        raise InvalidRequest(message)
    data = await read_body(request, limit=limit, seconds=seconds)
    try:
        if _is_small(len(data), lambda: not has_too_many_values(data, _FEW_VALUES)):
            return parse_body(data)
        return await asyncio.to_thread(parse_body, data)
    except InvalidRequest as error:
        label = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        # JSON is taken under any name: `curl -d` calls it a form.
        if error.field or label in {"", "application/json"} or label.endswith("+json"):
            raise
        got = f"its Content-Type is {label[:64]!a}; use application/json"
        raise InvalidRequest(f"{error.message} ({got}.)") from None


def is_large(size: int, body: Json) -> bool:
    """Say whether a parsed body, which had `size` bytes, may have thousands of values."""
    return not _is_small(size, lambda: count_values(body, _FEW_VALUES + 1) <= _FEW_VALUES)


def _is_small(size: int, has_few_values: Callable[[], bool]) -> bool:
    return size <= _SMALL_BYTES or (size <= _SMALL_BYTES_WITH_IMAGES and has_few_values())


async def save_body(request: Request, file: BinaryIO, held: HeldBody, *, limit: int, seconds: float) -> None:
    """Write the body to a file, under the same rules as `read_body`; its bytes are held on disk."""
    await _receive(request, file.write, held, _Bounds(limit, seconds, "no video made here is this large"))


async def _receive(
    request: Request, write_chunk: Callable[[bytes], object], held: HeldBody, bounds: _Bounds
) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal():
        if len(announced) > _LENGTH_DIGITS or int(announced) > bounds.limit:
            raise bounds.make_too_large_error()
        held.require_room(int(announced))
    received = 0
    try:
        async with asyncio.timeout(bounds.seconds):
            async for chunk in request.stream():
                received += len(chunk)
                if received > bounds.limit:
                    raise bounds.make_too_large_error()
                held.take(len(chunk))
                write_chunk(chunk)
    except TimeoutError:
        raise BodyTooSlow(f"The body did not arrive within {bounds.seconds:g} seconds.") from None
