"""A whole production line in a folder, for tests of the worker."""

from __future__ import annotations

import asyncio
import io
from base64 import b64encode
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import psutil
from PIL import Image

from keyreel.clock import SystemClock
from keyreel.intake.egress import EgressClient
from keyreel.intake.intake import Intake
from keyreel.settings.engines import EngineSettings
from keyreel.storage.local.storage import LocalStorage
from keyreel.storage.pending_files import PendingFiles
from keyreel.task import Submission, Task, TaskId
from keyreel.tasks.database.retry import retry_while_unavailable
from keyreel.tasks.store import TaskStore
from keyreel.wire.endpoints import catalogue
from keyreel.worker.loop import Worker
from keyreel.worker.settings import WorkerSettings
from support.data_folders import put_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from keyreel.storage.objects import ObjectStorage


@dataclass
class Plant:
    """A store, a storage and an intake, and workers with the engines that a test asks for."""

    folder: Path
    store: TaskStore
    storage: ObjectStorage
    intake: Intake

    @classmethod
    def open(cls, folder: Path) -> Plant:
        put_database(folder)
        store = TaskStore.open(folder, SystemClock(), SystemRandom())
        storage = LocalStorage.open(folder / "files")
        return cls(folder, store, storage, Intake(storage, EgressClient()))

    @asynccontextmanager
    async def working(self, engine: str | EngineSettings, **settings: Any) -> AsyncIterator[Worker]:
        """Run a worker with an engine of keyreel.testing, or with others."""
        engines = EngineSettings((f"keyreel.testing:{engine}",)) if isinstance(engine, str) else engine
        worker = Worker(
            self.store,
            PendingFiles(self.storage),
            self.intake,
            settings=WorkerSettings(
                folder=self.folder / "work",
                engines=engines,
                **settings,
            ),
            random=SystemRandom(),
        )
        async with asyncio.TaskGroup() as group:
            running = group.create_task(worker.run())
            yield worker
            running.cancel()

    async def submit(
        self, name: str = "q2-pro-img2video", *, dialect: str = "async_v3", tenant: str = "ann", **fields: Any
    ) -> Task:
        images = {"images": [image("#208040")]} if name == "q2-pro-img2video" else {}
        given = {"prompt": "a card", "duration": 1, "resolution": "540p", **images, **fields}
        received = await self.intake.receive(
            catalogue.get_endpoint(name).model_validate(given), tenant=tenant
        )
        endpoint = received.request
        for key, data in received.files.items():
            await self.storage.put(key, data)
        submission = Submission(
            tenant=tenant,
            key_id="key_1",
            dialect=dialect,
            endpoint=name,
            fields=endpoint.model_dump_json(exclude_none=True),
            seed=7,
            seconds=endpoint.seconds,
            off_peak=endpoint.is_off_peak,
        )
        # The worker's own thread may be writing for longer than a caller waits.
        return await retry_while_unavailable(lambda: self.store.accept(submission), 20, SystemRandom())

    async def until(self, task: Task, fact: Callable[[Task], bool]) -> Task:
        tenant = task.submission.tenant
        await comes_true(lambda: fact(self.store.get(tenant, task.id)))
        return self.store.get(tenant, task.id)

    async def ended(self, task: Task) -> Task:
        return await self.until(task, lambda now: now.state.is_final)

    def work_left(self, task_id: TaskId) -> bool:
        return (self.folder / "work" / task_id).exists()

    def stored(self) -> set[str]:
        files = self.folder / "files"
        return {
            str(file.relative_to(files))
            for kind in ("videos", "covers", "clean")
            for file in files.glob(f"{kind}/*/*")
        }


async def comes_true(fact: Callable[[], bool], within_seconds: float = 60.0) -> None:
    async with asyncio.timeout(within_seconds):
        while not fact():  # noqa: ASYNC110 - other processes set no Event of ours
            await asyncio.sleep(0.01)


def image(color: str) -> str:
    data = io.BytesIO()
    Image.new("RGB", (160, 90), color).save(data, "PNG")
    return f"data:image/png;base64,{b64encode(data.getvalue()).decode()}"


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
