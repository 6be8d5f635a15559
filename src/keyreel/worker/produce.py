"""From a claim to a settled task: gather, render, finish, store, settle."""

from __future__ import annotations

import asyncio
import errno
import shutil
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from keyreel.errors import (
    AttemptLost,
    Cancelled,
    InternalFault,
    KeyreelError,
    Refusal,
    RenderCrashed,
    RenderFailed,
    Unavailable,
)
from keyreel.finishing.pipeline import finish
from keyreel.task import TaskId
from keyreel.tasks.patience import ENDLESS, WORKER_SECONDS, patiently, patiently_awaited
from keyreel.tasks.store import Failed, Succeeded, TaskStore
from keyreel.wire import catalogue
from keyreel.worker.job import TaskJob
from keyreel.worker.race import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from random import Random

    from keyreel.engine import Clip
    from keyreel.engines.router import Router
    from keyreel.finishing.pipeline import Finished
    from keyreel.order import Order
    from keyreel.storage.objects import Storage
    from keyreel.task import Task
    from keyreel.tasks.claim import Claim, Token
    from keyreel.wire.endpoint import Endpoint
    from keyreel.worker.executors import ChildExecutor
    from keyreel.worker.settings import WorkerSettings

_INTERNAL: Final = "An internal error ended the task; the operator's log tells more under the task's id."
_NO_SPACE: Final = "The server's disk is full: try again later."
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}

_log = structlog.stdlib.get_logger(__name__)


class Gathering(Protocol):
    """Where an order's pictures come from."""

    async def gather(self, endpoint: Endpoint, order: Order, folder: Path) -> Order:
        """Return the order with its pictures as PNG files in `folder`, and with its size settled."""
        ...


class Production:
    """Makes the videos of claimed tasks, one call of `run` for each, and settles them whatever happens."""

    def __init__(
        self,
        store: TaskStore,
        storage: Storage,
        intake: Gathering,
        *,
        settings: WorkerSettings,
        random: Random,
    ) -> None:
        self._store = store
        self._storage = storage
        self._intake = intake
        self._settings = settings
        self._random = random

    async def run(self, claim: Claim, router: Router, executors: Mapping[str, ChildExecutor]) -> None:
        """Make one video and settle its task; never raises for what one task can do wrong.

        On cancellation the task goes back to the queue, with its finished steps.
        """
        token = claim.token
        job = TaskJob(self._store, token, self._settings.poll_seconds, self._random)
        workbench = _Workbench(claim.task, job, router, executors)
        try:
            outcome = await guarded(self._outcome(workbench), job.watch())
            await patiently(lambda: self._store.settle(token, outcome), ENDLESS, self._random)
            _log.info("task settled", task=token.id, attempt=token.attempt, outcome=type(outcome).__name__)
            await self._tidy(token, keep_last=isinstance(outcome, Succeeded))
        except Cancelled:
            _log.info("task cancelled", task=token.id, attempt=token.attempt)
            await self._tidy(token, keep_last=False)
        except AttemptLost:
            _log.warning("attempt lost", task=token.id, attempt=token.attempt)
            await self._discard(token, token.attempt)
        except asyncio.CancelledError:
            with suppress(KeyreelError):
                self._store.release(token)
                _log.info("task handed back", task=token.id, attempt=token.attempt)
            raise

    async def _outcome(self, workbench: _Workbench) -> Succeeded | Failed:
        try:
            return await self._video(workbench)
        except (Cancelled, AttemptLost):
            raise
        except (RenderFailed, RenderCrashed, Refusal) as error:
            _log.info("task failed", task=workbench.task.id, fault=type(error).__name__, reason=error.message)
            return Failed(error.message, type(error).__name__)
        except OSError as error:
            if error.errno not in _FULL:
                return self._surprised(workbench)
            _log.warning("disk full", task=workbench.task.id)
            return Failed(_NO_SPACE, Unavailable.__name__)
        except Exception:  # noqa: BLE001 - one task's surprise must not stop the line for all others
            return self._surprised(workbench)

    def _surprised(self, workbench: _Workbench) -> Failed:
        _log.exception("internal error", task=workbench.task.id)
        return Failed(_INTERNAL, InternalFault.__name__)

    async def _video(self, workbench: _Workbench) -> Succeeded:
        task = workbench.task
        folder = self._settings.folder / task.id / str(task.attempt)
        inputs, results = folder / "inputs", folder / "results"
        for each in (inputs, results):
            each.mkdir(parents=True, exist_ok=True)
        asked = task.submission
        endpoint = catalogue.endpoint(asked.endpoint).model_validate_json(
            asked.fields, context=catalogue.TRUSTED
        )
        order = await patiently_awaited(
            lambda: self._intake.gather(endpoint, endpoint.order(asked.seed), inputs),
            WORKER_SECONDS,
            self._random,
        )
        clip = await self._clip(order, folder, workbench)
        producer = self._settings.producer
        finished = await asyncio.to_thread(finish, clip, order, task.id, results, producer=producer)
        return await self._stored(finished, workbench.job.token)

    async def _clip(self, order: Order, folder: Path, workbench: _Workbench) -> Clip:
        executor = workbench.executors[workbench.router.choose(order)]
        crashes = workbench.task.crashes
        while True:
            attempt_folder = folder / f"render-{crashes}"
            attempt_folder.mkdir()
            try:
                return await executor.render(order, attempt_folder, workbench.job)
            except RenderCrashed as error:
                crashes = await patiently(
                    lambda: self._store.crash(workbench.job.token), ENDLESS, self._random
                )
                _log.warning("render crashed", task=workbench.task.id, crashes=crashes, reason=error.message)
                if crashes >= self._settings.max_crashes:
                    raise RenderCrashed(f"{error.message.removesuffix('.')} {crashes} times.") from error

    async def _stored(self, finished: Finished, token: Token) -> Succeeded:
        video, cover = _keys(token.id, token.attempt)
        for key, path in ((video, finished.video), (cover, finished.cover)):
            put = partial(self._storage.put_file, key, path)
            await patiently_awaited(put, ENDLESS, self._random)
        return Succeeded(video, cover, finished.sha256)

    async def _tidy(self, token: Token, *, keep_last: bool) -> None:
        """Delete an ended task's work folder, and the files of attempts that did not win."""
        await asyncio.to_thread(shutil.rmtree, self._settings.folder / token.id, ignore_errors=True)
        for attempt in range(1, token.attempt if keep_last else token.attempt + 1):
            await self._discard(token, attempt)

    async def _discard(self, token: Token, attempt: int) -> None:
        for key in _keys(token.id, attempt):
            try:
                await self._storage.delete(key)
            except Unavailable:
                _log.warning("file left over", task=token.id, key=key)


class _Workbench:
    """What making one video needs to know."""

    def __init__(
        self, task: Task, job: TaskJob, router: Router, executors: Mapping[str, ChildExecutor]
    ) -> None:
        self.task = task
        self.job = job
        self.router = router
        self.executors = executors


def _keys(task_id: TaskId, attempt: int) -> tuple[str, str]:
    return f"videos/{task_id}/{attempt}.mp4", f"covers/{task_id}/{attempt}.jpg"


def sweep_folder(folder: Path, store: TaskStore) -> None:
    """Make the folder for work in progress, and delete what tasks that have ended left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {each.name: each for each in folder.iterdir() if each.name.isascii() and each.name.isdecimal()}
    live = store.live(TaskId(name) for name in found)
    for name, path in found.items():
        if name not in live:
            shutil.rmtree(path, ignore_errors=True)
