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
from keyreel.finishing.context import FinishingContext
from keyreel.finishing.watermark import WATERMARK_STEP
from keyreel.storage import atomic_write
from keyreel.task import TaskId
from keyreel.tasks.database.retry import (
    NO_TIMEOUT,
    WORKER_RETRY_SECONDS,
    retry_async_while_unavailable,
    retry_while_unavailable,
)
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.presentation import parse_stored_request
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.requests.dev_markers import DevMarkers, parse_markers
from keyreel.worker.guards import run_guarded
from keyreel.worker.job import TaskJob

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from keyreel.engines.router import EngineRouter
    from keyreel.finishing.pipeline import FinishedVideo
    from keyreel.order import Order
    from keyreel.storage.objects import ObjectStorage
    from keyreel.task import Task
    from keyreel.tasks.attempts import Claim, FencingToken
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.worker.children.pool import ChildPool
    from keyreel.worker.settings import WorkerSettings

_INTERNAL_ERROR_MESSAGE: Final = (
    "An internal error ended the task; the operator's log tells more under the task's id."
)
_RECOMMENDED_PROMPT_STEP: Final = "recommended-prompt"
"""The durable step that makes a prompt: a second attempt uses the same."""

T = TypeVar("T")

_log = structlog.stdlib.get_logger(__name__)


class InputGatherer(Protocol):
    """Where an order's images come from."""

    async def gather(self, endpoint: Endpoint, order: Order, folder: Path) -> Order:
        """Return the order with its images as PNG files in `folder`, and with its size settled."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerPools:
    """Where the parts of the work are done; `rendering` is by the engines' configured names."""

    router: EngineRouter
    rendering: Mapping[str, ChildPool]
    finishing: ChildPool


class TaskPipeline:
    """Makes the videos of claimed tasks, one call of `run` for each, and settles them whatever happens."""

    def __init__(
        self,
        store: TaskStore,
        storage: ObjectStorage,
        intake: InputGatherer,
        *,
        settings: WorkerSettings,
        random: Random,
    ) -> None:
        self._store = store
        self._storage = storage
        self._intake = intake
        self._settings = settings
        self._random = random

    async def run_claim(self, claim: Claim, pools: WorkerPools) -> None:
        """Make one video and settle its task; never raises for what one task can do wrong.

        On cancellation the task goes back to the queue, with its finished steps.
        """
        token = claim.token
        job = TaskJob(self._store, token, self._settings.poll_seconds, self._random)
        try:
            outcome = await run_guarded(self._produce_outcome(claim.task, job, pools), job.watch_attempt())
            await retry_while_unavailable(
                lambda: self._store.attempts.settle(token, outcome), NO_TIMEOUT, self._random
            )
            _log.info(
                "task settled", task=token.task_id, attempt=token.attempt, outcome=type(outcome).__name__
            )
            await self._clean_up(token, keep_last=isinstance(outcome, Success))
        except Cancelled:
            _log.info("task cancelled", task=token.task_id, attempt=token.attempt)
            await self._clean_up(token, keep_last=False)
        except AttemptLost:
            _log.warning("attempt lost", task=token.task_id, attempt=token.attempt)
            await self._delete_results(token, token.attempt)
        except asyncio.CancelledError:
            with suppress(KeyreelError):
                self._store.attempts.requeue(token)
                _log.info("task handed back", task=token.task_id, attempt=token.attempt)
            raise

    async def _produce_outcome(self, task: Task, job: TaskJob, pools: WorkerPools) -> Success | Failure:
        try:
            return await self._produce_video(task, job, pools)
        except (Cancelled, AttemptLost):
            raise
        except (RenderFailed, RenderCrashed, Refusal) as error:
            _log.info("task failed", task=task.id, fault=type(error).__name__, reason=error.message)
            return Failure(error.message, _get_fault_name(error))
        except OSError as error:
            if error.errno not in atomic_write.DISK_FULL_ERRNOS:
                return self._make_internal_failure(task)
            _log.warning("disk full", task=task.id)
            return Failure(atomic_write.make_disk_full_error().message, Unavailable.__name__)
        except Exception:  # noqa: BLE001 - one task's surprise must not stop the line for all others
            return self._make_internal_failure(task)

    def _make_internal_failure(self, task: Task) -> Failure:
        _log.exception("internal error", task=task.id)
        return Failure(_INTERNAL_ERROR_MESSAGE, InternalFault.__name__)

    async def _produce_video(self, task: Task, job: TaskJob, pools: WorkerPools) -> Success:
        folder = self._settings.folder / task.id / str(task.attempt)
        inputs, results = folder / "inputs", folder / "results"
        for each in (inputs, results):
            each.mkdir(parents=True, exist_ok=True)
        if self._settings.dev:
            await _obey_markers(parse_markers(task.submission.fields))
        order = await self._gather_inputs(task, inputs)
        await pools.finishing.warm_up()
        order, notes = await self._apply_recommended_prompt(task, order, job, pools)
        two_copies = order.watermark is not None and _offers_clean_copy(task)
        # A film that is to be had without its mark is drawn without it, and marked by finishing.
        unmarked_order = replace(order, watermark=None) if two_copies else order
        executor = pools.rendering[pools.router.choose_engine(order)]
        clip = await self._retry_after_crash(
            job, lambda: executor.render(unmarked_order, Path(mkdtemp(prefix="render-", dir=folder)), job)
        )
        settings = self._settings
        if two_copies:
            clip = replace(clip, completed_steps=clip.completed_steps - {WATERMARK_STEP})
        context = FinishingContext(
            task.id, results, settings.producer, settings.credentials, clean_copy=two_copies
        )
        finished = await self._retry_after_crash(
            job, lambda: pools.finishing.finish(clip, order, context, job)
        )
        # What was delivered is what was ordered, or finishing had refused it: it costs what was held.
        outcome = await self._store_files(finished, job.token)
        return replace(outcome, charged=task.submission.credits, notes=(*notes, *outcome.notes))

    async def _apply_recommended_prompt(
        self, task: Task, order: Order, job: TaskJob, pools: WorkerPools
    ) -> tuple[Order, tuple[str, ...]]:
        """Put the recommended prompt in the client's place where that was asked for, and say so."""
        if not parse_stored_request(task).has_recommended_prompt:
            return order, ()
        prompt = await job.load_step(_RECOMMENDED_PROMPT_STEP)
        if prompt is None:
            prompt = await self._retry_after_crash(job, lambda: pools.finishing.recommend_prompt(order, job))
            await job.save_step(_RECOMMENDED_PROMPT_STEP, prompt)
        shots = tuple(replace(shot, prompt=prompt) for shot in order.shots)
        return replace(order, shots=shots), (f"Recommended prompt: {prompt}",)

    async def _gather_inputs(self, task: Task, inputs: Path) -> Order:
        submission = task.submission
        endpoint = parse_stored_request(task)
        order = await retry_async_while_unavailable(
            lambda: self._intake.gather(endpoint, endpoint.to_order(submission.seed), inputs),
            WORKER_RETRY_SECONDS,
            self._random,
        )
        mark = order.watermark
        return replace(order, watermark=mark and replace(mark, text=self._settings.watermark_text))

    async def _retry_after_crash(self, job: TaskJob, work: Callable[[], Awaitable[T]]) -> T:
        """Do work again after a crash of its child, until the task has seen too many."""
        while True:
            try:
                return await work()
            except RenderCrashed as error:
                crashes = await retry_while_unavailable(
                    lambda: self._store.attempts.record_crash(job.token), NO_TIMEOUT, self._random
                )
                _log.warning("child crashed", task=job.token.task_id, crashes=crashes, reason=error.message)
                if crashes >= self._settings.max_crashes:
                    raise RenderCrashed(f"{error.message.removesuffix('.')} {crashes} times.") from error

    async def _store_files(self, finished: FinishedVideo, token: FencingToken) -> Success:
        video, cover, clean = _make_storage_keys(token.task_id, token.attempt)
        files = {video: finished.video, cover: finished.cover, clean: finished.clean}
        for key, path in files.items():
            if path is not None:
                put = partial(self._storage.put_file, key, path)
                await retry_async_while_unavailable(put, NO_TIMEOUT, self._random)
        outcome = Success(video, cover, finished.sha256, finished.fingerprint, finished.notes)
        outcome = replace(outcome, size=f"{finished.info.width}x{finished.info.height}")
        return replace(outcome, clean=clean) if finished.clean else outcome

    async def _clean_up(self, token: FencingToken, *, keep_last: bool) -> None:
        """Delete an ended task's work folder, and the files of attempts that did not win."""
        await asyncio.to_thread(shutil.rmtree, self._settings.folder / token.task_id, ignore_errors=True)
        for attempt in range(1, token.attempt if keep_last else token.attempt + 1):
            await self._delete_results(token, attempt)

    async def _delete_results(self, token: FencingToken, attempt: int) -> None:
        for key in _make_storage_keys(token.task_id, attempt):
            try:
                await self._storage.delete(key)
            except Unavailable:
                _log.warning("file left over", task=token.task_id, key=key)


def _get_fault_name(error: KeyreelError) -> str:
    """Name what ended a task as a refused submit would: a fault of its input before that of the render."""
    cause = error.__cause__
    by_input = type(error) is RenderFailed and isinstance(cause, InvalidRequest)
    return type(cause if by_input else error).__name__


async def _obey_markers(markers: DevMarkers) -> None:
    """Be slow and fail as a test of a client asks for."""
    await asyncio.sleep(markers.slow_seconds)
    if markers.render_error:
        raise markers.render_error


def _offers_clean_copy(task: Task) -> bool:
    """Say whether the format that the task was made in has room for a copy without the visible mark."""
    made_in = task.submission.dialect
    return any(dialect.has_clean_copies for dialect in DIALECTS if dialect.name == made_in)


def _make_storage_keys(task_id: TaskId, attempt: int) -> tuple[str, str, str]:
    folder = f"{task_id}/{attempt}"
    return f"videos/{folder}.mp4", f"covers/{folder}.jpg", f"clean/{folder}.mp4"


def clean_work_folder(folder: Path, store: TaskStore) -> None:
    """Make the folder for work in progress, and delete what tasks that have ended left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {each.name: each for each in folder.iterdir() if each.name.isascii() and each.name.isdecimal()}
    live = store.filter_unfinished(TaskId(name) for name in found)
    for name, path in found.items():
        if name not in live:
            shutil.rmtree(path, ignore_errors=True)
