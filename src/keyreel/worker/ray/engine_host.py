"""The engine's host: what a Ray actor runs. It has a child process render, on the actor's machine.

The child is the one that the worker itself would start, so an engine that hangs or crashes takes only the
child along. The host ends work that its caller no longer asks about, and, after a while without a caller,
itself: its worker may be gone.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, NoReturn

import keyreel
from keyreel.errors import KeyreelError, Unavailable
from keyreel.storage.passing_faults import find_passing_fault
from keyreel.tasks.installation.workers import ANNOUNCEMENT_SECONDS
from keyreel.worker.children.pool import ChildPool
from keyreel.worker.children.protocol import (
    ForgetStep,
    LoadStep,
    PreviewFrame,
    ProgressReport,
    RecommendWork,
    SaveStep,
    StepResult,
    WorkDone,
    WorkStarted,
)
from keyreel.worker.guards import run_guarded
from keyreel.worker.ray.messages import Shipment, WorkAlive, WorkRaised
from keyreel.worker.ray.task_files import read_files, read_named_files, rename_paths, write_files

if TYPE_CHECKING:
    from keyreel.worker.children.protocol import ToWorker
    from keyreel.worker.ray.messages import HostedWork, HostSetup

_POLL_SECONDS: Final = 1.0
"""How long a poll waits for news."""
_PATIENCE_SECONDS: Final = 15.0
"""Work that nobody asks about for longer is ended: a new attempt begins 30 s after its worker was killed."""
_OWNER_SILENCE_SECONDS: Final = 3 * ANNOUNCEMENT_SECONDS
"""A host that hears nothing of its worker for longer ends, and its place in the cluster is free: by then the
other nodes do not count that worker either. One that comes back before finds its model loaded."""
_ANSWER_SECONDS: Final = 0.2
"""An answer is on its way for less."""


class RenderUnwanted(KeyreelError):
    """Nobody waits for this render any more."""


class EngineHost:
    """Hosts one engine, and does one piece of work at a time: a newer one ends an older one first."""

    def __init__(self, setup: HostSetup) -> None:
        self._setup = setup
        self._renders: dict[str, HostedRender] = {}
        self._turn = asyncio.Lock()
        self._end: asyncio.TimerHandle | None = None
        self._pool = ChildPool.for_engine(
            setup.engine, 1, setup.timeout_seconds, kernel_guards=setup.kernel_guards
        )

    async def greet(self) -> tuple[str, HostSetup]:
        """Return Keyreel's version on this machine, and how the host was made; it stays for a while."""
        self._stay()
        return keyreel.__version__, self._setup

    def _stay(self) -> None:
        """End this process later, unless its worker is heard of again."""
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(_OWNER_SILENCE_SECONDS, os._exit, 0)

    async def accept(self, number: str, hosted: HostedWork) -> None:
        """Take a piece of work, to be called this number; what else is done here is ended.

        It is a call of its own, because Ray may begin calls in another order than they were made.
        """
        for other in self._renders.values():
            other.stop()
        self._renders[number] = HostedRender(hosted)

    async def run(self, number: str) -> None:
        """Do a piece of work that was accepted, once no other is done here; `poll` returns its news."""
        render = self._renders[number]
        try:
            async with self._turn:
                await render.run(self._pool)
        finally:
            await render.wait_until_told()
            del self._renders[number]

    async def poll(self, number: str) -> list[Shipment]:
        """Return what is new about a piece of work, waiting for it for a second.

        Raises:
            KeyError: it is not done here any more.
        """
        self._stay()
        return await self._renders[number].poll()

    async def answer(self, number: str, shipment: Shipment) -> None:
        """Answer what a piece of work has asked."""
        if number in self._renders:
            self._renders[number].answer(shipment)

    async def stop(self, number: str) -> None:
        """End a piece of work, if it is done here."""
        if number in self._renders:
            self._renders[number].stop()

    async def close(self) -> None:
        """End all work and the child."""
        if self._end is not None:
            self._end.cancel()
        for render in self._renders.values():
            render.stop()
        async with self._turn:
            await self._pool.__aexit__(None, None, None)

    async def end(self) -> None:
        """End all work and the child, and then this process, once this was answered."""
        await self.close()
        asyncio.get_running_loop().call_later(_ANSWER_SECONDS, os._exit, 0)


class HostedRender:
    """A piece of work at its host: its files, its news for the worker, and the answers to its questions."""

    def __init__(self, hosted: HostedWork) -> None:
        self._hosted = hosted
        self._folder = Path(mkdtemp(prefix="keyreel-ray-"))
        self._news: list[Shipment] = []
        self._has_news = asyncio.Event()
        self._was_told = asyncio.Event()
        self._stirred = asyncio.Event()
        self._is_unwanted = False
        self._asking = asyncio.Lock()
        self._answers: asyncio.Queue[Shipment] = asyncio.Queue()

    async def run(self, pool: ChildPool) -> None:
        """Do the work in a child of the pool; its result or error is the last of the news."""
        try:
            self._tell(WorkStarted())
            shipment = await run_guarded(self._work(pool), self._raise_when_unwanted())
        except KeyreelError as error:
            shipment = Shipment(WorkRaised(error))
        except OSError as error:
            shipment = Shipment(WorkRaised(find_passing_fault(error) or Unavailable(str(error))))
        finally:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
        self._add(shipment)

    async def _work(self, pool: ChildPool) -> Shipment:
        await asyncio.to_thread(write_files, self._folder, self._hosted.files)
        work = rename_paths(self._hosted.work, self._to_here)
        if isinstance(work, RecommendWork):
            return Shipment(WorkDone(await pool.run(work, self)))
        work.folder.mkdir(parents=True, exist_ok=True)
        clip = await pool.run(work, self)
        files = await asyncio.to_thread(read_files, self._folder, [clip.path])
        return Shipment(WorkDone(replace(clip, path=Path(self._to_worker(str(clip.path))))), files)

    async def poll(self) -> list[Shipment]:
        """Return the news, waiting for some for a second."""
        self._stirred.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):
                await self._has_news.wait()
        news, self._news = self._news, []
        self._has_news.clear()
        if any(isinstance(each.message, WorkDone | WorkRaised) for each in news):
            self._was_told.set()
        return news or [Shipment(WorkAlive())]

    def stop(self) -> None:
        """End the work: it is not wanted."""
        self._is_unwanted = True
        self._stirred.set()
        self._was_told.set()

    def answer(self, shipment: Shipment) -> None:
        """Take the answer to what was asked last."""
        self._answers.put_nowait(shipment)

    async def wait_until_told(self) -> None:
        """Wait until the last of the news was asked for, or nobody asks any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._was_told.wait()

    def report_progress(self, fraction: float) -> None:
        """Tell progress, 0.0 … 1.0."""
        self._tell(ProgressReport(fraction))

    def show_preview(self, jpeg: bytes) -> None:
        """Tell the newest frame, in the place of an older one that was not asked for yet."""
        self._news = [each for each in self._news if not isinstance(each.message, PreviewFrame)]
        self._tell(PreviewFrame(jpeg))

    async def load_step(self, step: str) -> str | None:
        """Return what a finished step gave, with its files on this machine; None if it is not finished."""
        return await self._ask(Shipment(LoadStep(step)))

    async def save_step(self, step: str, result: str) -> None:
        """Have the worker keep what a finished step gave, with the files that it names."""
        files = await asyncio.to_thread(read_named_files, self._folder, result)
        await self._ask(Shipment(SaveStep(step, self._to_worker(result)), files))

    async def forget_step(self, step: str) -> None:
        """Take a finished step back."""
        await self._ask(Shipment(ForgetStep(step)))

    async def _ask(self, request: Shipment) -> str | None:
        async with self._asking:
            self._add(request)
            shipment = await self._answers.get()
        await asyncio.to_thread(write_files, self._folder, shipment.files)
        assert isinstance(shipment.message, StepResult)
        result = shipment.message.result
        return None if result is None else self._to_here(result)

    async def _raise_when_unwanted(self) -> NoReturn:
        while not self._is_unwanted:
            self._stirred.clear()
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._stirred.wait()
            except TimeoutError:
                break
        raise RenderUnwanted

    def _tell(self, message: ToWorker) -> None:
        self._add(Shipment(message))

    def _add(self, shipment: Shipment) -> None:
        self._news.append(shipment)
        self._has_news.set()

    def _to_here(self, text: str) -> str:
        return text.replace(str(self._hosted.folder), str(self._folder))

    def _to_worker(self, text: str) -> str:
        return text.replace(str(self._folder), str(self._hosted.folder))
