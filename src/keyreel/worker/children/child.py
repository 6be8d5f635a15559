"""One child process as its worker sees it: started, given work over a socket, and ended for certain."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn, Self

import structlog

from keyreel.errors import EngineUnavailable, KeyreelError, RenderCrashed, RenderFailed, Unavailable
from keyreel.worker.children.protocol import (
    LENGTH_PREFIX,
    SHORTAGE_STATUS,
    ChildSetup,
    ForgetStep,
    LoadStep,
    PreviewFrame,
    ProgressReport,
    SaveStep,
    StepResult,
    WorkDone,
    WorkFailed,
    WorkStarted,
    pack_message,
)
from keyreel.worker.executors.executor import EngineNotStarted
from keyreel.worker.guards import run_guarded

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from keyreel.settings.engines import EngineSpec
    from keyreel.worker.children.protocol import ToChild, ToWorker, Work, WorkResult
    from keyreel.worker.executors.executor import StepKeeper

_GRACE_SECONDS: Final = 1.0
"""Between asking a child to end and killing it."""
_STDERR: Final = 2
"""The file descriptor of the worker's standard error."""

_log = structlog.stdlib.get_logger(__name__)


class WorkNotStarted(RenderCrashed):
    """The child ended before it began with the work."""


class Child:
    """One child process, leader of its own session and process group. It does one piece of work at a time."""

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
    async def spawn(
        cls, role: str, engine: EngineSpec | None, timeout_seconds: float, *, kernel_guards: bool
    ) -> Self:
        """Start a child, which hosts the engine if there is one; Linux's kernel watches with `kernel_guards`.

        The calling thread must be the event loop's own: the kernel kills the child when that thread ends.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-P", "-m", "keyreel.worker.children.process", role, engine.name if engine else ""),
                    *(str(theirs.fileno()), str(os.getpid()), str(int(kernel_guards))),
                    pass_fds=(theirs.fileno(),),
                    stdin=DEVNULL,
                    stdout=_STDERR,
                    start_new_session=True,
                )
            except BaseException:
                writer.close()
                raise
        writer.write(pack_message(ChildSetup(engine)))  # A child that ended at once is met by its first work.
        return cls(process, reader, writer, timeout_seconds)

    async def call(self, work: Work, attempt: StepKeeper) -> WorkResult:
        """Have the child do the work, and answer what it asks of the attempt meanwhile.

        After any error the child's state is unknown: kill it.

        Raises:
            RenderFailed: the work failed, with a reason for people.
            EngineUnavailable: it did not begin; EngineNotStarted: nor can it without the operator.
            WorkNotStarted: the child ended, or was silent for the timeout, before it began.
            RenderCrashed: it did so later.
            Unavailable: the child lacks what passes: room on the disk, memory, descriptors.
        """
        try:
            await run_guarded(self._start(work), self._raise_on_exit())
        except RenderCrashed as error:
            raise WorkNotStarted(error.message) from error
        return await run_guarded(self._serve(attempt), self._raise_on_exit())

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

    async def _start(self, work: Work) -> None:
        await self._send(work)
        match await self._receive():
            case WorkStarted():
                return
            case WorkFailed(reason, Unavailable.__name__):
                raise Unavailable(reason)
            case WorkFailed() as failure:
                _log.error("child cannot start", trace=failure.traceback)
                raise EngineNotStarted
            case _:
                raise RenderCrashed

    async def _serve(self, attempt: StepKeeper) -> WorkResult:
        while True:
            match await self._receive():
                case ProgressReport(fraction):
                    attempt.report_progress(fraction)
                case PreviewFrame(jpeg):
                    attempt.show_preview(jpeg)
                case LoadStep() | SaveStep() | ForgetStep() as request:
                    await self._send(StepResult(await keep_step(request, attempt)))
                case WorkDone(result):
                    return result
                case WorkFailed() as failure:
                    raise _to_error(failure)
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
                f"The render process made no progress for {self._timeout:g} s and was stopped."
            ) from error
        except (OSError, EOFError):
            await self._raise_after_hangup()
        message: ToWorker = pickle.loads(data)  # noqa: S301 - from a process of our own making
        return message

    async def _raise_on_exit(self) -> NoReturn:
        # The socket alone is not enough: a process that the engine forked may hold its other end open.
        status = await self._process.wait()
        _log.warning("child died", pid=self._process.pid, status=status)
        if status == SHORTAGE_STATUS:
            raise Unavailable
        if status == -signal.SIGTERM:
            # A service manager signals all processes at once: our worker's end must not look like a crash.
            await asyncio.sleep(_GRACE_SECONDS)
        raise RenderCrashed

    async def _raise_after_hangup(self) -> NoReturn:
        # The child is about to exit, and `_raise_on_exit` knows more about it.
        await asyncio.sleep(2 * _GRACE_SECONDS)
        raise RenderCrashed


async def keep_step(request: LoadStep | SaveStep | ForgetStep, attempt: StepKeeper) -> str | None:
    """Do what a child asks of a step; return the step's result after that; None where it has none."""
    match request:
        case LoadStep(step):
            return await attempt.load_step(step)
        case SaveStep(step, result):
            await attempt.save_step(step, result)
            return result
        case ForgetStep(step):
            await attempt.forget_step(step)
            return None


def _to_error(failure: WorkFailed) -> KeyreelError:
    for error_class in (Unavailable, EngineUnavailable, RenderCrashed):
        if failure.error_name == error_class.__name__:
            return error_class(failure.reason)
    if failure.reason:
        return RenderFailed(failure.reason)
    _log.error("a child's work raised an unexpected error", error=failure.error_name, trace=failure.traceback)
    return RenderFailed("The render failed with an internal error. See the operator's log.")
