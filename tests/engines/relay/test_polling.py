from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from keyreel.client.async_client import AsyncClient
from keyreel.engines.relay.bounded_transport import BoundedTransport
from keyreel.engines.relay.circuit_breaker import CircuitBreaker
from keyreel.engines.relay.polling import UpstreamPoller
from keyreel.errors import RenderFailed
from keyreel.task import TaskId, TaskState
from support.upstreams import Upstream, hosted

if TYPE_CHECKING:
    from keyreel.wire.dialects.dialect import Report

BODY = b'{"prompt": "a card", "model": "viduq2", "duration": 1}'
TASKS = 1_000


async def ignore(report: Report) -> None:
    del report


def fill(upstream: Upstream, count: int) -> list[TaskId]:
    for number in range(count):
        upstream.submit({"operation": "text2video"}, BODY, str(number))
    return [TaskId(each) for each in upstream.made]


@pytest.mark.slow
@pytest.mark.parametrize("is_called", [False, True])
def test_a_thousand_tasks_are_seen_to_end_within_five_seconds_where_there_are_lists(
    *, is_called: bool
) -> None:
    hints = [asyncio.Event() if is_called else None for _ in range(TASKS)]

    async def story(upstream: Upstream, ids: list[TaskId]) -> float:
        client = AsyncClient(
            upstream.url, "key", "native", http_client=httpx.AsyncClient(transport=BoundedTransport())
        )
        poller = UpstreamPoller(client, CircuitBreaker("upstream"))
        async with asyncio.TaskGroup() as group:
            polling = group.create_task(poller.run())
            waiting = [
                group.create_task(poller.wait_for_end(each, ignore, hint))
                for each, hint in zip(ids, hints, strict=True)
            ]
            async with asyncio.timeout(60):
                # Each round has ten lists; of what is called about, only the first is made without a call.
                while upstream.lists < (10 if is_called else 20):  # noqa: ASYNC110 - the service sets no Event of ours
                    await asyncio.sleep(0.01)
            upstream.state = TaskState.SUCCEEDED
            ended = time.monotonic()
            for hint in filter(None, hints):
                hint.set()
            reports = await asyncio.gather(*waiting)
            seconds = time.monotonic() - ended
            polling.cancel()
        assert {report.state for report in reports} == {TaskState.SUCCEEDED}
        await client.close()
        return seconds

    with hosted("native") as upstream:
        upstream.state = TaskState.RUNNING
        ids = fill(upstream, TASKS)
        assert asyncio.run(story(upstream, ids)) < 5
        # Ten lists tell of them all: polls, at twenty a second, would take 50 seconds.
        assert upstream.polls == 0


def test_an_unknown_state_is_no_end_and_a_lost_task_is_one() -> None:
    async def story(upstream: Upstream, known: TaskId) -> None:
        client = AsyncClient(
            upstream.url, "key", "async_v3", http_client=httpx.AsyncClient(transport=BoundedTransport())
        )
        poller = UpstreamPoller(client, CircuitBreaker("upstream"))
        async with asyncio.TaskGroup() as group:
            polling = group.create_task(poller.run())
            with pytest.raises(RenderFailed, match="has lost it"):
                await poller.wait_for_end(TaskId("99"), ignore)
            upstream.poll_body = b'{"task": {"status": "TASK_STATUS_DREAMING"}}'
            waiting = group.create_task(poller.wait_for_end(known, ignore))
            polls = upstream.polls
            async with asyncio.timeout(30):
                while upstream.polls < polls + 2:  # noqa: ASYNC110 - the service sets no Event of ours
                    await asyncio.sleep(0.01)
            assert not waiting.done()
            upstream.poll_body = None
            assert (await waiting).state is TaskState.SUCCEEDED
            polling.cancel()
        await client.close()

    with hosted("async_v3") as upstream:
        upstream.submit({"model": "vidu-q2-text2video"}, b'{"prompt": "a card"}', "1")
        (known,) = upstream.made
        asyncio.run(story(upstream, TaskId(known)))


def test_what_the_service_called_about_is_asked_first() -> None:
    async def story(upstream: Upstream, ids: list[TaskId]) -> int:
        client = AsyncClient(
            upstream.url, "key", "async_v3", http_client=httpx.AsyncClient(transport=BoundedTransport())
        )
        poller = UpstreamPoller(client, CircuitBreaker("upstream"))
        hints = {each: asyncio.Event() for each in ids}
        hints[ids[-1]].set()
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(poller.wait_for_end(each, ignore, hint)) for each, hint in hints.items()
            ]
            await asyncio.sleep(0)
            running.append(polling := group.create_task(poller.run()))
            assert (await running[-2]).state is TaskState.SUCCEEDED
            for each in (*running[:-2], polling):
                each.cancel()
        await client.close()
        return upstream.polls

    with hosted("async_v3") as upstream:
        for number in range(100):
            upstream.submit({"model": "vidu-q2-text2video"}, b'{"prompt": "a card"}', str(number))
        ids = [TaskId(each) for each in upstream.made]
        # The hundredth task was called about: its end is seen in the first second's twenty polls.
        assert asyncio.run(story(upstream, ids)) <= 20
