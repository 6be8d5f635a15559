"""Reading a request's body: counted while it arrives, and never waited for longer than allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyreel.errors import BodyTooLarge, BodyTooSlow

if TYPE_CHECKING:
    from starlette.requests import Request


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """Return the body, at most `limit` bytes that arrived within `seconds`.

    Raises:
        BodyTooLarge: by its announced length or by what arrived.
        BodyTooSlow: time was up first.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    received = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                received += len(chunk)
                if received > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        raise BodyTooSlow(f"The body did not arrive within {seconds:g} seconds.") from None
    return b"".join(chunks)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {limit / 1024 / 1024:g} MiB: send images as URLs instead.")
