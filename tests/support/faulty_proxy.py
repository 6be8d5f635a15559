"""A TCP proxy on loopback that is told to cut, hold or delay connections, or to answer HTTP errors itself."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Fault:
    """What the proxy does to connections; nothing by default."""

    cut: bool = False
    """New ones are closed at once."""
    hold: bool = False
    """New ones get no answer."""
    delay_seconds: float = 0.0
    """Before each piece that the client sends is passed on."""
    http_status: int = 0
    """Answers each new one's request with this status."""
    http_body: str = ""


@dataclass
class FaultyProxy:
    """A proxy that runs; set `fault` from any thread by `strike` and `heal`.

    `target`, the port that it is in front of, may be set once it runs.
    """

    port: int
    _loop: asyncio.AbstractEventLoop
    target: int | Path
    fault: Fault = Fault()
    requests: int = 0
    """Connections that were taken in."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Its address for HTTP."""
        return f"http://127.0.0.1:{self.port}"

    def strike(self, fault: Fault) -> None:
        """Begin with a fault; connections that are open are cut."""
        self.fault = fault
        asyncio.run_coroutine_threadsafe(self._cut_all(), self._loop).result(10)

    def heal(self) -> None:
        """Let all pass again; connections that are held are cut."""
        self.strike(Fault())

    def call(self, function: Callable[[], None]) -> None:
        """Call a function in the proxy's own thread."""
        self._loop.call_soon_threadsafe(function)

    async def _cut_all(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.requests += 1
        self._open.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._pass_on(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        if fault.cut:
            return
        if fault.hold:
            while await reader.read(_CHUNK_BYTES):
                pass
            return
        if fault.http_status:
            await reader.readuntil(b"\r\n\r\n")
            body = fault.http_body.encode()
            head = f"HTTP/1.1 {fault.http_status} Fault\r\nContent-Length: {len(body)}\r\n"
            writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
            await writer.drain()
            # What the client still sends is read: a connection that is reset would lose the answer.
            writer.write_eof()
            while await reader.read(_CHUNK_BYTES):
                pass
            return
        there_reader, there_writer = await _connect(self.target)
        self._open.add(there_writer)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(reader, there_writer, fault.delay_seconds))
                group.create_task(self._copy(there_reader, writer, 0))
        except* OSError:
            pass
        finally:
            self._open.discard(there_writer)
            there_writer.transport.abort()

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_seconds: float
    ) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            await asyncio.sleep(delay_seconds)
            writer.write(data)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()


async def _connect(target: int | Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if isinstance(target, int):
        return await asyncio.open_connection("127.0.0.1", target)
    return await asyncio.open_unix_connection(target)


@contextmanager
def run_faulty_proxy(target: int | Path = 0) -> Iterator[FaultyProxy]:
    """Run a proxy in front of a port of this machine, or of a socket in its file system."""
    started: Future[tuple[FaultyProxy, asyncio.Event]] = Future()

    async def run() -> None:
        proxy = FaultyProxy(0, asyncio.get_running_loop(), target)
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        ended = asyncio.Event()
        started.set_result((proxy, ended))
        await ended.wait()
        server.close()

    thread = Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    proxy, ended = started.result(10)
    try:
        yield proxy
    finally:
        proxy.strike(Fault(cut=True))
        proxy.call(ended.set)
        thread.join(10)
