"""Handles of tasks: followed, waited for, cancelled."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from keyreel.client import AsyncClient, Client
from keyreel.errors import TaskTimedOut
from keyreel.task import TaskState
from support.client_service import QUICK, Service

MODEL = "vidu-q2-pro-img2video"
ASKED: dict[str, Any] = {"image": "https://example.com/a.png", "prompt": "x"}


@pytest.fixture
def service() -> Service:
    return Service()


def client_of(service: Service) -> Client:
    http = httpx.Client(transport=service)
    return Client("http://service.test/", "key", patience=QUICK, http_client=http)


def test_a_task_tells_of_every_change_until_its_end(service: Service) -> None:
    service.plan = [TaskState.QUEUED, TaskState.QUEUED, TaskState.RUNNING, TaskState.SUCCEEDED]

    async def follow() -> list[TaskState]:
        async with AsyncClient("http://service.test", "key", patience=QUICK, http_client=http) as client:
            task = await client.submit(MODEL, **ASKED)
            return [report.state async for report in task.events()]

    with client_of(service) as client:
        states = [report.state for report in client.submit(MODEL, **ASKED).events()]
    assert states == [TaskState.QUEUED, TaskState.RUNNING, TaskState.SUCCEEDED]
    http = httpx.AsyncClient(transport=service)
    service.plan = [TaskState.RUNNING, TaskState.SUCCEEDED]
    assert asyncio.run(follow()) == [TaskState.RUNNING, TaskState.SUCCEEDED]


def test_a_result_that_is_not_there_yet_is_an_error_with_its_task(service: Service) -> None:
    service.plan = [TaskState.RUNNING]
    with client_of(service) as client:
        task = client.submit(MODEL, **ASKED)
        with pytest.raises(TaskTimedOut) as caught:
            task.result()
    assert (caught.value.task_id, caught.value.report.progress) == (task.id, 0.5)


def test_a_task_is_cancelled_when_the_time_for_it_is_over(service: Service) -> None:
    service.plan = [TaskState.RUNNING]
    service.trouble = [
        None,
        None,
        httpx.Response(200, json={"name": "keyreel"}),
        httpx.Response(200, json={}),
    ]
    with client_of(service) as client, pytest.raises(TaskTimedOut):
        client.generate(MODEL, timeout=0, cancel_on_timeout=True, **ASKED)
    assert service.paths()[-1] == f"POST /v1/tasks/{service.requests[1].url.params['task_id']}/cancel"
