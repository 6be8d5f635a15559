"""Servers and workers as processes of their own on one Postgres, and what they do together in a second."""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from keyreel.bench.servers import peers
from keyreel.bench.servers.load import LoadResult, apply_load, build_request
from keyreel.bench.servers.own_server import API_KEY, AUTHORIZED
from keyreel.task import TaskState
from keyreel.tasks.database.opening import DatabaseLocation
from keyreel.tasks.database.tables import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyreel.tasks.database.connection import Database

_CLIENTS: Final = 8
"""Connections to each server."""
_LOOK_SECONDS: Final = 0.1
_MILLISECONDS: Final = 1000.0
_RENDER_SECONDS: Final = 20.0
"""For how long finished tasks are counted."""
_BODY: Final = {"prompt": peers.PROMPT, "duration": 1, "resolution": "540p"}


@dataclass(frozen=True, slots=True)
class FleetEffort:
    """How many requests each server gets, and for how many seconds finished tasks are counted.

    `wakes` is how many tasks are submitted one after another to workers that wait for them.
    """

    wakes: int = 21
    submits: int = 400
    polls: int = 2000
    seconds: float = _RENDER_SECONDS


@dataclass(frozen=True, slots=True)
class NodeRates:
    """What all servers answered a second, and what all workers finished a minute.

    `wake_milliseconds` is the median from a submit to the begin of its task, where all workers are idle.
    """

    servers: int
    workers: int
    wake_milliseconds: float
    submits_a_second: float
    polls_a_second: float
    tasks_a_minute: float


async def measure_nodes(url: str, servers: int, workers: int, effort: FleetEffort) -> NodeRates:
    """Start servers, have them answer, then start workers, and have them render with a pause of a second.

    The database at `url` is an empty one.
    """
    with tempfile.TemporaryDirectory() as scratch:
        async with AsyncExitStack() as stack:
            nodes = _Nodes(stack, Path(scratch), _describe_settings(url))
            urls = [await nodes.start_server() for _ in range(servers)]
            database = stack.enter_context(closing(DatabaseLocation(Path(scratch), url).open_read_only()))
            async with AsyncExitStack() as idle:
                for _ in range(workers):
                    await nodes.start_worker(idle)
                wake = await _measure_wakes(urls[0], database, effort.wakes)
            submitted = await _apply_to_all(urls, _build_submit, effort.submits)
            task = json.loads(submitted[0].bodies[0])["task_id"]
            polled = await _apply_to_all(urls, lambda server: _build_poll(server, task), effort.polls)
            for _ in range(workers):
                await nodes.start_worker(stack)
            finished = await _count_finished(database, effort.seconds)
    return NodeRates(servers, workers, wake, _sum_rates(submitted), _sum_rates(polled), finished)


def _describe_settings(url: str) -> dict[str, str]:
    return {
        "KEYREEL_DATABASE": url,
        "KEYREEL_SECRET": secrets.token_hex(32),
        "KEYREEL_API_KEY": API_KEY,
        "KEYREEL_ENGINES": "keyreel.bench.fleet.engine:PausingEngine",
        "KEYREEL_RPM": "0",
    }


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Starts nodes, each with a folder of its own; servers end with the stack."""

    stack: AsyncExitStack
    scratch: Path
    settings: Mapping[str, str]

    async def start_server(self) -> str:
        """Start a server; return its URL."""
        port = peers.find_free_port()
        url = f"http://127.0.0.1:{port}"
        await self._start(self.stack, ("serve", "--port", str(port)), f"{url}/health/ready")
        return url

    async def start_worker(self, stack: AsyncExitStack) -> None:
        """Start a worker, which ends with this stack."""
        port = peers.find_free_port()
        await self._start(stack, ("work", "--health-port", str(port)), f"http://127.0.0.1:{port}/readyz")

    async def _start(self, stack: AsyncExitStack, command: tuple[str, ...], ready: str) -> None:
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        words = [sys.executable, "-m", "keyreel", *command, "--data", str(folder / "data")]
        stack.enter_context(peers.run_process(words, folder, self.settings))
        await peers.wait_until_responding(peers.Target(ready, build_request("GET", ready, {})))


async def _apply_to_all(urls: list[str], build: Callable[[str], bytes], requests: int) -> list[LoadResult]:
    """Send so many requests to each server, to all at the same time."""
    loads = [apply_load(url, [build(url)] * requests, _CLIENTS) for url in urls]
    return list(await asyncio.gather(*loads))


def _sum_rates(results: list[LoadResult]) -> float:
    return sum(result.rate for result in results)


def _build_submit(url: str) -> bytes:
    return peers.build_json_request(f"{url}/v3/async/vidu-q2-text2video", _BODY, AUTHORIZED)


def _build_poll(url: str, task: str) -> bytes:
    return build_request("GET", f"{url}/v3/async/task-result?task_id={task}", AUTHORIZED)


async def _measure_wakes(url: str, database: Database, tasks: int) -> float:
    """Submit tasks, each once the one before has ended; return the median milliseconds until they begin.

    Server and worker go by the database's clock, which both have asked at their start.
    """
    before = await database.ask(lambda: _count(database))
    for ended in range(before + 1, before + tasks + 1):
        await apply_load(url, [_build_submit(url)], 1)
        while await database.ask(lambda: _count(database)) < ended:  # noqa: ASYNC110 - other processes
            await asyncio.sleep(_LOOK_SECONDS)
    waits = await database.ask(lambda: _list_waits(database))
    return statistics.median(waits) * _MILLISECONDS


def _list_waits(database: Database) -> list[float]:
    """Return the seconds that tasks waited before they began."""
    with database.read() as connection:
        rows = connection.execute(select(TASKS.c.created, TASKS.c.started)).all()
    return [(started - created).total_seconds() for created, started in rows]


async def _count_finished(database: Database, seconds: float) -> float:
    """Return how many tasks end in a minute, once the first one has."""
    first = await database.ask(lambda: _count(database))
    while (before := await database.ask(lambda: _count(database))) == first:  # noqa: ASYNC110 - other processes
        await asyncio.sleep(_LOOK_SECONDS)
    await asyncio.sleep(seconds)
    return (await database.ask(lambda: _count(database)) - before) * 60 / seconds


def _count(database: Database) -> int:
    with database.read() as connection:
        query = select(func.count()).where(TASKS.c.state == TaskState.SUCCEEDED)
        return connection.execute(query).scalar_one()
