from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from keyreel.bench.servers.load import LoadResult, UnexpectedStatus, apply_load, build_request
from keyreel.bench.servers.peers import open_bare_route

if TYPE_CHECKING:
    from pathlib import Path


def test_every_request_is_answered_once(tmp_path: Path) -> None:
    async def load() -> LoadResult:
        async with open_bare_route(tmp_path, json.dumps({"state": "queued"}).encode()) as bare:
            return await apply_load(bare.url, [bare.request] * 50, 4)

    result = asyncio.run(load())
    assert [json.loads(body) for body in result.bodies] == [{"state": "queued"}] * 50
    assert len(result.latencies) == 50
    assert 0 < result.get_quantile(0.5) <= result.get_quantile(0.99) <= result.seconds
    assert result.rate == pytest.approx(50 / result.seconds)


def test_a_refusal_ends_the_measurement(tmp_path: Path) -> None:
    async def load() -> None:
        async with open_bare_route(tmp_path, b"{}") as bare:
            await apply_load(bare.url, [build_request("DELETE", bare.url, {})], 1)

    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(load())
    (error,) = raised.value.exceptions
    assert isinstance(error, UnexpectedStatus)
    assert "405" in str(error)
