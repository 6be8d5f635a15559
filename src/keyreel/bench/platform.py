"""`keyreel bench platform`: the control plane's speed beside a floor and beside its peers, in the same run.

Every figure is a ratio of two servers that were measured in turn on the same machine within seconds, because
seconds alone tell more about the machine than about the software. Nothing is rendered meanwhile.
"""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.bench.servers import peers
from keyreel.bench.servers.load import LoadResult, apply_load, build_request
from keyreel.bench.servers.own_server import AUTHORIZED, open_own_server
from keyreel.bench.statements import count_submit_statements
from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from keyreel.bench.servers.peers import Peer, Target

_NO_RENDERING: Final = {"KEYREEL_WORKER": "0"}
_POLL_CLIENTS: Final = 4
_SUBMIT_CLIENTS: Final = 16
_IMAGE_BYTES: Final = 12_000
"""About the size of a client's compressed still."""
_MILLISECONDS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is sent: a pair is measured in turn for so many rounds, and the median ratio counts."""

    rounds: int = 5
    polls: int = 3000
    """In one round."""
    submits: int = 320
    """In one round."""


FULL_EFFORT: Final = Effort()


@dataclass(frozen=True, slots=True)
class RateComparison:
    """Requests a second of Keyreel and of a peer; the ratio is the median of the rounds' own ratios."""

    name: str
    rate: float
    peer_rate: float
    ratio: float


@dataclass(frozen=True, slots=True)
class LatencyUnderLoad:
    """What clients wait for while 16 of them submit an image each, without a pause: milliseconds."""

    submit_p50: float
    submit_p99: float
    poll_p50: float
    poll_p99: float


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """All that was measured in one run."""

    comparisons: tuple[RateComparison, ...]
    latency: LatencyUnderLoad
    statements_alone: float
    """That the database runs for a submit."""
    statements_together: float
    """For each of as many submits as there are clients, at the same moment."""


async def measure_platform(
    peer_folder: Path | None, tell: Callable[[str], None], effort: Effort = FULL_EFFORT
) -> PlatformFigures:
    """Measure everything; peers only where there is a folder for their environments.

    What is left out, because a peer cannot be installed or was not asked for, is told.
    """
    comparisons = [await compare_polls(effort), await compare_submits_with_bare_route(effort)]
    if peer_folder is None:
        tell("Peers are skipped: set --peers to a folder to install them.")
    else:
        comparisons += [each async for each in _compare_with_peers(peer_folder, effort, tell)]
    latency = await measure_latency(effort)
    alone, together = [
        # In a thread, for it has an event loop of its own.
        (await asyncio.to_thread(count_submit_statements, clients)).total() / clients
        for clients in (1, _SUBMIT_CLIENTS)
    ]
    return PlatformFigures(tuple(comparisons), latency, alone, together)


async def _compare_with_peers(
    folder: Path, effort: Effort, tell: Callable[[str], None]
) -> AsyncGenerator[RateComparison]:
    for peer in peers.PEERS:
        try:
            environment = peers.install_peer(peer, folder)
        except InvalidSetting as error:
            tell(f"{peer.name} is skipped: {error.message}")
        else:
            yield await compare_submits(peer, environment, effort)


async def compare_polls(effort: Effort = FULL_EFFORT) -> RateComparison:
    """Compare polls of a queued task with a bare Starlette route that returns the same body."""
    with tempfile.TemporaryDirectory() as scratch:
        async with open_own_server(Path(scratch), _NO_RENDERING) as server:
            url = server.url
            (accepted,) = (await apply_load(url, [_build_text_submit(url)], 1)).bodies
            target = peers.Target(url, _build_poll(url, json.loads(accepted)["task_id"]))
            (body,) = (await apply_load(url, [target.request], 1)).bodies
            async with peers.open_bare_route(Path(scratch), body) as bare:
                return await _compare(
                    "poll / bare route", target, bare, _Load(effort.rounds, effort.polls, _POLL_CLIENTS)
                )


async def compare_submits(peer: Peer, environment: Path, effort: Effort = FULL_EFFORT) -> RateComparison:
    """Compare durable submits of a prompt with a peer's submits of the same prompt."""
    with tempfile.TemporaryDirectory() as scratch:
        async with peer.open(environment, Path(scratch)) as theirs:
            return await _compare_submits(peer.name, theirs, Path(scratch), effort)


async def compare_submits_with_bare_route(effort: Effort = FULL_EFFORT) -> RateComparison:
    """Compare durable submits of a prompt with a bare Starlette route that reads them and keeps nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        async with peers.open_bare_route(Path(scratch), b'{"task_id": "1"}') as bare:
            theirs = peers.Target(bare.url, peers.build_json_request(bare.url, {"prompt": peers.PROMPT}))
            return await _compare_submits("bare route", theirs, Path(scratch), effort)


async def _compare_submits(name: str, theirs: Target, scratch: Path, effort: Effort) -> RateComparison:
    async with open_own_server(scratch, _NO_RENDERING) as server:
        ours = peers.Target(server.url, _build_text_submit(server.url))
        load = _Load(effort.rounds, effort.submits, _SUBMIT_CLIENTS)
        return await _compare(f"submit / {name}", ours, theirs, load)


async def measure_latency(effort: Effort = FULL_EFFORT) -> LatencyUnderLoad:
    """Measure submits with an image each, and polls beside them."""
    with tempfile.TemporaryDirectory() as scratch:
        async with open_own_server(Path(scratch), _NO_RENDERING) as server:
            url = server.url
            (accepted,) = (await apply_load(url, [_build_text_submit(url)], 1)).bodies
            poll = _build_poll(url, json.loads(accepted)["task_id"])
            submits = [_build_image_submit(url, number) for number in range(2 * effort.submits)]
            polled, done = LoadResult(), asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(_poll_until(done, url, poll, polled))
                submitted = await apply_load(url, submits, _SUBMIT_CLIENTS)
                done.set()
    return LatencyUnderLoad(
        *(
            result.get_quantile(share) * _MILLISECONDS
            for result in (submitted, polled)
            for share in (0.5, 0.99)
        )
    )


@dataclass(frozen=True, slots=True)
class _Load:
    """How many rounds there are, and how many requests of how many clients make one."""

    rounds: int
    requests: int
    clients: int

    async def measure_rate(self, target: Target) -> float:
        """Return the requests a second that a server answers."""
        return (await apply_load(target.url, [target.request] * self.requests, self.clients)).rate


async def _compare(name: str, ours: Target, theirs: Target, load: _Load) -> RateComparison:
    # The first round warms both up, and does not count.
    rounds = [
        (await load.measure_rate(ours), await load.measure_rate(theirs)) for _ in range(load.rounds + 1)
    ]
    rates = rounds[1:]
    return RateComparison(
        name,
        statistics.median(own for own, _ in rates),
        statistics.median(other for _, other in rates),
        statistics.median(own / other for own, other in rates),
    )


async def _poll_until(done: asyncio.Event, url: str, poll: bytes, result: LoadResult) -> None:
    while not done.is_set():
        result.latencies += (await apply_load(url, [poll], 1)).latencies


def _build_text_submit(url: str) -> bytes:
    path = f"{url}/v3/async/vidu-q2-text2video"
    return peers.build_json_request(path, {"prompt": peers.PROMPT}, AUTHORIZED)


def _build_image_submit(url: str, number: int) -> bytes:
    """Return a submit of an image that no other number has."""
    random = np.random.default_rng(number)
    coarse = random.integers(0, 256, (27, 48, 3), np.uint8)
    image = cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC)
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 40])[1].tobytes()
    data = data.ljust(_IMAGE_BYTES, b"\0")
    text = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    path = f"{url}/v3/async/vidu-q2-pro-img2video"
    return peers.build_json_request(path, {"images": [text], "prompt": peers.PROMPT}, AUTHORIZED)


def _build_poll(url: str, task_id: str) -> bytes:
    return build_request("GET", f"{url}/v3/async/task-result?task_id={task_id}", AUTHORIZED)
