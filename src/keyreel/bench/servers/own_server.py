"""Keyreel's own server in a process of its own, for a measurement."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psutil

from keyreel.bench.servers import peers
from keyreel.bench.servers.load import build_request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from pathlib import Path

API_KEY: Final = "kr_bench"
"""The only key of a measured server."""
AUTHORIZED: Final = {"Authorization": f"Bearer {API_KEY}"}


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A running server, and what its processes have used."""

    url: str
    _process: psutil.Process

    def measure_cpu_seconds(self) -> float:
        """Return the CPU seconds of the server and all its children, ended ones included, since its start."""
        seconds = 0.0
        for process in self._list_processes():
            times = process.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
        return seconds

    def measure_memory_bytes(self) -> int:
        """Return the resident memory of the server and its children; what they share counts for each."""
        return sum(process.memory_info().rss for process in self._list_processes())

    def _list_processes(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]


@asynccontextmanager
async def open_own_server(scratch: Path, settings: Mapping[str, str]) -> AsyncGenerator[OwnServer]:
    """Run a server with these settings while the block lasts; its data is in the scratch folder."""
    port = peers.find_free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "keyreel", "up", "--port", str(port), "--data", str(scratch / "data")]
    with peers.run_process(command, scratch, {"KEYREEL_API_KEY": API_KEY, **settings}) as process:
        await peers.wait_until_responding(
            peers.Target(url, build_request("GET", f"{url}/health/ready", AUTHORIZED))
        )
        yield OwnServer(url, psutil.Process(process.pid))
