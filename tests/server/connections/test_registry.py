"""Which connections are kept when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.server.app import create_app
from keyreel.server.connections.limits import ConnectionLimits
from support.bounded_servers import RunningServer, read_all
from support.requests import KEY
from support.servers import wait_until

if TYPE_CHECKING:
    from keyreel.cli.local.composition import Platform

LIVE = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
SLOW_BODY = (
    b"POST /v1/quote HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nAuthorization: Bearer "
    + KEY.encode()
    + b"\r\n\r\n"
)


def test_the_connection_that_waited_longest_makes_room(platform: Platform) -> None:
    with RunningServer.start(create_app(platform.services), ConnectionLimits(3)) as server:
        silent, kept = server.connect(), server.connect(LIVE, b"\r\n")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200 OK")
        busy = server.connect(SLOW_BODY)
        wait_until(lambda: server.open_connections == 3)
        for _ in range(2):
            assert server.ask(LIVE, b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
        assert read_all(silent) == b""
        busy.sendall(b"123456789")
        assert b"400 Bad Request" in busy.recv(4096)
        for client in (silent, kept, busy):
            client.close()


def test_when_all_are_busy_one_more_is_told_to_come_again(platform: Platform) -> None:
    with RunningServer.start(create_app(platform.services), ConnectionLimits(3)) as server:
        busy = [server.connect(SLOW_BODY) for _ in range(3)]
        wait_until(lambda: server.open_connections == 3)
        wait_until(lambda: b" 503 " in server.ask(LIVE, b"\r\n"))
        head, _, body = server.ask(LIVE, b"\r\n").partition(b"\r\n\r\n")
        assert b"retry-after: 5" in head
        assert b"connection: close" in head
        assert b'"reason":"SERVICE_NOT_AVAILABLE"' in body
        # One that says nothing holds no place for long, and many of them hold few.
        silent = [server.connect() for _ in range(60)]
        wait_until(lambda: server.open_connections <= 3 + 32)
        wait_until(lambda: server.open_connections <= 3, 5)
        for client in (*busy, *silent):
            client.close()
        wait_until(lambda: server.ask(LIVE, b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200 OK"))
