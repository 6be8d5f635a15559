from __future__ import annotations

import asyncio
import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from keyreel.clock import SystemClock
from keyreel.errors import EngineUnavailable
from keyreel.testing import ManualClock
from support.commands import keyreel
from support.databases import open_store
from support.relay_attempts import accept_task, attempt_task, make_table
from support.upstreams import Fault, hosted

if TYPE_CHECKING:
    from pathlib import Path


def test_an_engine_costs_no_more_in_a_day_than_it_may(tmp_path: Path) -> None:
    clock = ManualClock()
    with closing(open_store(tmp_path, clock)) as store:
        for _ in range(3):
            accept_task(store)
        claims = [store.queue.claim("me", 60) for _ in range(3)]
        first, second, third = (claim.token for claim in claims if claim)
        # A task is priced at ten credits, so that it costs eight there.
        store.queue.reserve_cost(first, "novita", 0.8, daily_credits=16)
        store.queue.reserve_cost(first, "novita", 0.8, daily_credits=16)
        store.queue.reserve_cost(second, "novita", 0.8, daily_credits=16)
        with pytest.raises(EngineUnavailable, match="16 are spent, and this task costs 8"):
            store.queue.reserve_cost(third, "novita", 0.8, daily_credits=16)
        store.queue.reserve_cost(third, "other", 0.8, daily_credits=16)
        store.queue.cancel_cost(second, "novita")
        store.queue.reserve_cost(third, "novita", 0.8, daily_credits=16)
        clock.advance(24 * 3600)
        store.queue.reserve_cost(second, "novita", 0.8, daily_credits=16)


def test_the_operator_is_told_of_costs_and_of_what_may_have_been_paid_for(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, SystemClock())) as store, hosted("async_v3", b"a video") as upstream:
        table = make_table(upstream.url, "async_v3", cost={"credits": 0.8})
        accept_task(store)
        assert asyncio.run(attempt_task(store, tmp_path, table)) == "video"
        lost = accept_task(store)
        upstream.faults = [Fault(made=True)]
        assert asyncio.run(attempt_task(store, tmp_path, table)) == "RenderFailed"
        refused = accept_task(store)
        upstream.faults = [Fault(400, body=b'{"code": 400, "message": "No."}')]
        assert asyncio.run(attempt_task(store, tmp_path, table)) == "RenderFailed"
    checks = json.loads(keyreel("doctor", "--json", "--data", tmp_path).stdout)
    (told,) = [each for each in checks if each["name"] == "orders at hosted services"]
    assert not told["ok"]
    assert told["detail"].startswith(
        f"1 may be paid for although their tasks failed: task {lost.id} to relay"
    )
    assert f"keyreel-{lost.id}-" in told["detail"]
    assert refused.id not in told["detail"]
    usage = json.loads(keyreel("usage", "--json", "--data", tmp_path).stdout)
    assert [each["engine_credits"] for each in usage["tasks"]] == [8, 8, 0]
    text = keyreel("usage", "--data", tmp_path).stdout
    assert "Hosted services cost 16 credits; the margin is -16." in text
