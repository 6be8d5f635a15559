"""What a user pays for a video: a whole server's CPU seconds and memory, from the request to the saved file.

Each order gets a server of its own, so that none is warmed up by the one before. What the server does ahead
of its first request, loading libraries and networks, is told apart from what the request itself takes.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import psutil

from keyreel.bench import orders
from keyreel.bench.servers.own_server import API_KEY, open_own_server
from keyreel.bench.timing import measure_floor
from keyreel.client.async_client import AsyncClient
from keyreel.media.probe import probe_video
from keyreel.order import Size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path

    from keyreel.bench.orders import BenchCase
    from keyreel.bench.servers.own_server import OwnServer
    from keyreel.order import Resolution

_SAMPLE_PAUSE: Final = 0.05
"""Seconds between two looks at the memory."""
_IDLE_PAUSE: Final = 0.5
_IDLE_CPU_SHARE: Final = 0.1
"""Of a core: what a server that has loaded everything stays below."""


@dataclass(frozen=True, slots=True)
class ServedRender:
    """One request, from the client's side of the server."""

    name: str
    resolution: Resolution
    seconds: int
    """Length of the video."""
    start_cpu_seconds: float
    """What the server took before the request came."""
    cpu_seconds: float
    """What the request took: every process of the server, until the client has the file."""
    wall_seconds: float
    floor_seconds: float
    """CPU seconds of encoding the same frames alone."""
    peak_bytes: int
    """Resident memory of all processes at the worst moment."""

    @property
    def cpu_ratio(self) -> float:
        """CPU seconds of the request over the encode-only floor."""
        return self.cpu_seconds / self.floor_seconds


async def measure_served(
    sizes: tuple[Resolution, ...],
    source: Path = orders.EXAMPLE_FOLDER,
    names: Collection[str] = orders.CASE_NAMES,
) -> AsyncIterator[ServedRender]:
    """Measure the named cases at every resolution, one after the other.

    Raises:
        InvalidSetting: a name is no case's, or the images are not there.
    """
    async for case, folder in orders.iterate_cases(source, sizes, names):
        yield await _measure(case, folder)


async def _measure(case: BenchCase, folder: Path) -> ServedRender:
    async with open_own_server(folder, {}) as server:
        await _wait_until_idle(server)
        started, began = server.measure_cpu_seconds(), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            ended = asyncio.Event()
            watching = group.create_task(_watch_memory(server, ended))
            await _generate(case, server.url, folder / "video.mp4")
            ended.set()
        wall, cpu = time.perf_counter() - began, server.measure_cpu_seconds() - started
    made = probe_video(folder / "video.mp4")
    size = Size(made.width, made.height)
    if size != case.order.frame_size:
        raise RuntimeError(
            f"{case.name}: the server made {size}, and the floor is of {case.order.frame_size}"
        )
    floor = await measure_floor(case.order, folder)
    return ServedRender(
        case.name, case.order.resolution, case.order.seconds, started, cpu, wall, floor, watching.result()
    )


async def _generate(case: BenchCase, url: str, path: Path) -> None:
    async with AsyncClient(url, API_KEY) as client:
        # Known at run time alone, so that no type checker can say which fields it has.
        model = cast("Any", case.model)
        fields: dict[str, Any] = {
            **case.fields,
            "resolution": case.order.resolution.value,
            "seed": case.order.seed,
        }
        video = await client.generate(model, **fields)
        await video.save(path)


async def _watch_memory(server: OwnServer, ended: asyncio.Event) -> int:
    """Return the most bytes that were seen until the event."""
    most = 0
    while not ended.is_set():
        with suppress(psutil.NoSuchProcess):
            most = max(most, server.measure_memory_bytes())
        await asyncio.sleep(_SAMPLE_PAUSE)
    return most


async def _wait_until_idle(server: OwnServer) -> None:
    before = server.measure_cpu_seconds()
    while True:
        await asyncio.sleep(_IDLE_PAUSE)
        now = server.measure_cpu_seconds()
        if now - before < _IDLE_CPU_SHARE * _IDLE_PAUSE:
            return
        before = now
