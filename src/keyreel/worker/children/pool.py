"""Where rendering and finishing run: in children that keep what they need and can be killed at any time."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol, Self

import structlog

from keyreel.errors import RenderCrashed, RenderFailed, Unavailable
from keyreel.worker.children.protocol import (
    LENGTH_PREFIX,
    FinishWork,
    LoadStep,
    ProgressReport,
    RecommendWork,
    RenderWork,
    SaveStep,
    StepResult,
    ToChild,
    ToWorker,
    Work,
    WorkDone,
    WorkFailed,
    WorkStarted,
    pack_message,
)
from keyreel.worker.children.roles import ENGINE_ROLE, FINISHING_ROLE
from keyreel.worker.guards import run_guarded

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path
    from types import TracebackType

    from keyreel.engine import Clip
    from keyreel.finishing.context import FinishingContext
    from keyreel.finishing.pipeline import FinishedVideo
    from keyreel.order import Order
    from keyreel.worker.children.protocol import WorkResult

_GRACE_SECONDS: Final = 1.0
"""Between asking a child to end and killing it."""
_STDERR: Final = 2

_log = structlog.stdlib.get_logger(__name__)


class JobServer(Protocol):
    """What a render needs from the worker while it runs."""

    def report_progress(self, fraction: float) -> None:
        """Take note of progress."""
        ...

    async def load_step(self, step: str) -> str | None:
        """Return what a finished step gave."""
        ...

    async def save_step(self, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        ...


class ChildPool:
    """Works in at most `slots` children of one role. Enter it before use; leaving it ends them."""

    def __init__(
        self, role: str, name: str, slots: int, timeout_seconds: float, *, kernel_guards: bool = True
    ) -> None:
        self._role = role
        self._name = name
        self._timeout = timeout_seconds
        self._kernel_guards = kernel_guards
        self._slots = asyncio.Semaphore(slots)
        self._idle: list[Child] = []
        self._dying: list[Child] = []

    @classmethod
    def for_engine(cls, name: str, slots: int, timeout_seconds: float, *, kernel_guards: bool = True) -> Self:
        """Make an executor that renders with the engine of this name."""
        return cls(ENGINE_ROLE, name, slots, timeout_seconds, kernel_guards=kernel_guards)

    @classmethod
    def for_finishing(cls, slots: int, timeout_seconds: float, *, kernel_guards: bool = True) -> Self:
        """Make an executor that finishes clips."""
        return cls(FINISHING_ROLE, "", slots, timeout_seconds, kernel_guards=kernel_guards)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with asyncio.TaskGroup() as group:
            for child in self._idle:
                group.create_task(child.shut_down())
            for child in self._dying:
                group.create_task(child.kill())
        self._idle.clear()
        self._dying.clear()

    async def render(self, order: Order, folder: Path, job_server: JobServer) -> Clip:
        """Render in a child. Cancelling this kills the child and whatever it has started.

        Raises:
            RenderFailed: the engine gave up, with its reason.
            RenderCrashed: the child died, or gave no sign of life for the timeout.
            Unavailable: the disk is full.
        """
        clip: Clip = await self._run_work(RenderWork(order, folder), job_server)
        return clip

    async def finish(
        self, clip: Clip, order: Order, context: FinishingContext, job_server: JobServer
    ) -> FinishedVideo:
        """Finish a clip in a child, as `render` renders."""
        finished: FinishedVideo = await self._run_work(FinishWork(clip, order, context), job_server)
        return finished

    async def recommend_prompt(self, order: Order, job_server: JobServer) -> str:
        """Make a prompt from an order's images in a child, as `render` renders."""
        prompt: str = await self._run_work(RecommendWork(order), job_server)
        return prompt

    async def warm_up(self) -> None:
        """Start a child ahead of its first work, if none is there."""
        if not self._idle and not self._slots.locked():
            self._idle.append(await self._spawn_child())

    async def _run_work(self, work: Work, job_server: JobServer) -> Any:
        async with self._slots:
            child = await self._start_work(work)
            try:
                result = await child.serve_until_done(job_server)
            except BaseException:
                # After an error too: who knows in which state it left the child.
                await self._kill_child(child)
                raise
            self._idle.append(child)
            return result

    async def _start_work(self, work: Work) -> Child:
        """Hand the work to a child that is alive; one that ended while idle counts against nobody."""
        while self._idle:
            child = self._idle.pop()
            with suppress(RenderCrashed):
                return await self._begin_or_kill(child, work)
            _log.info("child ended while idle", role=self._role, engine=self._name)
        return await self._begin_or_kill(await self._spawn_child(), work)

    async def _spawn_child(self) -> Child:
        return await Child.spawn(self._role, self._name, self._timeout, kernel_guards=self._kernel_guards)

    async def _begin_or_kill(self, child: Child, work: Work) -> Child:
        try:
            await child.begin_work(work)
        except BaseException:
            await self._kill_child(child)
            raise
        return child

    async def _kill_child(self, child: Child) -> None:
        # If this is cancelled half-way, leaving the executor finishes it.
        self._dying.append(child)
        await child.kill()
        self._dying.remove(child)


class Child:
    """One child process, leader of its own session and process group."""

    def __init__(
        self,
        process: Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        timeout_seconds: float,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._timeout = timeout_seconds

    @classmethod
    async def spawn(cls, role: str, name: str, timeout_seconds: float, *, kernel_guards: bool) -> Self:
        """Start a child; `kernel_guards` has Linux's kernel watch over it.

        The calling thread must be the event loop's own: the kernel kills the child when that thread ends.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-P", "-m", "keyreel.worker.children.process", role, name),
                    *(str(theirs.fileno()), str(os.getpid()), str(int(kernel_guards))),
                    pass_fds=(theirs.fileno(),),
                    stdin=DEVNULL,
                    stdout=_STDERR,
                    start_new_session=True,
                )
            except BaseException:
                writer.close()
                raise
        return cls(process, reader, writer, timeout_seconds)

    async def begin_work(self, work: Work) -> None:
        """Hand work over, and wait until it is begun."""
        await run_guarded(self._send_work(work), self._raise_on_exit())

    async def serve_until_done(self, job_server: JobServer) -> WorkResult:
        """Serve the work until it has ended."""
        return await run_guarded(self._serve_requests(job_server), self._raise_on_exit())

    async def kill(self) -> None:
        """End the child and its whole process group: asked first, then by force."""
        self._writer.close()
        self._signal(signal.SIGTERM)
        await self._wait_or_kill()

    async def shut_down(self) -> None:
        """Let an idle child leave its engine in order, then make sure that nothing of it is left."""
        self._writer.close()
        await self._wait_or_kill()

    async def _wait_or_kill(self) -> None:
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            _log.info("child does not end by itself", pid=self._process.pid)
        finally:
            # Also when the child itself has ended: processes that it started may have stayed.
            self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    async def _send_work(self, work: Work) -> None:
        await self._send(work)
        match await self._receive():
            case WorkStarted():
                return
            case WorkFailed() as broke:
                _log.error("child cannot start", trace=broke.traceback)
                raise RenderFailed("The engine could not be started.")
            case _:
                raise RenderCrashed

    async def _serve_requests(self, job_server: JobServer) -> WorkResult:
        while True:
            match await self._receive():
                case ProgressReport(fraction):
                    job_server.report_progress(fraction)
                case LoadStep(step):
                    await self._send(StepResult(await job_server.load_step(step)))
                case SaveStep(step, result):
                    await job_server.save_step(step, result)
                    await self._send(StepResult(result))
                case WorkDone(result):
                    return result
                case WorkFailed() as broke:
                    raise _to_error(broke)
                case WorkStarted():
                    raise RenderCrashed

    async def _send(self, message: ToChild) -> None:
        try:
            self._writer.write(pack_message(message))
            await self._writer.drain()
        except OSError:
            await self._raise_after_hangup()

    async def _receive(self) -> ToWorker:
        try:
            async with asyncio.timeout(self._timeout):
                (length,) = LENGTH_PREFIX.unpack(await self._reader.readexactly(LENGTH_PREFIX.size))
                data = await self._reader.readexactly(length)
        except TimeoutError as error:
            raise RenderCrashed(
                f"The render process made no progress for {self._timeout:g} s and was ended."
            ) from error
        except (OSError, EOFError):
            await self._raise_after_hangup()
        message: ToWorker = pickle.loads(data)  # noqa: S301 - from a process of our own making
        return message

    async def _raise_on_exit(self) -> NoReturn:
        # The socket alone does not tell: a process that the engine forked may hold its other end open.
        status = await self._process.wait()
        _log.warning("child died", pid=self._process.pid, status=status)
        if status == -signal.SIGTERM:
            # Whoever stops a whole service tells all its processes: our own end must not look like a crash.
            await asyncio.sleep(_GRACE_SECONDS)
        raise RenderCrashed

    async def _raise_after_hangup(self) -> NoReturn:
        # The child is as good as dead, and _death knows more about it.
        await asyncio.sleep(2 * _GRACE_SECONDS)
        raise RenderCrashed


def _to_error(failure: WorkFailed) -> RenderFailed | Unavailable:
    if failure.error_name == Unavailable.__name__:
        return Unavailable(failure.reason)
    if failure.reason:
        return RenderFailed(failure.reason)
    _log.error("a child's work raised an unexpected error", error=failure.error_name, trace=failure.traceback)
    return RenderFailed("The render failed by an error of its own; the operator's log tells more.")
