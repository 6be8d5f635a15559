"""Responses as bytes on a socket: in one piece where they are short, and never other than their head says."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from keyreel.server.connections.limits import ConnectionLimits
from support.bounded_servers import RunningServer

if TYPE_CHECKING:
    from collections.abc import Generator

    from starlette.types import Message, Receive, Scope, Send

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
GET_AND_CLOSE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
JSON_TYPE = (b"content-type", b"application/json")
RESPONSES = 200
"""uvicorn's two writes come together by chance, but not so often."""


@contextmanager
def _serve(headers: list[tuple[bytes, bytes]], *pieces: bytes, status: int = 200) -> Generator[RunningServer]:
    """Serve an application that always sends these headers, and the body in these pieces."""
    messages: list[Message] = [{"type": "http.response.start", "status": status, "headers": headers}]
    messages += [{"type": "http.response.body", "body": piece, "more_body": True} for piece in pieces[:-1]]
    messages.append({"type": "http.response.body", "body": pieces[-1]})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["type"] == "http":
            for message in messages:
                await send(message)

    with RunningServer.start(app, ConnectionLimits(10)) as running:
        yield running


def test_a_short_response_arrives_in_one_piece() -> None:
    with _serve([(b"content-length", b"2"), JSON_TYPE], b"{}") as server, server.connect() as client:
        for _ in range(RESPONSES):
            client.sendall(GET)
            assert client.recv(4096).endswith(b"\r\n\r\n{}")


def test_a_body_without_a_length_is_sent_in_chunks() -> None:
    with _serve([JSON_TYPE], b"[1,", b"", b"2]", b"") as server:
        head, _, body = server.ask(GET_AND_CLOSE).partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert body == b"3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"


def test_a_body_in_pieces_has_the_length_that_was_named() -> None:
    with _serve([(b"content-length", b"5")], b"ab", b"cde") as server:
        response = server.ask(GET_AND_CLOSE)
    assert response.endswith(b"\r\n\r\nabcde")
    assert response.count(b"connection: close") == 1


@pytest.mark.parametrize("body", [b"abc", b"a"], ids=["longer", "shorter"])
def test_a_body_of_another_length_ends_the_connection(body: bytes) -> None:
    with _serve([(b"content-length", b"2")], body) as server, server.connect(GET) as client:
        received = b"".join(iter(lambda: client.recv(4096), b""))
    assert not received.endswith(b"abc")


def test_head_has_the_length_and_no_body() -> None:
    with _serve([(b"content-length", b"2"), JSON_TYPE], b"{}") as server:
        response = server.ask(GET_AND_CLOSE.replace(b"GET", b"HEAD"))
    assert b"content-length: 2" in response
    assert response.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("status", [204, 304])
def test_what_has_no_body_says_nothing_of_its_length(status: int) -> None:
    with _serve([], b"", status=status) as server:
        response = server.ask(GET_AND_CLOSE)
    assert response.startswith(b"HTTP/1.1 %d " % status)
    assert b"transfer-encoding" not in response
    assert response.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "header",
    [(b"x-notes", b"a\r\nset-cookie: b"), (b"x-notes", b"a\nb"), (b"x-notes", b"\0"), (b"x notes", b"a")],
)
def test_a_header_that_would_be_two_is_never_sent(header: tuple[bytes, bytes]) -> None:
    with _serve([(b"content-length", b"2"), header], b"{}") as server:
        response = server.ask(GET_AND_CLOSE)
    assert b"notes" not in response
    assert b"set-cookie" not in response
