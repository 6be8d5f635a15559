"""Reading a request's body within a limit of bytes and of time; knows no dialect."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, BinaryIO, Final

from keyreel.errors import BodyTooLarge, BodyTooSlow, InvalidRequest
from keyreel.wire.requests.parsing import parse_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from keyreel.wire.json_types import Json

INLINE_PARSE_BYTES: Final = 256 * 1024
"""Larger bodies are parsed in a thread, so that a 20 MB upload never delays a poll by more than 25 ms."""


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """Return the body, at most `limit` bytes that arrived within `seconds`.

    Raises:
        BodyTooLarge: by its announced length or by what arrived.
        BodyTooSlow: it did not arrive in time.
    """
    chunks: list[bytes] = []
    await _receive(request, chunks.append, limit, seconds, "send images as URLs instead")
    return b"".join(chunks)


async def read_object(request: Request, *, limit: int, seconds: float) -> Json:
    """Return the body as a JSON object, under the same rules as `read_body`.

    Raises:
        InvalidRequest: it is compressed, or no JSON object.
    """
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "none"}:
        message = f"The body is compressed (Content-Encoding: {encoding[:32]}); send it as it is, without."
        raise InvalidRequest(message)
    data = await read_body(request, limit=limit, seconds=seconds)
    try:
        if len(data) <= INLINE_PARSE_BYTES:
            return parse_body(data)
        return await asyncio.to_thread(parse_body, data)
    except InvalidRequest as error:
        label = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        # JSON is taken under any name: `curl -d` calls it a form.
        if error.field or label in {"", "application/json"} or label.endswith("+json"):
            raise
        got = f"its Content-Type is {label[:64]!a}; what is taken here is application/json"
        raise InvalidRequest(f"{error.message} ({got}.)") from None


async def save_body(request: Request, file: BinaryIO, *, limit: int, seconds: float) -> None:
    """Write the body to a file, under the same rules as `read_body`."""
    await _receive(request, file.write, limit, seconds, "no video made here is")


async def _receive(  # noqa: PLR0917 - what its two callers share
    request: Request, write_chunk: Callable[[bytes], object], limit: int, seconds: float, hint: str
) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _make_too_large_error(limit, hint)
    received = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                received += len(chunk)
                if received > limit:
                    raise _make_too_large_error(limit, hint)
                write_chunk(chunk)
    except TimeoutError:
        raise BodyTooSlow(f"The body did not arrive within {seconds:g} seconds.") from None


def _make_too_large_error(limit: int, hint: str) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit / 1024 / 1024:g} MiB: {hint}.")
