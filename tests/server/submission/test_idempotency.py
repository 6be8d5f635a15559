"""Idempotency-Key in every format: the first answer again, and one task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.testclient import TestClient

from keyreel.cli.local.composition import open_platform
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from support.requests import AUTH, KEY
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.cli.local.composition import Platform

PATH = SUBMITS["async_v3"][0]
ONCE = {"Idempotency-Key": "order 7"}
CONFLICTS = {
    "async_v3": ("reason", "IDEMPOTENCY_KEY_REUSED"),
    "vtrix": ("code", "002014010"),
    "native": ("reason", "Conflict"),
    "comfy": ("reason", "Conflict"),
}


@pytest.mark.parametrize("name", SUBMITS)
def test_a_repeated_submit_is_answered_as_the_first_one(
    client: TestClient, platform: Platform, name: str
) -> None:
    path, body = SUBMITS[name]
    first, second = (client.post(path, json=body, headers=ONCE) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "X-Ignored-Fields" not in second.headers
    assert platform.services.store.count_queued() == 1


@pytest.mark.parametrize("name", SUBMITS)
def test_another_request_under_the_same_key_is_409(client: TestClient, name: str) -> None:
    path, body = SUBMITS[name]
    client.post(path, json=body, headers=ONCE)
    changed = {**body, "input": [{"params": {**PARAMS, "prompt": "other"}}]} if name == "vtrix" else body
    answer = client.post(path, json={**changed, "prompt": "other"}, headers=ONCE)
    assert answer.status_code == 409
    if name == "openai_videos":
        assert answer.json()["error"]["code"] == "idempotency_key_in_use"
    else:
        field, word = CONFLICTS[name]
        assert answer.json()[field] == word


def test_the_same_request_written_otherwise_is_the_same(client: TestClient) -> None:
    first = client.post(PATH, json=PARAMS, headers=ONCE).json()
    turned = {name: PARAMS[name] for name in reversed(PARAMS)}
    assert client.post(PATH, json={**turned, "unknown": 1}, headers=ONCE).json() == first


def test_a_refused_request_may_be_mended_under_the_same_key(client: TestClient) -> None:
    assert client.post(PATH, json={**PARAMS, "duration": 99}, headers=ONCE).status_code == 400
    assert client.post(PATH, json=PARAMS, headers=ONCE).status_code == 200


def test_a_key_too_long_is_refused(client: TestClient) -> None:
    answer = client.post(PATH, json=PARAMS, headers={"Idempotency-Key": "k" * 256})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["message"]


def test_without_a_key_each_submit_is_its_own(client: TestClient, platform: Platform) -> None:
    for _ in range(2):
        client.post(PATH, json=PARAMS)
    assert platform.services.store.count_queued() == 2


def test_a_hundred_at_once_make_one_task(platform: Platform) -> None:
    async def storm() -> list[httpx.Response]:
        transport = httpx.ASGITransport(create_app(platform.services))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            sends = (client.post(PATH, json=PARAMS, headers=AUTH | ONCE) for _ in range(100))
            return list(await asyncio.gather(*sends))

    answers = asyncio.run(storm())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["task_id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert platform.services.store.count_queued() == 1


@pytest.fixture
def deduping(tmp_path: Path) -> Iterator[TestClient]:
    settings = read_settings(
        data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), dedupe_seconds=60
    )
    with open_platform(settings, ("http://testserver",)) as opened:
        with TestClient(create_app(opened.services), headers=AUTH) as client:
            yield client
        assert opened.services.store.count_queued() == 3


def test_equal_requests_without_a_key_are_one_where_the_operator_says_so(deduping: TestClient) -> None:
    first, again = (deduping.post(PATH, json=PARAMS) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert deduping.post(PATH, json={**PARAMS, "prompt": "other"}).json() != first.json()
    assert deduping.post(PATH, json=PARAMS, headers=ONCE).json() != first.json()
