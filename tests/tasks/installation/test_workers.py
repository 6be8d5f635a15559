"""Workers announce themselves, and who falls silent is no longer counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from random import SystemRandom
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from keyreel.off_peak import OffPeakWindows
from keyreel.tasks.database.portable_sql import epoch
from keyreel.tasks.eta.estimator import EtaEstimator
from keyreel.tasks.installation.tables import WORKERS
from keyreel.tasks.installation.workers import AnnouncedWorker, WorkerEngine, WorkerRegistry
from keyreel.tasks.store import TaskStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.task import Submission
    from keyreel.testing import ManualClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def describe(worker_id: str, node: str = "first", slots: int = 2, problem: str = "") -> AnnouncedWorker:
    return AnnouncedWorker(worker_id, node, "0.1.0", START, {"motion": WorkerEngine(slots, problem)})


def fall_silent(store: TaskStore, worker_id: str, seconds: float) -> None:
    with store.database.write() as connection:
        silent = update(WORKERS).where(WORKERS.c.id == worker_id)
        connection.execute(silent.values(seen=epoch() - seconds))


def test_a_worker_is_listed_as_it_last_told_of_itself_until_it_ends(store: TaskStore) -> None:
    registry = WorkerRegistry(store.database)
    registry.announce(describe("b", "second"))
    registry.announce(describe("a"))
    registry.announce(describe("a", problem="The service is away."))
    assert registry.list_live() == (describe("a", problem="The service is away."), describe("b", "second"))
    registry.withdraw("a")
    assert registry.list_live() == (describe("b", "second"),)


def test_a_worker_that_falls_silent_is_forgotten(store: TaskStore) -> None:
    registry = WorkerRegistry(store.database)
    for worker_id in ("a", "b"):
        registry.announce(describe(worker_id))
    fall_silent(store, "a", 40)
    assert len(registry.list_live()) == 2
    fall_silent(store, "a", 50)
    assert [each.id for each in registry.list_live()] == ["b"]
    registry.announce(describe("b"))
    with store.database.read() as connection:
        assert connection.execute(select(WORKERS.c.id)).scalars().all() == ["b"]


def test_what_the_next_version_tells_besides_is_no_error(store: TaskStore) -> None:
    WorkerRegistry(store.database).announce(describe("a"))
    told = {"motion": {"slots": 2, "problem": "", "resources": {"gpu": 1}}}
    with store.database.write() as connection:
        connection.execute(update(WORKERS).values(engines=json.dumps(told)))
    assert WorkerRegistry(store.database).list_live() == (describe("a"),)


def test_the_slots_of_all_workers_shorten_the_wait(
    store: TaskStore, submission: Callable[..., Submission], clock: ManualClock
) -> None:
    for _ in range(8):
        store.accept(submission("flood"))
    alone, together = (
        EtaEstimator(store.database, clock, slots={}, windows=OffPeakWindows.from_text("")) for _ in range(2)
    )
    registry = WorkerRegistry(store.database)
    before = alone.estimate_submission(submission("flood"), "motion")
    for worker_id in ("a", "b"):
        registry.announce(describe(worker_id))
    after = together.estimate_submission(submission("flood"), "motion")
    assert before.tasks_ahead == after.tasks_ahead == 8
    assert after.starts_at - clock.now() == (before.starts_at - clock.now()) / 4


def test_the_only_process_of_a_folder_forgets_who_worked_before(tmp_path: Path, clock: ManualClock) -> None:
    first = TaskStore.open(tmp_path, clock, SystemRandom())
    WorkerRegistry(first.database).announce(describe("a"))
    first.close()
    second = TaskStore.open(tmp_path, clock, SystemRandom())
    assert WorkerRegistry(second.database).list_live() == ()
    second.close()
