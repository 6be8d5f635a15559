"""Bodies that arrive at the same time, at a real server with room for one MiB of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.server.connections.limits import ConnectionLimits
from keyreel.settings import read_settings
from support.bounded_servers import RunningServer
from support.requests import KEY
from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.cli.local.composition import Platform

MIB = 1 << 20
FORM = b"multipart/form-data; boundary=x"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    settings = read_settings(
        data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), body_memory=MIB
    )
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def server(platform: Platform) -> Iterator[RunningServer]:
    with RunningServer.start(create_app(platform.services), ConnectionLimits(50)) as running:
        yield running


def head(path: bytes, length: int | None, kind: bytes = b"application/json", key: str = KEY) -> bytes:
    framing = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    return b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Type: %b\r\nAuthorization: Bearer %b\r\n%b\r\n\r\n" % (
        path,
        kind,
        key.encode(),
        framing,
    )


def ask(server: RunningServer, *sent: bytes) -> bytes:
    """Send a request, and return the response, as soon as there is one."""
    with server.connect(*sent) as client:
        return client.recv(4096)


def ask_briefly(server: RunningServer, sent: bytes) -> bytes:
    """Send the head of a request; return the response if there is one before its body."""
    with server.connect(sent) as client:
        client.settimeout(0.1)
        try:
            return client.recv(4096)
        except TimeoutError:
            return b""


@pytest.mark.parametrize(("path", "kind"), [(b"/v1/quote", b"application/json"), (b"/v1/videos", FORM)])
def test_a_body_without_room_gets_503_until_another_has_ended(
    server: RunningServer, path: bytes, kind: bytes
) -> None:
    with server.connect(head(path, MIB, kind), bytes(MIB - 9)) as first:
        # It is known to be there once another one finds no room. That one sends nothing, and so takes none.
        wait_until(lambda: b" 503 " in ask_briefly(server, head(path, MIB // 2, kind)), 10)
        refused = ask(server, head(path, MIB // 2, kind))
        assert b"retry-after: 5" in refused
        assert b"busy with other large requests" in refused
        chunk = b"%x\r\n%b\r\n" % (MIB // 2, bytes(MIB // 2))
        assert b" 503 " in ask(server, head(path, None, kind), chunk)
        assert b" 503 " not in ask(server, head(path, 2, kind), b"{}")
        first.sendall(bytes(9))
        assert b" 400 " in first.recv(4096)
    assert b" 400 " in ask(server, head(path, MIB // 2, kind), bytes(MIB // 2))


def test_a_tenants_large_bodies_leave_room_for_the_others(server: RunningServer, platform: Platform) -> None:
    _, other = platform.services.keys.create("other")
    length, large = 3 * MIB // 8, b"/v1/quote"
    with server.connect(head(large, length), bytes(length - 9)):
        wait_until(lambda: b"requests from you" in ask_briefly(server, head(large, length)), 10)
        assert b" 400 " in ask(server, head(large, length, key=other), bytes(length))
        # Small ones are not held against it.
        assert b" 503 " not in ask(server, head(large, 2), b"{}")


def test_a_body_alone_always_fits(server: RunningServer) -> None:
    assert b" 400 " in ask(server, head(b"/v1/quote", 4 * MIB), bytes(4 * MIB))


def test_slow_files_keep_nobody_from_having_one_examined(server: RunningServer) -> None:
    slow = [server.connect(head(b"/v1/verify", 1000), b"slow") for _ in range(4)]
    wait_until(lambda: server.open_connections == 4)
    assert b" 503 " not in ask(server, head(b"/v1/verify", 4), b"fast")
    for client in slow:
        client.close()
