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
    LENGTH,
    Broke,
    Finish,
    Made,
    Progress,
    Recall,
    Recalled,
    Recommend,
    Remember,
    Render,
    Started,
    ToChild,
    ToWorker,
    Work,
    packed,
)
from keyreel.worker.children.roles import ENGINE, FINISHING
from keyreel.worker.guards import guarded

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path
    from types import TracebackType

    from keyreel.engine import Clip
    from keyreel.finishing.context import Workbench
    from keyreel.finishing.pipeline import Finished
    from keyreel.order import Order
    from keyreel.worker.children.protocol import Result

_GRACE_SECONDS: Final = 1.0
"""Between asking a child to end and killing it."""
_STDERR: Final = 2

_log = structlog.stdlib.get_logger(__name__)


class Desk(Protocol):
    """What a render needs from the worker while it runs."""

    def reached(self, fraction: float) -> None:
        """Take note of progress."""
        ...

    async def recall(self, step: str) -> str | None:
        """Return what a finished step gave."""
        ...

    async def remember(self, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        ...


class ChildExecutor:
    """Works in at most `slots` children of one role. Enter it before use; leaving it ends them."""

    def __init__(
        self, role: str, name: str, slots: int, timeout_seconds: float, *, kernel_guards: bool = True
    ) -> None:
        self._role = role
        self._name = name
        self._timeout = timeout_seconds
        self._kernel_guards = kernel_guards
        self._free = asyncio.Semaphore(slots)
        self._idle: list[Child] = []
        self._dying: list[Child] = []

    @classmethod
    def of_engine(cls, name: str, slots: int, timeout_seconds: float, *, kernel_guards: bool = True) -> Self:
        """Make an executor that renders with the engine of this name."""
        return cls(ENGINE, name, slots, timeout_seconds, kernel_guards=kernel_guards)

    @classmethod
    def of_finishing(cls, slots: int, timeout_seconds: float, *, kernel_guards: bool = True) -> Self:
        """Make an executor that finishes clips."""
        return cls(FINISHING, "", slots, timeout_seconds, kernel_guards=kernel_guards)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with asyncio.TaskGroup() as group:
            for child in self._idle:
                group.create_task(child.end())
            for child in self._dying:
                group.create_task(child.kill())
        self._idle.clear()
        self._dying.clear()

    async def render(self, order: Order, folder: Path, desk: Desk) -> Clip:
        """Render in a child. Cancelling this kills the child and whatever it has started.

        Raises:
            RenderFailed: the engine gave up, with its reason.
            RenderCrashed: the child died, or gave no sign of life for the timeout.
            Unavailable: the disk is full.
        """
        clip: Clip = await self._made(Render(order, folder), desk)
        return clip

    async def finish(self, clip: Clip, order: Order, workbench: Workbench, desk: Desk) -> Finished:
        """Finish a clip in a child, as `render` renders."""
        finished: Finished = await self._made(Finish(clip, order, workbench), desk)
        return finished

    async def recommend(self, order: Order, desk: Desk) -> str:
        """Make a prompt from an order's pictures in a child, as `render` renders."""
        prompt: str = await self._made(Recommend(order), desk)
        return prompt

    async def warm(self) -> None:
        """Start a child ahead of its first work, if none is there."""
        if not self._idle and not self._free.locked():
            self._idle.append(await self._spawned())

    async def _made(self, asked: Work, desk: Desk) -> Any:
        async with self._free:
            child = await self._started(asked)
            try:
                result = await child.outcome(desk)
            except BaseException:
                # After an error too: who knows in which state it left the child.
                await self._kill(child)
                raise
            self._idle.append(child)
            return result

    async def _started(self, asked: Work) -> Child:
        """Hand the work to a child that is alive; one that ended while idle counts against nobody."""
        while self._idle:
            child = self._idle.pop()
            with suppress(RenderCrashed):
                return await self._begun(child, asked)
            _log.info("child ended while idle", role=self._role, engine=self._name)
        return await self._begun(await self._spawned(), asked)

    async def _spawned(self) -> Child:
        return await Child.spawn(self._role, self._name, self._timeout, kernel_guards=self._kernel_guards)

    async def _begun(self, child: Child, asked: Work) -> Child:
        try:
            await child.begin(asked)
        except BaseException:
            await self._kill(child)
            raise
        return child

    async def _kill(self, child: Child) -> None:
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

    async def begin(self, asked: Work) -> None:
        """Hand work over, and wait until it is begun."""
        await guarded(self._begin(asked), self._death())

    async def outcome(self, desk: Desk) -> Result:
        """Serve the work until it has ended."""
        return await guarded(self._serve(desk), self._death())

    async def kill(self) -> None:
        """End the child and its whole process group: asked first, then by force."""
        self._writer.close()
        self._signal(signal.SIGTERM)
        await self._gone()

    async def end(self) -> None:
        """Let an idle child leave its engine in order, then make sure that nothing of it is left."""
        self._writer.close()
        await self._gone()

    async def _gone(self) -> None:
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

    async def _begin(self, asked: Work) -> None:
        await self._tell(asked)
        match await self._hear():
            case Started():
                return
            case Broke() as broke:
                _log.error("child cannot start", trace=broke.trace)
                raise RenderFailed("The engine could not be started.")
            case _:
                raise RenderCrashed

    async def _serve(self, desk: Desk) -> Result:
        while True:
            match await self._hear():
                case Progress(fraction):
                    desk.reached(fraction)
                case Recall(step):
                    await self._tell(Recalled(await desk.recall(step)))
                case Remember(step, result):
                    await desk.remember(step, result)
                    await self._tell(Recalled(result))
                case Made(result):
                    return result
                case Broke() as broke:
                    raise _failure(broke)
                case Started():
                    raise RenderCrashed

    async def _tell(self, message: ToChild) -> None:
        try:
            self._writer.write(packed(message))
            await self._writer.drain()
        except OSError:
            await self._hung_up()

    async def _hear(self) -> ToWorker:
        try:
            async with asyncio.timeout(self._timeout):
                (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
                data = await self._reader.readexactly(length)
        except TimeoutError as error:
            raise RenderCrashed(
                f"The render process made no progress for {self._timeout:g} s and was ended."
            ) from error
        except (OSError, EOFError):
            await self._hung_up()
        message: ToWorker = pickle.loads(data)  # noqa: S301 - from a process of our own making
        return message

    async def _death(self) -> NoReturn:
        # The socket alone does not tell: a process that the engine forked may hold its other end open.
        status = await self._process.wait()
        _log.warning("child died", pid=self._process.pid, status=status)
        if status == -signal.SIGTERM:
            # Whoever stops a whole service tells all its processes: our own end must not look like a crash.
            await asyncio.sleep(_GRACE_SECONDS)
        raise RenderCrashed

    async def _hung_up(self) -> NoReturn:
        # The child is as good as dead, and _death knows more about it.
        await asyncio.sleep(2 * _GRACE_SECONDS)
        raise RenderCrashed


def _failure(broke: Broke) -> RenderFailed | Unavailable:
    if broke.fault == Unavailable.__name__:
        return Unavailable(broke.reason)
    if broke.reason:
        return RenderFailed(broke.reason)
    _log.error("a child's work raised an unexpected error", error=broke.fault, trace=broke.trace)
    return RenderFailed("The render failed by an error of its own; the operator's log tells more.")
