"""What must be true of an installation once its faults are over, whatever they were."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from keyreel.clock import ClockJumpDetector, SystemClock
from keyreel.durations import RetentionPeriods
from keyreel.media.probe import probe_video
from keyreel.storage.bucket.opening import open_bucket
from keyreel.storage.objects import FOLDERS
from keyreel.storage.pending_files import PendingFiles
from keyreel.task import UNFINISHED_STATES, TaskId, TaskState
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
from keyreel.tasks.database.tables import DELIVERIES, TASKS
from keyreel.tasks.store import TaskStore
from keyreel.tasks.webhooks.events import DeliveryStatus
from keyreel.testing import ManualClock
from keyreel.worker.janitor import Janitor
from support.object_stores import describe_store
from support.servers import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from fleet import Clients, Fleet
    from keyreel.storage.objects import ObjectStorage
    from keyreel.task import Task

_PATIENCE_SECONDS = 150
"""A lease of 30 s, a sweep every 10 s, and the renders that begin anew; all of it five times."""
_ROUNDS = 4
"""Of the janitor: it looks at all files in one, and deletes in the next."""


def check_invariants(fleet: Fleet, clients: Clients, scratch: Path) -> None:
    """Wait until all that was ordered has ended, and check that each order was kept once and whole."""
    assert clients.wrong == []
    with closing(_open_store(fleet, scratch / "reader")) as store, pytest.MonkeyPatch.context() as patch:
        for name, value in describe_store(fleet.store_address).items():
            patch.setenv(name, value)
        storage = open_bucket(fleet.settings["KEYREEL_STORAGE"], SystemClock())
        wait_until(lambda: not _list_unfinished(store), _PATIENCE_SECONDS)
        ended = _read_tasks(store)
        assert set(clients.acknowledged.values()) == set(ended), "an order was lost, or was taken twice"
        assert {task.state for task in ended.values()} == {TaskState.SUCCEEDED}
        audit = audit_ledger(store.database)
        assert (audit.tasks, audit.open_holds, audit.problems) == (len(ended), 0, ())
        _check_callbacks(fleet, store, clients)
        asyncio.run(_check_files(store, storage, list(ended.values()), scratch / "video.mp4"))
    assert "internal error" not in fleet.read_logs()


def _open_store(fleet: Fleet, folder: Path) -> TaskStore:
    return TaskStore.open(folder, SystemClock(), SystemRandom(), database_url=fleet.database_url)


def _list_unfinished(store: TaskStore) -> list[int]:
    with store.database.read() as connection:
        query = select(TASKS.c.id).where(TASKS.c.state.in_(UNFINISHED_STATES))
        return list(connection.execute(query).scalars())


def _read_tasks(store: TaskStore) -> dict[str, Task]:
    with store.database.read() as connection:
        ids = connection.execute(select(TASKS.c.id).order_by(TASKS.c.id)).scalars().all()
    return {str(task.id): task for task in store.iterate([TaskId(str(number)) for number in ids])}


def _check_callbacks(fleet: Fleet, store: TaskStore, clients: Clients) -> None:
    """Check that the end of each task was told, under one id however often it was tried."""

    def are_settled() -> bool:
        with store.database.read() as connection:
            states = connection.execute(select(DELIVERIES.c.status)).scalars().all()
        return DeliveryStatus.PENDING not in states

    wait_until(are_settled, _PATIENCE_SECONDS)
    told = {(got.path, got.id) for got in tuple(fleet.receiver.got)}
    assert Counter(path for path, _ in told) == Counter(f"/{number}" for number in clients.acknowledged)


async def _check_files(store: TaskStore, storage: ObjectStorage, tasks: list[Task], copy: Path) -> None:
    """Check that each video is there and plays, and that after the janitor there is nothing else."""
    for task in tasks:
        await storage.download(task.video, copy)
        _check_video(copy, task.video_sha256)
    later = ManualClock(datetime.now(UTC) + timedelta(hours=3))
    clock = JumpSafeClock(later, ClockJumpDetector(later, timedelta))
    janitor = Janitor(store, PendingFiles(storage), RetentionPeriods(), clock)
    for _ in range(_ROUNDS):
        await janitor.run_round()
    here = {found.key for folder in FOLDERS for found in storage.scan(folder)}
    assert here == {key for task in tasks for key in (task.video, task.cover, task.clean) if key}


def _check_video(copy: Path, sha256: str) -> None:
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == sha256
    assert probe_video(copy).frames == 24
