"""Reading a request's body: counted while it arrives, and never waited for longer than allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, BinaryIO

from keyreel.errors import BodyTooLarge, BodyTooSlow

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """Return the body, at most `limit` bytes that arrived within `seconds`.

    Raises:
        BodyTooLarge: by its announced length or by what arrived.
        BodyTooSlow: time was up first.
    """
    chunks: list[bytes] = []
    await _receive(request, chunks.append, limit, seconds, "send images as URLs instead")
    return b"".join(chunks)


async def save_body(request: Request, file: BinaryIO, *, limit: int, seconds: float) -> None:
    """Write the body to a file, under the same rules as `read_body`."""
    await _receive(request, file.write, limit, seconds, "no video made here is")


async def _receive(  # noqa: PLR0917 - what both callers share, and nobody else calls
    request: Request, keep: Callable[[bytes], object], limit: int, seconds: float, hint: str
) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit, hint)
    received = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                received += len(chunk)
                if received > limit:
                    raise _too_large(limit, hint)
                keep(chunk)
    except TimeoutError:
        raise BodyTooSlow(f"The body did not arrive within {seconds:g} seconds.") from None


def _too_large(limit: int, hint: str) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit / 1024 / 1024:g} MiB: {hint}.")
