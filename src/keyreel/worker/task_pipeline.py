"""From a claim to a settled task: gather, render, finish, store, settle."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import structlog

from keyreel.errors import (
    AttemptLost,
    Cancelled,
    InternalFault,
    InvalidRequest,
    KeyreelError,
    Refusal,
    RenderCrashed,
    RenderFailed,
    Unavailable,
)
from keyreel.finishing.context import Workbench
from keyreel.finishing.watermark import MARKED
from keyreel.storage import atomic_write
from keyreel.task import TaskId
from keyreel.tasks.database.retry import ENDLESS, WORKER_SECONDS, patiently, patiently_awaited
from keyreel.tasks.presentation import stored_endpoint
from keyreel.tasks.store import Failed, Succeeded, TaskStore
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.requests.dev_markers import Markers, markers_in
from keyreel.worker.guards import guarded
from keyreel.worker.job import TaskJob

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from keyreel.engines.router import Router
    from keyreel.finishing.pipeline import Finished
    from keyreel.order import Order
    from keyreel.storage.objects import Storage
    from keyreel.task import Task
    from keyreel.tasks.scheduling import Claim, Token
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.worker.children.pool import ChildExecutor
    from keyreel.worker.settings import WorkerSettings

_INTERNAL: Final = "An internal error ended the task; the operator's log tells more under the task's id."
_RECOMMENDED: Final = "recommended-prompt"
"""The durable step that makes a prompt: a second attempt uses the same."""

T = TypeVar("T")

_log = structlog.stdlib.get_logger(__name__)


class Gathering(Protocol):
    """Where an order's pictures come from."""

    async def gather(self, endpoint: Endpoint, order: Order, folder: Path) -> Order:
        """Return the order with its pictures as PNG files in `folder`, and with its size settled."""
        ...


@dataclass(frozen=True, slots=True)
class ProductionLine:
    """Where the parts of the work are done; `rendering` is by the engines' configured names."""

    router: Router
    rendering: Mapping[str, ChildExecutor]
    finishing: ChildExecutor


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

    async def run(self, claim: Claim, line: ProductionLine) -> None:
        """Make one video and settle its task; never raises for what one task can do wrong.

        On cancellation the task goes back to the queue, with its finished steps.
        """
        token = claim.token
        job = TaskJob(self._store, token, self._settings.poll_seconds, self._random)
        try:
            outcome = await guarded(self._outcome(claim.task, job, line), job.watch())
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

    async def _outcome(self, task: Task, job: TaskJob, line: ProductionLine) -> Succeeded | Failed:
        try:
            return await self._video(task, job, line)
        except (Cancelled, AttemptLost):
            raise
        except (RenderFailed, RenderCrashed, Refusal) as error:
            _log.info("task failed", task=task.id, fault=type(error).__name__, reason=error.message)
            return Failed(error.message, _fault(error))
        except OSError as error:
            if error.errno not in atomic_write.FULL:
                return self._surprised(task)
            _log.warning("disk full", task=task.id)
            return Failed(atomic_write.full().message, Unavailable.__name__)
        except Exception:  # noqa: BLE001 - one task's surprise must not stop the line for all others
            return self._surprised(task)

    def _surprised(self, task: Task) -> Failed:
        _log.exception("internal error", task=task.id)
        return Failed(_INTERNAL, InternalFault.__name__)

    async def _video(self, task: Task, job: TaskJob, line: ProductionLine) -> Succeeded:
        folder = self._settings.folder / task.id / str(task.attempt)
        inputs, results = folder / "inputs", folder / "results"
        for each in (inputs, results):
            each.mkdir(parents=True, exist_ok=True)
        if self._settings.dev:
            await _heeded(markers_in(task.submission.fields))
        order = await self._gathered(task, inputs)
        await line.finishing.warm()
        order, notes = await self._worded(task, order, job, line)
        two_copies = order.watermark is not None and _shows_clean(task)
        # A film that is to be had without its mark is drawn without it, and marked by finishing.
        bare = replace(order, watermark=None) if two_copies else order
        executor = line.rendering[line.router.choose(order)]
        clip = await self._survived(
            job, lambda: executor.render(bare, Path(mkdtemp(prefix="render-", dir=folder)), job)
        )
        settings = self._settings
        if two_copies:
            clip = replace(clip, fulfilled=clip.fulfilled - {MARKED})
        workbench = Workbench(
            task.id, results, settings.producer, settings.credentials, clean_copy=two_copies
        )
        finished = await self._survived(job, lambda: line.finishing.finish(clip, order, workbench, job))
        # What was delivered is what was ordered, or finishing had refused it: it costs what was held.
        outcome = await self._stored(finished, job.token)
        return replace(outcome, charged=task.submission.credits, notes=(*notes, *outcome.notes))

    async def _worded(
        self, task: Task, order: Order, job: TaskJob, line: ProductionLine
    ) -> tuple[Order, tuple[str, ...]]:
        """Put the recommended prompt in the client's place where that was asked for, and say so."""
        if not stored_endpoint(task).recommended:
            return order, ()
        prompt = await job.recall(_RECOMMENDED)
        if prompt is None:
            prompt = await self._survived(job, lambda: line.finishing.recommend(order, job))
            await job.remember(_RECOMMENDED, prompt)
        shots = tuple(replace(shot, prompt=prompt) for shot in order.shots)
        return replace(order, shots=shots), (f"Recommended prompt: {prompt}",)

    async def _gathered(self, task: Task, inputs: Path) -> Order:
        asked = task.submission
        endpoint = stored_endpoint(task)
        order = await patiently_awaited(
            lambda: self._intake.gather(endpoint, endpoint.order(asked.seed), inputs),
            WORKER_SECONDS,
            self._random,
        )
        mark = order.watermark
        return replace(order, watermark=mark and replace(mark, text=self._settings.watermark_text))

    async def _survived(self, job: TaskJob, work: Callable[[], Awaitable[T]]) -> T:
        """Do work again after a crash of its child, until the task has seen too many."""
        while True:
            try:
                return await work()
            except RenderCrashed as error:
                crashes = await patiently(lambda: self._store.crash(job.token), ENDLESS, self._random)
                _log.warning("child crashed", task=job.token.id, crashes=crashes, reason=error.message)
                if crashes >= self._settings.max_crashes:
                    raise RenderCrashed(f"{error.message.removesuffix('.')} {crashes} times.") from error

    async def _stored(self, finished: Finished, token: Token) -> Succeeded:
        video, cover, clean = _keys(token.id, token.attempt)
        files = {video: finished.video, cover: finished.cover, clean: finished.clean}
        for key, path in files.items():
            if path is not None:
                put = partial(self._storage.put_file, key, path)
                await patiently_awaited(put, ENDLESS, self._random)
        outcome = Succeeded(video, cover, finished.sha256, finished.fingerprint, finished.notes)
        outcome = replace(outcome, size=f"{finished.probe.width}x{finished.probe.height}")
        return replace(outcome, clean=clean) if finished.clean else outcome

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


def _fault(error: KeyreelError) -> str:
    """Name what ended a task as a refused submit would: a fault of its input before that of the render."""
    cause = error.__cause__
    by_input = type(error) is RenderFailed and isinstance(cause, InvalidRequest)
    return type(cause if by_input else error).__name__


async def _heeded(marked: Markers) -> None:
    """Be slow and fail as a test of a client asks for."""
    await asyncio.sleep(marked.slow_seconds)
    if marked.failing:
        raise marked.failing


def _shows_clean(task: Task) -> bool:
    """Say whether the format that the task was made in has room for a copy without the visible mark."""
    made_in = task.submission.dialect
    return any(dialect.shows_clean for dialect in DIALECTS if dialect.name == made_in)


def _keys(task_id: TaskId, attempt: int) -> tuple[str, str, str]:
    folder = f"{task_id}/{attempt}"
    return f"videos/{folder}.mp4", f"covers/{folder}.jpg", f"clean/{folder}.mp4"


def sweep_folder(folder: Path, store: TaskStore) -> None:
    """Make the folder for work in progress, and delete what tasks that have ended left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {each.name: each for each in folder.iterdir() if each.name.isascii() and each.name.isdecimal()}
    live = store.live(TaskId(name) for name in found)
    for name, path in found.items():
        if name not in live:
            shutil.rmtree(path, ignore_errors=True)
