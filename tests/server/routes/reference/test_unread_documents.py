"""Clients that ask for documents and do not read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.server.connections.limits import ConnectionLimits
from keyreel.settings import read_settings
from support.bounded_servers import RunningServer
from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLIENTS, REQUESTS = 3, 16
MAX_UNSENT_BYTES = 256 * 1024
"""Of one connection: some pieces, where the document has three quarters of a megabyte."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    settings = read_settings(data=tmp_path, engines=("keyreel.testing:CardEngine",))
    with (
        open_platform(settings, ("http://testserver",)) as platform,
        RunningServer.start(create_app(platform.services), ConnectionLimits(50)) as running,
    ):
        yield running


def test_a_document_that_is_not_read_is_not_held(server: RunningServer) -> None:
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
    clients = [server.connect(ask * REQUESTS) for _ in range(CLIENTS)]

    def list_unsent() -> list[int]:
        connections = list(server.server.server_state.connections)
        return [each.transport.get_write_buffer_size() for each in connections]

    wait_until(lambda: len(list_unsent()) == CLIENTS and min(list_unsent()) > 0, 20)
    assert max(list_unsent()) <= MAX_UNSENT_BYTES
    for client in clients:
        client.close()


def test_a_client_that_goes_away_while_it_is_sent_something_is_no_fault(
    server: RunningServer, capfd: pytest.CaptureFixture[str]
) -> None:
    clients = [server.connect(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(CLIENTS)]
    wait_until(lambda: server.open_connections == CLIENTS)
    for client in clients:
        client.close()
    wait_until(lambda: server.open_connections == 0)
    assert b" 200 OK" in server.ask(b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    logged = capfd.readouterr()
    assert "unexpectedly" not in logged.out + logged.err


def test_a_document_that_is_read_is_whole(server: RunningServer) -> None:
    sent = server.ask(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    head, _, body = sent.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"base-url.invalid" not in body
    assert b"http://a" in body
