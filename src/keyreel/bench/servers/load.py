"""A load generator: prepared HTTP requests over kept connections, with the time that each one took.

It writes bytes and looks at as little of each response as it must, so that the server is what is measured.
"""

from __future__ import annotations

import asyncio
import gc
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

_CONTENT_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END_OF_HEADERS: Final = b"\r\n\r\n"
_TIMEOUT_SECONDS: Final = 300.0
"""For one load; a server that stops responding must not hold the measurement for ever."""


def build_request(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return a whole HTTP/1.1 request."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in {"Host": parts.netloc, **headers}.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + _END_OF_HEADERS + body


@dataclass(slots=True)
class LoadResult:
    """What a load met: responses a second, and the seconds that each response took."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Responses a second."""
        return len(self.latencies) / self.seconds

    def get_quantile(self, share: float) -> float:
        """Return the seconds within which this share of the responses came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class UnexpectedStatus(Exception):
    """A request of a measurement was refused: what was measured is not what was meant."""


async def apply_load(url: str, requests: Iterable[bytes], connections: int) -> LoadResult:
    """Send the requests over so many connections, each waiting for a response before its next request.

    Raises:
        UnexpectedStatus: a response was no success.
        TimeoutError: the server did not respond to all in five minutes.
    """
    parts = urlsplit(url)
    result, queue = LoadResult(), iter(requests)
    began = time.perf_counter()
    with _pause_garbage_collection():
        async with asyncio.timeout(_TIMEOUT_SECONDS), asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(_use_connection(parts.hostname or "", parts.port or 80, queue, result))
    result.seconds = time.perf_counter() - began
    return result


@contextmanager
def _pause_garbage_collection() -> Generator[None]:
    """Collect no garbage in a block, as `timeit` does: 0.1 s here would count as the server's latency."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


async def _use_connection(host: str, port: int, requests: Iterator[bytes], result: LoadResult) -> None:
    loop = asyncio.get_running_loop()
    transport, connection = await loop.create_connection(_Connection, host, port)
    try:
        for request in requests:
            began = time.perf_counter()
            response = await connection.exchange(request)
            result.latencies.append(time.perf_counter() - began)
            status, _, _ = response.partition(b"\r\n")
            if not status.startswith(b"HTTP/1.1 2"):
                raise UnexpectedStatus(response[:2000].decode(errors="replace"))
            result.bodies.append(response.partition(_END_OF_HEADERS)[2])
    finally:
        transport.close()


class _Connection(asyncio.Protocol):
    """One kept connection with at most one request under way."""

    def __init__(self) -> None:
        self._received = b""
        self._whole: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def exchange(self, request: bytes) -> bytes:
        """Send a request; return its whole response."""
        self._received = b""
        self._whole = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._whole

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(_END_OF_HEADERS)
        if head < 0 or self._whole is None or self._whole.done():
            return
        length = _CONTENT_LENGTH.search(self._received, 0, head)
        if len(self._received) >= head + len(_END_OF_HEADERS) + int(length[1] if length else 0):
            self._whole.set_result(self._received)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._whole is not None and not self._whole.done():
            self._whole.set_exception(exc or ConnectionResetError("the server closed the connection"))
