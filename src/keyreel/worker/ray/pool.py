"""The slots of an engine on a Ray cluster, each a host there: the same promise as a pool of children."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import replace
from hashlib import sha256
from socket import gethostname
from typing import TYPE_CHECKING, Final, overload

import structlog

import keyreel
from keyreel.engine import Clip
from keyreel.errors import Unavailable
from keyreel.worker.children.child import keep_step
from keyreel.worker.children.protocol import (
    ForgetStep,
    LoadStep,
    PreviewFrame,
    ProgressReport,
    RecommendWork,
    RenderWork,
    SaveStep,
    StepResult,
    WorkDone,
    WorkStarted,
    pack_message,
)
from keyreel.worker.executors.executor import ExecutorUnavailable
from keyreel.worker.ray.messages import (
    HostedWork,
    HostSetup,
    Shipment,
    WorkPending,
    WorkRaised,
    read_message,
)
from keyreel.worker.ray.task_files import list_inputs, read_files, read_named_files, write_files

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from pathlib import Path

    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.finishing.acceptance.flaw import Flaw
    from keyreel.finishing.finished_video import FinishedVideo
    from keyreel.settings.engines import EngineSpec
    from keyreel.worker.children.protocol import ConformWork, FinishWork, InspectWork, Work, WorkResult
    from keyreel.worker.executors.executor import StepKeeper
    from keyreel.worker.ray.cluster import RayCluster
    from keyreel.worker.ray.messages import EngineWork
    from keyreel.worker.settings import WorkerSettings

_SILENCE_SECONDS: Final = 90.0
"""A driver that tells nothing for longer is stuck: it tells something every second, and at the latest after a
host was silent for 30 s and the cluster for 5 s."""
_TOLD_WAIT_SECONDS: Final = 5.0
"""A shorter wait is not worth a note: to start a host takes a second or two."""
_WAIT_NOTE: Final = "This video waited {seconds:.0f} s for capacity in the Ray cluster."
_LOST: Final = "The Ray cluster was lost during the render."

_log = structlog.stdlib.get_logger(__name__)


class RayPool:
    """Works in at most `slots` hosts of one engine, which stay when their work is done or was cancelled."""

    def __init__(
        self, cluster: RayCluster, configured: ConfiguredEngine, spec: EngineSpec, settings: WorkerSettings
    ) -> None:
        self._cluster = cluster
        self._engine = configured.name
        self._folder = settings.folder.resolve()
        self._setup = HostSetup(
            keyreel.__version__,
            spec,
            dict(configured.resources),
            settings.render_timeout_seconds,
            settings.kernel_guards,
        )
        self._slots = asyncio.Semaphore(configured.slots)
        self._free = list(range(configured.slots))

    @overload
    async def run(self, work: RenderWork | ConformWork, attempt: StepKeeper) -> Clip: ...
    @overload
    async def run(self, work: InspectWork, attempt: StepKeeper) -> tuple[Flaw, ...]: ...
    @overload
    async def run(self, work: FinishWork, attempt: StepKeeper) -> FinishedVideo: ...
    @overload
    async def run(self, work: RecommendWork, attempt: StepKeeper) -> str: ...
    async def run(self, work: Work, attempt: StepKeeper) -> WorkResult:
        """Do an engine's work in a host, as `Executor.run` has it; it waits for room in the cluster."""
        if not isinstance(work, RenderWork | RecommendWork):
            raise TypeError(f"an engine's host cannot do {type(work).__name__}")
        async with self._slots:
            slot = heapq.heappop(self._free)
            try:
                return await self._run_in_slot(slot, work, attempt)
            finally:
                heapq.heappush(self._free, slot)

    async def warm_up(self) -> None:
        """Do nothing: a cluster that has no room now must not hold up the worker's start."""

    async def _run_in_slot(self, slot: int, work: EngineWork, attempt: StepKeeper) -> Clip | str:
        folder = self._find_task_folder(work)
        files = await asyncio.to_thread(read_files, folder, list_inputs(work))
        reader, writer = await self._cluster.open_connection()
        try:
            writer.write(pack_message(HostedWork(self._name_host(slot), self._setup, folder, work, files)))
            return await HostedCall(self._cluster, self._engine, folder, attempt).serve(reader, writer)
        finally:
            writer.close()  # What is still done for it is ended by that.

    def _find_task_folder(self, work: EngineWork) -> Path:
        """Return the folder below the worker's that holds all of the task's files."""
        inside = [*list_inputs(work), *([work.folder] if isinstance(work, RenderWork) else [])]
        return (
            self._folder / inside[0].resolve().relative_to(self._folder).parts[0] if inside else self._folder
        )

    def _name_host(self, slot: int) -> str:
        """Return the same name whenever this worker is started: it finds its hosts again, and no other's."""
        place = f"{gethostname()}:{self._folder}"
        return f"{sha256(place.encode()).hexdigest()[:16]}/{self._engine}/{slot}"


class HostedCall:
    """The worker's end of a connection to the driver, for one piece of work."""

    def __init__(self, cluster: RayCluster, engine: str, folder: Path, attempt: StepKeeper) -> None:
        self._cluster = cluster
        self._engine = engine
        self._folder = folder
        self._attempt = attempt
        self._pending_seconds = 0.0
        self._has_started = False

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> Clip | str:
        """Answer what the work asks, up to its result.

        Raises:
            KeyreelError: what the work ended by.
            ExecutorUnavailable: the cluster was lost before it began; Unavailable: later.
        """
        while True:
            shipment = await self._receive(reader)
            match shipment.message:
                case WorkPending(seconds):
                    self._note_pending(seconds)
                case WorkStarted():
                    self._has_started = True
                case ProgressReport() | PreviewFrame() as news:
                    self._pass_on(news)
                case LoadStep() | SaveStep() | ForgetStep() as request:
                    writer.write(pack_message(await self._keep(request, shipment)))
                case WorkRaised(error):
                    raise error
                case WorkDone(result):
                    await asyncio.to_thread(write_files, self._folder, shipment.files)
                    return self._add_note(result)
                case _:
                    continue  # It is alive.

    def _pass_on(self, news: ProgressReport | PreviewFrame) -> None:
        if isinstance(news, ProgressReport):
            self._attempt.report_progress(news.fraction)
        else:
            self._attempt.show_preview(news.jpeg)

    async def _receive(self, reader: StreamReader) -> Shipment:
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                message = await read_message(reader)
        except (TimeoutError, OSError, EOFError) as error:
            if isinstance(error, TimeoutError):
                self._cluster.abandon()
            raise (Unavailable if self._has_started else ExecutorUnavailable)(_LOST) from error
        assert isinstance(message, Shipment)
        return message

    async def _keep(self, request: LoadStep | SaveStep | ForgetStep, shipment: Shipment) -> Shipment:
        """Do what the work asks of a step; files that the step names go both ways."""
        await asyncio.to_thread(write_files, self._folder, shipment.files)
        result = await keep_step(request, self._attempt)
        if result is None or not isinstance(request, LoadStep):
            return Shipment(StepResult(result))
        files = await asyncio.to_thread(read_named_files, self._folder, result)
        return Shipment(StepResult(result), files)

    def _note_pending(self, seconds: float) -> None:
        if self._pending_seconds < _TOLD_WAIT_SECONDS <= seconds:
            _log.warning("the Ray cluster has no capacity for the engine yet", engine=self._engine)
        self._pending_seconds = seconds

    def _add_note(self, result: WorkResult) -> Clip | str:
        assert isinstance(result, Clip | str)
        if isinstance(result, str) or self._pending_seconds < _TOLD_WAIT_SECONDS:
            return result
        note = _WAIT_NOTE.format(seconds=self._pending_seconds)
        return replace(result, notes=(*result.notes, note))
