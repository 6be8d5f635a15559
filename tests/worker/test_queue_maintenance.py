from __future__ import annotations

import asyncio
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.clock import ClockJumpDetector
from keyreel.task import Submission, TaskState
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
from keyreel.tasks.store import TaskStore
from keyreel.testing import ManualClock
from keyreel.worker.queue_maintenance import QueueMaintenance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[TaskStore]:
    opened = TaskStore.open(tmp_path, clock, SystemRandom())
    yield opened
    opened.close()


def sweeper(store: TaskStore, machine: ManualClock) -> QueueMaintenance:
    time = JumpSafeClock(store.clock, ClockJumpDetector(machine, lambda: timedelta(0)))
    return QueueMaintenance(store, "worker", 30, time=time, nudge=lambda: None)


def off_peak(store: TaskStore, tasks: int) -> None:
    for _ in range(tasks):
        store.accept(
            Submission("ann", "k", "vtrix", "q2-pro-img2video", "{}", 7, 5, credits=3, off_peak=True)
        )


def test_ends_everything_that_is_due_in_one_round(store: TaskStore, clock: ManualClock) -> None:
    off_peak(store, 120)
    clock.advance(48 * HOUR)
    asyncio.run(sweeper(store, ManualClock()).run_round())
    assert store.count_queued() == 0
    assert audit_ledger(store.database).is_balanced


def test_a_clock_that_jumps_forward_expires_nothing(store: TaskStore, clock: ManualClock) -> None:
    off_peak(store, 20)
    sweeping = sweeper(store, clock)
    clock.advance(365 * 24 * HOUR)
    asyncio.run(sweeping.run_round())
    assert store.count_queued() == 20
    # From here on time passes as before.
    clock.advance(29)
    asyncio.run(sweeping.run_round())
    claim = store.queue.claim("worker", 30)
    assert claim is not None
    assert claim.task.state is TaskState.RUNNING


def test_a_clock_that_jumps_back_keeps_nobody_waiting(store: TaskStore, clock: ManualClock) -> None:
    off_peak(store, 1)
    sweeping = sweeper(store, clock)
    clock.advance(-HOUR)
    assert store.queue.claim("worker", 30) is None
    asyncio.run(sweeping.run_round())
    assert store.queue.claim("worker", 30) is not None


def test_a_woken_sweeper_looks_at_once(store: TaskStore, clock: ManualClock) -> None:
    async def story() -> None:
        off_peak(store, 1)
        sweeping = sweeper(store, ManualClock())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(sweeping.run())
            clock.advance(48 * HOUR)
            sweeping.wake()
            async with asyncio.timeout(5):
                while store.count_queued():  # noqa: ASYNC110 - the sweeper sets no Event of ours
                    await asyncio.sleep(0)
            running.cancel()

    asyncio.run(story())
