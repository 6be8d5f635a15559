"""From a claim to a settled task: gather, render, inspect, finish, store, settle."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import structlog

from keyreel.errors import (
    Cancelled,
    EngineUnavailable,
    InternalFault,
    InvalidRequest,
    KeyreelError,
    LeaseLost,
    Refusal,
    RenderCrashed,
    RenderFailed,
    Unavailable,
)
from keyreel.finishing.context import FinishingContext
from keyreel.settings.engines import BUILT_IN_ENGINE
from keyreel.storage.keys import make_preview_key, make_result_keys
from keyreel.storage.passing_faults import find_passing_fault, translate_passing_faults
from keyreel.tasks.database.retry import (
    NO_TIMEOUT,
    WORKER_RETRY_SECONDS,
    retry_async_while_unavailable,
    write_when_available,
)
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.presentation import parse_stored_request
from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.inputs.urls import is_http_url
from keyreel.wire.requests.dev_markers import DevMarkers, parse_markers
from keyreel.worker.acceptance import InspectedClip, make_accepted_clip
from keyreel.worker.attempt import RunningAttempt
from keyreel.worker.children.protocol import ConformWork, FinishWork, InspectWork, RecommendWork, RenderWork
from keyreel.worker.draft_order import adapt_to_draft
from keyreel.worker.engine_binding import EngineBusy
from keyreel.worker.executors.executor import ExecutorUnavailable
from keyreel.worker.guards import run_guarded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from keyreel.engine import Clip
    from keyreel.finishing.finished_video import FinishedVideo
    from keyreel.order import Order
    from keyreel.storage.objects import ObjectStorage
    from keyreel.task import Task
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.task_queue import Claim, FencingToken
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.worker.attempt import EngineAttempt
    from keyreel.worker.engine_binding import EngineBinder
    from keyreel.worker.executors.executor import Executor
    from keyreel.worker.remote.engines import RemoteEngines
    from keyreel.worker.settings import WorkerSettings
    from keyreel.worker.slots import RenderSlot

_INTERNAL_ERROR_MESSAGE: Final = (
    "An internal error ended the task. The operator can find it in the log by the task's ID."
)
_FIRST_PUT_BACK_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PUT_BACK_PAUSE: Final = timedelta(minutes=1)
"""Between them, by its attempts, a task waits that the system has refused something for a while."""
_RECOMMENDED_PROMPT_STEP: Final = "recommended-prompt"
"""The durable step that makes a prompt: every attempt at a task uses the same one."""

T = TypeVar("T")

_log = structlog.stdlib.get_logger(__name__)


class InputGatherer(Protocol):
    """Fetches what an order is made from."""

    def warm_up(self) -> None:
        """Start ahead what the first inputs need."""
        ...

    async def gather(self, endpoint: Endpoint, order: Order, folder: Path, *, tenant: str) -> Order:
        """Return the order with its images as PNG files in `folder`, and with its size settled."""
        ...

    async def fetch_video(self, url: str, target: Path, *, tenant: str) -> None:
        """Save the video at an address that a stranger gave."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerPools:
    """Where the parts of the work are done.

    `engines` holds an executor for each engine that renders, and one for the built-in engine.
    """

    binder: EngineBinder
    engines: Mapping[str, Executor]
    remote: RemoteEngines
    """The other engines that the binder names: they only wait."""
    recommending: Executor
    """Recommends prompts where none of a task's engines does."""
    finishing: Executor


class TaskPipeline:
    """Makes the videos of claimed tasks, and settles the tasks whatever happens."""

    def __init__(
        self,
        store: TaskStore,
        storage: ObjectStorage,
        intake: InputGatherer,
        *,
        settings: WorkerSettings,
        random: Random,
    ) -> None:
        self._queue = store.queue
        self._store = store
        self._storage = storage
        self._intake = intake
        self._settings = settings
        self._tracer = settings.tracer
        self._random = random

    async def run_claim(self, claim: Claim, pools: WorkerPools, slot: RenderSlot) -> None:
        """Make one video and settle its task; never raises for what one task can do wrong.

        On cancellation the task goes back to the queue, with its finished steps. Inputs that are fetched are
        gathered outside the slot, once an attempt: a crash of the render does not fetch them again.
        """
        token = claim.token
        every = self._settings.poll_seconds
        attempt = RunningAttempt(self._store, self._storage, token, every_seconds=every, random=self._random)
        try:
            outcome = await run_guarded(
                self._produce_outcome(claim.task, attempt, pools, slot), attempt.watch()
            )
            await write_when_available(
                self._store.writer, lambda: self._queue.settle(token, outcome), NO_TIMEOUT, self._random
            )
            _log.info(
                "task settled", task=token.task_id, attempt=token.attempt, outcome=type(outcome).__name__
            )
            await self._clean_up(token, keep_last=isinstance(outcome, Success))
        except Cancelled:
            _log.info("task cancelled", task=token.task_id, attempt=token.attempt)
            await attempt.tell_cancelled()
            await self._clean_up(token, keep_last=False)
        except LeaseLost:
            _log.warning("attempt lost", task=token.task_id, attempt=token.attempt)
            await self._delete_files(token, token.attempt)
        except (Unavailable, EngineBusy) as fault:
            # The steps of this attempt stay for the next one, which gathers its inputs anew.
            shutil.rmtree(self._get_attempt_folder(token) / "inputs", ignore_errors=True)
            pause = timedelta(0) if isinstance(fault, EngineBusy) else None
            await self.put_back(token, fault.message, pause)
        except asyncio.CancelledError:
            with suppress(KeyreelError):
                await self._store.writer.run(lambda: self._queue.requeue(token))
                _log.info("task requeued", task=token.task_id, attempt=token.attempt)
            raise

    async def put_back(self, token: FencingToken, reason: str, pause: timedelta | None = None) -> None:
        """Requeue a task whose attempt could not go on: after `pause`, or one that grows with attempts."""
        growing = min(_FIRST_PUT_BACK_PAUSE * 2 ** min(token.attempt - 1, 10), _LONGEST_PUT_BACK_PAUSE)
        wait = growing if pause is None else pause
        with suppress(Cancelled, LeaseLost):
            await write_when_available(
                self._store.writer, lambda: self._queue.requeue(token, wait), NO_TIMEOUT, self._random
            )
            _log.warning("task waits", task=token.task_id, reason=reason, seconds=wait.total_seconds())

    async def _produce_outcome(
        self, task: Task, attempt: RunningAttempt, pools: WorkerPools, slot: RenderSlot
    ) -> Success | Failure:
        try:
            return await self._produce_video(task, attempt, pools, slot)
        except (Cancelled, LeaseLost, Unavailable, EngineBusy):
            raise
        except ExecutorUnavailable as error:
            raise Unavailable(error.message) from error
        except EngineUnavailable as error:  # of the child that finishes, or of the one that recommends
            return Failure(error.message, RenderFailed.__name__)
        except (RenderFailed, RenderCrashed, Refusal) as error:
            _log.info("task failed", task=task.id, fault=type(error).__name__, reason=error.message)
            return Failure(error.message, _get_fault_name(error))
        except Exception as error:  # An error in one task must not stop the others.
            fault = find_passing_fault(error)
            if fault is not None:
                raise fault from error
            _log.exception("internal error", task=task.id)
            return Failure(_INTERNAL_ERROR_MESSAGE, InternalFault.__name__)

    async def _produce_video(
        self, task: Task, attempt: RunningAttempt, pools: WorkerPools, slot: RenderSlot
    ) -> Success:
        folder = self._get_attempt_folder(attempt.token)
        inputs, results = folder / "inputs", folder / "results"
        await self._retry_passing_faults(partial(_make_folders, inputs, results))
        if self._settings.dev:
            await _obey_markers(parse_markers(task.submission.fields))
        request = parse_stored_request(task)
        tenant = task.submission.tenant
        async with slot.set_aside() if _has_remote_inputs(request) else slot.keep():
            with self._tracer.open_step("gather"):
                order = await self._gather_inputs(request, task.submission.seed, inputs, tenant)
        order = adapt_to_draft(order, task)
        await self._retry_passing_faults(pools.finishing.warm_up)
        engines = await self._list_engines(task, order, pools)
        recommender = pools.binder.choose_recommender(order, engines)
        pool = pools.engines.get(recommender or "", pools.recommending)
        order, notes = await self._apply_recommended_prompt(request, order, attempt, pool)
        two_copies = order.watermark is not None and task.draft_of is None and _offers_clean_copy(task)
        # A video of which the client gets an unmarked copy is rendered without the mark: finishing lays it.
        rendered_order = replace(order, watermark=None) if two_copies else order

        render = self._build_renderer(rendered_order, attempt, pools)
        clip = await pools.binder.run_first_available(task, engines, slot, render)
        context = self._build_finishing_context(task, results, clean_copy=two_copies)
        work = FinishWork(clip, order, context)
        with self._tracer.open_step("finish"):
            finished = await self._retry_after_crash(attempt, lambda: pools.finishing.run(work, attempt))
        # What was delivered is what was ordered, or finishing had rejected it: it costs what was held.
        with self._tracer.open_step("store"):
            outcome = await self._store_files(finished, attempt.token)
        return replace(outcome, charged=task.submission.credits, notes=(*notes, *outcome.notes))

    async def _list_engines(self, task: Task, order: Order, pools: WorkerPools) -> tuple[str, ...]:
        return (BUILT_IN_ENGINE,) if task.draft_of else await pools.binder.list_engines(task, order)

    def _build_renderer(
        self, order: Order, attempt: RunningAttempt, pools: WorkerPools
    ) -> Callable[[str], Awaitable[Clip]]:
        """Return a function that makes an accepted clip of the order with the engine of a name."""
        folder = self._get_attempt_folder(attempt.token)

        async def make(order: Order, steps: EngineAttempt) -> InspectedClip:
            async def begin() -> Clip:
                render_folder = Path(mkdtemp(prefix="render-", dir=folder))
                if steps.engine not in pools.remote:
                    work = RenderWork(order, render_folder)
                    return await pools.engines[steps.engine].run(work, steps)
                video = await pools.remote.request_video(order, steps, render_folder)
                return await pools.finishing.run(ConformWork(video, order, render_folder), attempt)

            pools.remote.follow_child(steps)
            clip = await self._retry_after_crash(attempt, begin)
            flaws = await self._retry_after_crash(
                attempt, lambda: pools.finishing.run(InspectWork(clip, order), attempt)
            )
            return InspectedClip(clip, order, flaws)

        async def render(engine: str) -> Clip:
            steps, expense = attempt.for_engine(engine), pools.binder.get_expense(engine)
            async with steps.reserve_render(expense):
                below_bar, is_paid = self._settings.below_bar, expense.is_paid
                with self._tracer.open_step("render"):
                    return await make_accepted_clip(order, steps, make, below_bar, is_paid=is_paid)

        return render

    def _build_finishing_context(self, task: Task, results: Path, *, clean_copy: bool) -> FinishingContext:
        settings = self._settings
        return FinishingContext(
            task.id,
            results,
            settings.producer,
            settings.credentials,
            instruments=settings.instruments,
            clean_copy=clean_copy,
        )

    def _get_attempt_folder(self, token: FencingToken) -> Path:
        return self._settings.folder / token.task_id / str(token.attempt)

    async def _apply_recommended_prompt(
        self, request: Endpoint, order: Order, attempt: RunningAttempt, pool: Executor
    ) -> tuple[Order, tuple[str, ...]]:
        """Replace the client's prompt by a recommended one if the request asks for it; note which."""
        if not request.has_recommended_prompt:
            return order, ()
        prompt = await attempt.load_step(_RECOMMENDED_PROMPT_STEP)
        if prompt is None:
            prompt = await self._retry_after_crash(attempt, lambda: pool.run(RecommendWork(order), attempt))
            await attempt.save_step(_RECOMMENDED_PROMPT_STEP, prompt)
        shots = tuple(replace(shot, prompt=prompt) for shot in order.shots)
        return replace(order, shots=shots), (f"Recommended prompt: {prompt}",)

    async def _gather_inputs(self, request: Endpoint, seed: int, inputs: Path, tenant: str) -> Order:
        order = await self._retry_passing_faults(
            lambda: self._intake.gather(request, request.to_order(seed), inputs, tenant=tenant)
        )
        mark = order.watermark
        return replace(order, watermark=mark and replace(mark, text=self._settings.watermark_text))

    async def _retry_after_crash(self, attempt: RunningAttempt, work: Callable[[], Awaitable[T]]) -> T:
        """Do work again after a crash of its child, until the task has seen `max_crashes` of them.

        Raises:
            Unavailable: the system has refused what the work needs for `WORKER_RETRY_SECONDS`.
        """
        while True:
            try:
                return await self._retry_passing_faults(work)
            except RenderCrashed as error:
                crashes = await write_when_available(
                    self._store.writer,
                    lambda: self._queue.record_crash(attempt.token),
                    NO_TIMEOUT,
                    self._random,
                )
                _log.warning(
                    "child crashed", task=attempt.token.task_id, crashes=crashes, reason=error.message
                )
                if crashes >= self._settings.max_crashes:
                    raise RenderCrashed(f"{error.message.removesuffix('.')} {crashes} times.") from error

    async def _retry_passing_faults(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do work again after growing pauses, for as long as its attempt may hold its slot.

        Raises:
            Unavailable: the system still refuses what the work needs.
        """

        async def work_once() -> T:
            with translate_passing_faults():
                return await work()

        return await retry_async_while_unavailable(work_once, WORKER_RETRY_SECONDS, self._random)

    async def _store_files(self, finished: FinishedVideo, token: FencingToken) -> Success:
        video, cover, clean = make_result_keys(token.task_id, token.attempt)
        made = {video: finished.video, cover: finished.cover, clean: finished.clean}
        files = {key: path for key, path in made.items() if path is not None}
        for key, path in files.items():
            put = partial(self._storage.put_file, key, path)
            await retry_async_while_unavailable(put, NO_TIMEOUT, self._random)
        sizes = {key: path.stat().st_size for key, path in files.items()}
        outcome = Success(video, cover, finished.sha256, finished.fingerprint, finished.notes)
        outcome = replace(outcome, size=str(finished.size), files=sizes)
        return replace(outcome, clean=clean) if finished.clean else outcome

    async def _clean_up(self, token: FencingToken, *, keep_last: bool) -> None:
        """Delete an ended task's work folder, previews, and the files of attempts that did not win."""
        with suppress(RuntimeError):  # No thread to be had: the next start deletes the folder.
            await asyncio.to_thread(shutil.rmtree, self._settings.folder / token.task_id, ignore_errors=True)
        for attempt in range(1, token.attempt + 1):
            await self._delete_files(token, attempt, keep_results=keep_last and attempt == token.attempt)

    async def _delete_files(self, token: FencingToken, attempt: int, *, keep_results: bool = False) -> None:
        results = () if keep_results else make_result_keys(token.task_id, attempt)
        for key in (*results, make_preview_key(token.task_id, attempt)):
            try:
                await self._storage.delete(key)
            except Unavailable:
                _log.warning("file left over", task=token.task_id, key=key)


def _get_fault_name(error: KeyreelError) -> str:
    """Name the error that ended a task: an invalid input behind it goes before the failed render."""
    cause = error.__cause__
    by_input = type(error) is RenderFailed and isinstance(cause, InvalidRequest)
    return type(cause if by_input else error).__name__


async def _obey_markers(markers: DevMarkers) -> None:
    """Wait and fail as the markers in the prompt demand."""
    await asyncio.sleep(markers.slow_seconds)
    if markers.render_error:
        raise markers.render_error


def _has_remote_inputs(request: Endpoint) -> bool:
    """Say whether something is to be fetched by URL, which may take long without any work of ours."""
    sources = (*request.get_image_sources().values(), request.extend_source)
    return any(is_http_url(source) for source in sources)


async def _make_folders(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)


def _offers_clean_copy(task: Task) -> bool:
    """Say whether the dialect of the task offers a copy without the visible mark."""
    name = task.submission.dialect
    return any(dialect.has_clean_copies for dialect in DIALECTS if dialect.name == name)
