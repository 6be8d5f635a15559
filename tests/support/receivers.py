"""Receivers of callbacks on the loopback: real HTTP servers that keep what they get and answer as told."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from standardwebhooks import Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Got:
    """One request that a receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    def verify(self, secret: str) -> None:
        Webhook(secret).verify(self.body, self.headers)


@dataclass(frozen=True)
class Reply:
    """An answer. `drip` sends headers byte by byte, `hang` sends nothing; both until the client leaves."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: bool = False
    hang: bool = False


OK = Reply()
Answering = Callable[[int], Reply]
"""Which answer the n-th request gets, from 0."""


class Receiver(ThreadingHTTPServer):
    """Listens on a free port, or the one that is given."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answering: Answering = lambda _: OK, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answering = answering
        self.got: list[Got] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # type: ignore[attr-defined, unused-ignore]
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        number = len(self.server.got)
        self.server.got.append(Got(self.path, dict(self.headers), body, time.monotonic()))
        reply = self.server.answering(number)
        if reply.hang:
            self.server.closing.wait()
            return
        if reply.drip:
            self._drip()
            return
        self.send_response(reply.status)
        for name, value in {"Content-Length": "0", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self) -> None:
        for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 4000:
            if self.server.closing.wait(0.05):
                return
            self.wfile.write(bytes([letter]))
            self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving(answering: Answering = lambda _: OK, port: int = 0) -> Iterator[Receiver]:
    """Run a receiver for the block."""
    receiver = Receiver(answering, port)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        receiver.shutdown()
        thread.join()
        receiver.server_close()
