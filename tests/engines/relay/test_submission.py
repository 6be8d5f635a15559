from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.callback_inbox import UPSTREAM_CALLBACKS_PATH
from keyreel.clock import SystemClock
from keyreel.tasks.store import TaskStore
from support.data_folders import put_database
from support.relay_attempts import accept_task, attempt_task, make_table
from support.upstreams import Fault, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_URL = "https://keyreel.example"
VIDEO = b"a video, as far as an engine is concerned"
REFUSED = b'{"code": 400, "reason": "INVALID_REQUEST_BODY", "message": "No."}'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TaskStore]:
    put_database(tmp_path)
    with closing(TaskStore.open(tmp_path, SystemClock(), SystemRandom())) as opened:
        yield opened


@dataclass(frozen=True)
class Case:
    """How a submit goes wrong at a service, how the task ends, what is paid for and how often it is sent."""

    dialect: str
    fault: Fault
    word: str
    paid: int
    submits: int
    is_keyreel: bool = False


@pytest.mark.parametrize(
    "case",
    [
        # Nobody knows whether the order is there, and nobody can be asked.
        Case("async_v3", Fault(made=True), "RenderFailed", 1, 1),
        Case("async_v3", Fault(), "RenderFailed", 0, 1),
        Case("async_v3", Fault(500, made=True), "RenderFailed", 1, 1),
        Case("vtrix", Fault(504, made=True), "RenderFailed", 1, 1),
        Case("vtrix", Fault(200, made=True), "RenderFailed", 1, 1),
        # The service's list has it.
        Case("native", Fault(made=True), "video", 1, 1),
        Case("native", Fault(502, made=True), "video", 1, 1),
        Case("comfy", Fault(200, made=True), "video", 1, 1),
        Case("openai_videos", Fault(made=True), "video", 1, 1),
        # Keyreel makes no second task of it.
        Case("async_v3", Fault(made=True), "video", 1, 2, is_keyreel=True),
        Case("async_v3", Fault(), "video", 1, 2, is_keyreel=True),
        Case("vtrix", Fault(500, made=True), "video", 1, 2, is_keyreel=True),
        # It is certainly not there.
        Case("async_v3", Fault(429), "EngineUnavailable", 0, 1),
        Case("async_v3", Fault(503), "EngineUnavailable", 0, 1),
        Case("vtrix", Fault(401), "EngineUnavailable", 0, 1),
        Case("native", Fault(402), "EngineUnavailable", 0, 1),
        Case("native", Fault(307), "EngineUnavailable", 0, 1),
        Case("async_v3", Fault(400, body=REFUSED), "RenderFailed", 0, 1),
    ],
)
def test_no_order_is_paid_for_twice(store: TaskStore, tmp_path: Path, case: Case) -> None:
    accept_task(store)
    with hosted(case.dialect, VIDEO, is_keyreel=case.is_keyreel) as upstream:
        upstream.faults = [case.fault]
        table = make_table(upstream.url, case.dialect)
        assert asyncio.run(attempt_task(store, tmp_path, table)) == case.word
    assert (upstream.paid.total(), upstream.submits) == (case.paid, case.submits)


def test_an_order_that_did_not_reach_the_service_may_go_to_another(store: TaskStore, tmp_path: Path) -> None:
    task = accept_task(store)
    with hosted("async_v3") as upstream:
        table = make_table(upstream.url, "async_v3")
    assert asyncio.run(attempt_task(store, tmp_path, table)) == "EngineUnavailable"
    assert not store.queue.has_steps(task.id, "relay/")


def kill_at_statements(kind: str, folder: Path, every: int, callback_url: str = "") -> None:
    """Kill processes at every so manieth statement of a submit, let others go on, and count what is paid."""
    is_keyreel = kind == "keyreel"
    dialect = "async_v3" if is_keyreel else kind
    put_database(folder)
    program = [sys.executable, "-m", "support.relay_attempts", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with hosted(dialect, VIDEO, is_keyreel=is_keyreel) as upstream:
        program += [upstream.url, dialect, str(every), *filter(None, [callback_url])]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
    words = json.loads(done.stdout)
    assert len(words) > 1
    assert words[-1] == "video"
    assert set(words) <= ({"video"} if is_keyreel else {"video", "RenderFailed"})
    tasks = [payload.split("-")[1] for payload in upstream.paid]
    assert upstream.paid.total() == len(set(tasks))
    asked = [str(made.endpoint.webhook_url or "") for made in upstream.made.values()]
    assert all(asked) if callback_url else not any(asked)
    with closing(TaskStore.open(folder, SystemClock(), SystemRandom())) as store:
        # Whatever address a service was told is one that is answered.
        tokens = [url.removeprefix(callback_url + UPSTREAM_CALLBACKS_PATH) for url in filter(None, asked)]
        assert all(map(store.upstream_callbacks.is_expected, tokens))


@pytest.mark.slow
@pytest.mark.parametrize("callback_url", ["", OWN_URL])
def test_no_kill_makes_an_order_be_paid_for_twice(callback_url: str, tmp_path: Path) -> None:
    kill_at_statements("keyreel", tmp_path, every=9, callback_url=callback_url)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("callback_url", ["", OWN_URL])
@pytest.mark.parametrize("kind", ["native", "async_v3", "keyreel"])
def test_no_kill_at_any_statement_makes_an_order_be_paid_for_twice(
    kind: str, callback_url: str, tmp_path: Path
) -> None:
    kill_at_statements(kind, tmp_path, every=1, callback_url=callback_url)
