"""What one connection may do: every test speaks raw HTTP to a real server, as an attacker would."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from keyreel.server.app import create_app
from keyreel.server.connections.limits import ConnectionLimits
from support.bounded_servers import RunningServer, read_all
from support.requests import KEY
from support.servers import wait_until

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

    from keyreel.cli.local.composition import Platform

LIVE = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
CLOSE = b"Connection: close\r\n\r\n"
QUOTE = b"POST /v1/quote HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"
HEADER_SECONDS, BODY_SECONDS = 0.5, 0.8


@pytest.fixture
def server(platform: Platform) -> Iterator[RunningServer]:
    limits = ConnectionLimits(100, header_seconds=HEADER_SECONDS, body_seconds=BODY_SECONDS)
    with RunningServer.start(create_app(platform.services), limits) as running:
        yield running


def status_and_reason(response: bytes) -> tuple[int, str]:
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert b"content-type: application/json" in head
    assert b"x-request-id: " in head
    return int(head.split()[1]), json.loads(body)["reason"]


def drip_until_closed(client: socket.socket) -> None:
    began = time.monotonic()
    while time.monotonic() - began < 5:
        try:
            client.sendall(b"a")
            client.recv(4096)
        except TimeoutError:
            continue
        except OSError:
            return


def test_headers_of_64_kib_are_taken_and_more_are_refused(server: RunningServer) -> None:
    assert server.ask(LIVE, b"X-Long: ", b"a" * 65_000, b"\r\n", CLOSE).startswith(b"HTTP/1.1 200 OK")
    too_long = server.ask(LIVE, b"X-Long: ", b"a" * 65_536, b"\r\n", CLOSE)
    assert status_and_reason(too_long) == (431, "REQUEST_HEADERS_TOO_LARGE")
    in_its_dialect = server.ask(b"GET /model/v1/generation/task/", b"a" * 65_536)
    assert b'"code":"002014011"' in in_its_dialect


def test_an_endless_header_costs_no_more_than_a_long_one(server: RunningServer) -> None:
    began, used = time.monotonic(), time.process_time()
    with server.connect(LIVE, b"X-Long: ") as client:
        sent = 0
        try:
            while time.monotonic() - began < 10:
                sent += client.send(b"a" * 65_536)
        except OSError:
            pass
    # What is read on after the refusal, so that it arrives, is thrown away: two seconds of it at most.
    assert time.monotonic() - began < 4
    assert time.process_time() - used < 4
    wait_until(lambda: server.open_connections == 0, 5)


def test_a_request_has_at_most_256_headers(server: RunningServer) -> None:
    headers = b"".join(b"X-%d: 1\r\n" % number for number in range(255))
    assert server.ask(LIVE, headers[: headers.rindex(b"X-")], CLOSE).startswith(b"HTTP/1.1 200 OK")
    assert status_and_reason(server.ask(LIVE, headers, b"X-1: 2\r\n", CLOSE))[0] == 431


@pytest.mark.parametrize("start", [b"GET /hea", LIVE, LIVE + b"X-Half: "])
def test_a_half_sent_header_gets_408_in_time(server: RunningServer, start: bytes) -> None:
    began = time.monotonic()
    assert status_and_reason(server.ask(start)) == (408, "REQUEST_TIMEOUT")
    assert HEADER_SECONDS <= time.monotonic() - began < HEADER_SECONDS + 1


def test_a_connection_that_says_nothing_is_closed_in_time(server: RunningServer) -> None:
    began = time.monotonic()
    assert server.ask() == b""
    assert HEADER_SECONDS <= time.monotonic() - began < HEADER_SECONDS + 1


def test_dripping_a_header_buys_no_time_between_requests_either(server: RunningServer) -> None:
    with server.connect(LIVE, b"\r\n") as client:
        assert client.recv(4096).startswith(b"HTTP/1.1 200 OK")
        began = time.monotonic()
        client.settimeout(0.05)
        received = b""
        client.sendall(LIVE + b"X-Slow: ")
        while time.monotonic() - began < 5 and not received:
            client.sendall(b"a")
            try:
                received = client.recv(4096)
            except TimeoutError:
                continue
        assert received.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < HEADER_SECONDS + 1


def test_the_rest_of_an_answered_body_has_the_time_of_a_body(server: RunningServer) -> None:
    with server.connect(b"POST /v1/quote HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n") as client:
        began = time.monotonic()
        assert b"MISSING_API_KEY" in client.recv(4096)
        client.settimeout(0.05)
        drip_until_closed(client)
        assert time.monotonic() - began < BODY_SECONDS + 1


def test_a_connection_is_used_again_when_the_rest_of_its_body_has_come(server: RunningServer) -> None:
    with server.connect(b"POST /v1/quote HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n") as client:
        assert b"MISSING_API_KEY" in client.recv(4096)
        client.sendall(b"123456789" + LIVE + CLOSE)
        assert read_all(client).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "request_",
    [
        QUOTE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        QUOTE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        QUOTE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        QUOTE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        QUOTE + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        QUOTE.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        LIVE + b"X: a\r\n b\r\n\r\n",
        LIVE + b"Host: b\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\n\r\n",
        b"GET /health/live HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET /health/live\r\n\r\n",
        b"GET http://elsewhere HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        LIVE + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_what_servers_and_proxies_read_differently_is_refused(server: RunningServer, request_: bytes) -> None:
    assert status_and_reason(server.ask(request_)) == (400, "INVALID_REQUEST_BODY")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /health/live HTTP/1.0\r\n\r\n",
        b"GET http://elsewhere/health/live HTTP/1.1\r\nHost: a\r\n" + CLOSE,
        LIVE + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
    ],
)
def test_what_old_clients_and_curl_send_is_answered(server: RunningServer, request_: bytes) -> None:
    response = server.ask(request_)
    assert response.startswith(b"HTTP/1.1 200 OK")
    assert response.count(b"HTTP/1.1 ") == 1


def test_trailers_are_headers_to_nobody_and_are_bounded(server: RunningServer) -> None:
    chunked = b"POST /v1/quote HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    trailer = b"Authorization: Bearer " + KEY.encode() + b"\r\n\r\n"
    response = server.ask(chunked, CLOSE, b"2\r\n{}\r\n0\r\n", trailer)
    assert b"MISSING_API_KEY" in response
    endless = server.ask(QUOTE, b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: ", b"a" * 200_000)
    assert b"200 OK" not in endless


def test_a_body_of_tiny_chunks_is_refused(server: RunningServer) -> None:
    chunks = b"1\r\n \r\n" * 10_000
    response = server.ask(QUOTE, b"Transfer-Encoding: chunked\r\n\r\n", chunks)
    assert b"200 OK" not in response
    assert server.ask(QUOTE, b"Transfer-Encoding: chunked\r\n", CLOSE, b"2\r\n{}\r\n0\r\n\r\n").count(b"400 ")


def test_pipelining_has_an_end(server: RunningServer) -> None:
    assert server.ask(*[LIVE + b"\r\n"] * 9, LIVE, CLOSE).count(b"HTTP/1.1 200 OK") == 10
    assert server.ask(*[LIVE + b"\r\n"] * 5_000).count(b"HTTP/1.1 200 OK") < 100


class Download:
    """Sends 64 MiB, and remembers how that ended."""

    def __init__(self) -> None:
        self.sent = 0
        self.ended = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["type"] != "http":
            return
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
            for _ in range(256):
                await send({"type": "http.response.body", "body": bytes(1 << 18), "more_body": True})
                self.sent += 1 << 18
            await send({"type": "http.response.body"})
        finally:
            self.ended = True


def test_a_client_that_reads_nothing_is_cut_off() -> None:
    app = Download()
    with (
        RunningServer.start(app, ConnectionLimits(100, stall_seconds=0.5)) as server,
        server.connect(LIVE, b"\r\n"),
    ):
        wait_until(lambda: server.open_connections == 1)
        wait_until(lambda: server.open_connections == 0, 10)
        wait_until(lambda: app.ended)


def test_a_client_that_reads_slowly_gets_everything() -> None:
    app = Download()
    with (
        RunningServer.start(app, ConnectionLimits(100, stall_seconds=0.3)) as server,
        server.connect(LIVE, b"\r\n") as client,
    ):
        received = 0
        while chunk := client.recv(8 << 20):
            received += len(chunk)
            if received < 32 << 20:
                time.sleep(0.02)
        assert received > app.sent == 64 << 20
