"""A server whose descriptors run out, as a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from support.commands import CARDS
from support.requests import data_uri
from support.servers import Server

if TYPE_CHECKING:
    from pathlib import Path

ACCEPTING = """
import asyncio, resource, socket, sys
from keyreel.server.connections.acceptor import Acceptor

class Kept(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"hello")

async def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    async with asyncio.TaskGroup() as group:
        Acceptor(listener, Kept, group).start()
        print(listener.getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        sys.exit()

from uvicorn.loops.auto import auto_loop_factory
with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
    runner.run(main())
"""


def test_without_descriptors_accepting_pauses_quietly_and_goes_on() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ACCEPTING], stdin=-1, stdout=-1, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdin
        assert process.stdout
        port = int(process.stdout.readline())
        clients = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(200)]
        assert b"Too many open files" in process.stdout.readline()
        for client in clients[:-1]:
            client.close()
        assert clients[-1].recv(5) == b"hello"
        clients[-1].close()
        printed, _ = process.communicate(timeout=10)
        assert len(printed) < 2_000


def test_idle_connections_neither_stop_tasks_nor_polls_nor_fill_the_log(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", open_files=256, **CARDS)
    host, port = server.url.removeprefix("http://").split(":")
    idle = [socket.create_connection((host, int(port)), timeout=10) for _ in range(400)]
    try:
        body = {"images": [data_uri(640, 360)], "prompt": "slow push in"}
        task = server.submit("vidu-q2-pro-img2video", body)
        assert server.finished(task)["task"]["status"] == "TASK_STATUS_SUCCEED"
        took = []
        for _ in range(20):
            began = time.monotonic()
            server.poll(task)
            took.append(time.monotonic() - began)
        assert median(took) < 1
        assert (server.data / "up.log").stat().st_size < 20_000
    finally:
        for connection in idle:
            connection.close()
        assert server.stop() == 0
