"""A Ray cluster of two nodes on this machine, guarded by a token, and servers whose engines run there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ray_nodes import RayNodes
from support.engine_types import PYTHONPATH, TYPE
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def guarded() -> Iterator[None]:
    """Set what nodes and servers share: the token, and where the tests' engines are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", "a-token-of-these-tests")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", PYTHONPATH)
        yield


@pytest.fixture(scope="session")
def nodes(guarded: None) -> Iterator[RayNodes]:
    """Run a head without room for engines, and a node with some."""
    del guarded
    with RayNodes.start() as running:
        running.add_studio()
        yield running


@pytest.fixture
def start(tmp_path: Path, nodes: RayNodes) -> Iterator[Callable[..., Server]]:
    """Start servers one after another, by default on one data folder; what runs is ended with the test."""
    started: list[Server] = []

    def begin(mode: str = "well", *, folder: str = "data", studios: int = 1, **environment: str) -> Server:
        data = tmp_path / folder
        data.mkdir(exist_ok=True)
        table = f'[engine.probe]\ntype = "{TYPE}"\nmode = "{mode}"\ngate = "{tmp_path / "gate"}"\n'
        place = f'executor = "ray"\nresources = {{ studio = {studios} }}\n'
        (data / "keyreel.toml").write_text('engines = ["probe"]\n' + table + place)
        server = Server.start(data, KEYREEL_RAY=nodes.address, PYTHONPATH=PYTHONPATH, **environment)
        started.append(server)
        return server

    yield begin
    for server in started:
        if server.process.is_alive():
            server.stop()
    wait_until(lambda: not nodes.list_hosts())
