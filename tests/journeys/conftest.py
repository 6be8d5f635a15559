"""Servers for whole journeys: shared ones, and a maker of servers for those that end badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.commands import CARDS
from support.servers import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("keyreel"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose engine draws plain cards, for what does not depend on the pixels."""
    running = Server.start(tmp_path_factory.mktemp("cards"), **CARDS)
    yield running
    assert running.stop() == 0


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers one after another on one data folder; the last one is ended with the test."""
    started: list[Server] = []

    def begin(**environment: str) -> Server:
        server = Server.start(tmp_path / "data", **environment)
        started.append(server)
        return server

    yield begin
    for server in started:
        if server.process.is_alive():
            server.stop()
