"""The driver: the process that speaks to a Ray cluster, for a worker that must not end with it.

Ray ends a process that loses the cluster it was connected to (after 60 s, with the status 1), so the worker's
own process, which may answer HTTP as well, never connects. The worker may kill the driver at any moment.
"""

# pyright: reportMissingImports=false
# Ray is an optional dependency: where it is checked it may be absent.

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

import ray
from ray.exceptions import RayActorError

from keyreel.errors import RenderCrashed
from keyreel.system.parent_watch import end_with_parent
from keyreel.worker.children.protocol import pack_message
from keyreel.worker.guards import run_guarded
from keyreel.worker.ray.cluster_hosts import ClusterHosts
from keyreel.worker.ray.messages import (
    ClusterDescription,
    DescribeCluster,
    HostedWork,
    Shipment,
    WorkRaised,
    read_message,
)

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

NAMESPACE: Final = "keyreel"
"""The hosts' names are unique in it."""
LOST_STATUS: Final = 69
"""What the driver exits with when the cluster is lost: EX_UNAVAILABLE of sysexits.h."""
_WATCH_SECONDS: Final = 5.0
"""Between two looks at the cluster."""
_ANSWER_SECONDS: Final = 10.0
"""How long the cluster's head may take to answer: a busy one takes a second."""
_SETTLING_SECONDS: Final = 1.0
"""After a host's death it takes so long until the loss of the whole cluster can be told from it."""
_MAX_REASON_CHARACTERS: Final = 300
_CLOSE_SECONDS: Final = 3.0
"""How long hosts have to end when the worker ends."""


class RayDriver:
    """Serves a worker's connections, each for one piece of work."""

    def __init__(self) -> None:
        self._hosts = ClusterHosts()

    async def run(self, socket_path: str, report: int) -> None:
        """Serve at a Unix socket until SIGTERM, then end the hosts. That it is open goes to a pipe."""
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        async with await asyncio.start_unix_server(self._serve_connection, socket_path):
            _report(report, "")
            async with asyncio.TaskGroup() as group:
                watching = [group.create_task(self._watch_cluster()), group.create_task(self._hosts.keep())]
                await ended.wait()
                for each in watching:
                    each.cancel()
        await self._hosts.close(_CLOSE_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.to_thread(ray.shutdown)  # It sends what is still to be sent.
        os._exit(0)  # Threads of Ray's may hang.

    async def _watch_cluster(self) -> NoReturn:
        while True:
            await self._check_cluster()
            await asyncio.sleep(_WATCH_SECONDS)

    async def _check_cluster(self) -> None:
        """Return if the cluster answers; else end this process, from which the worker knows of the loss."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                nodes = await asyncio.to_thread(ray.nodes)
        except Exception as error:  # noqa: BLE001 - Ray raises many classes; any means that it does not answer
            sys.stderr.write(f"the Ray cluster is lost: {type(error).__name__}\n")
            os._exit(LOST_STATUS)
        if not any(node["Alive"] for node in nodes):
            os._exit(LOST_STATUS)

    async def _serve_connection(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            match await read_message(reader):
                case DescribeCluster():
                    await _send(writer, await asyncio.to_thread(_describe_cluster))
                case HostedWork() as hosted:
                    await self._serve_work(hosted, reader, writer)
                case _:
                    return
        except (OSError, EOFError):
            return  # The worker hung up: what it wanted is not wanted any more.
        finally:
            writer.close()

    async def _serve_work(self, hosted: HostedWork, reader: StreamReader, writer: StreamWriter) -> None:
        answers: asyncio.Queue[Shipment] = asyncio.Queue()

        async def tell(shipment: Shipment) -> None:
            await _send(writer, shipment)

        try:
            await run_guarded(self._hosts.run(hosted, tell, answers), _read_answers(reader, answers))
        except (RayActorError, TimeoutError) as error:
            await asyncio.sleep(_SETTLING_SECONDS)
            await self._check_cluster()
            sys.stderr.write(f"the host {hosted.host} died: {error}\n")
            await tell(
                Shipment(
                    WorkRaised(RenderCrashed("The render's process on the Ray cluster ended unexpectedly."))
                )
            )


async def _read_answers(reader: StreamReader, answers: asyncio.Queue[Shipment]) -> NoReturn:
    while True:
        message = await read_message(reader)
        assert isinstance(message, Shipment)
        answers.put_nowait(message)


async def _send(writer: StreamWriter, message: object) -> None:
    writer.write(pack_message(message))
    await writer.drain()


def _describe_cluster() -> ClusterDescription:
    nodes = tuple(node["Resources"] for node in ray.nodes() if node["Alive"])
    return ClusterDescription(ray.__version__, nodes)


def _connect(address: str) -> str:
    """Connect to a cluster; return what is wrong if that cannot be done."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if host:  # Ray itself would look for minutes for a head where nothing answers.
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER_SECONDS).close()
        ray.init(
            address=address,
            namespace=NAMESPACE,
            log_to_driver=False,
            configure_logging=False,
        )
    except Exception as error:  # noqa: BLE001 - Ray raises many classes: the worker is told what they say
        return " ".join(str(error).split())[:_MAX_REASON_CHARACTERS] or type(error).__name__
    return ""


def _report(pipe: int, problem: str) -> None:
    with os.fdopen(pipe, "wb") as file:
        file.write(json.dumps(problem).encode())


def main() -> None:
    """Run as a program: `ADDRESS SOCKET PIPE-FD PARENT-PID GUARDS`.

    To the pipe goes, as JSON, what is wrong with the cluster; an empty text once the socket is open.
    """
    address, socket_path, pipe, parent, guards = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which ends us in order.
    end_with_parent(int(parent), signal.SIGKILL, kernel=guards == "1")
    problem = _connect(address)
    if problem:
        _report(int(pipe), problem)
        os._exit(LOST_STATUS)
    asyncio.run(RayDriver().run(socket_path, int(pipe)))


if __name__ == "__main__":
    main()
