"""The render child: a process that keeps one engine loaded and renders one order after the other.

It may be killed at any moment. It talks to the worker over a socket alone; whatever libraries print goes to
the worker's standard error.
"""

from __future__ import annotations

import asyncio
import ctypes
import faulthandler
import os
import pickle
import signal
import socket
import sys
import threading
import traceback
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engines.router import load_engine
from keyreel.errors import RenderFailed
from keyreel.worker.messages import (
    LENGTH,
    Broke,
    Progress,
    Recall,
    Recalled,
    Remember,
    Render,
    Rendered,
    Started,
    ToChild,
    ToWorker,
    packed,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from keyreel.engine import Engine, Film
    from keyreel.order import Order, Size

_PR_SET_PDEATHSIG: Final = 1
_OUT_OF_MEMORY: Final = 137
"""A shell's status for a process that the kernel killed for its memory; ours for a MemoryError."""
_SACRIFICE: Final = b"500"
"""Half of the most that can be offered to the kernel's search for memory: the worker goes last."""


class Line:
    """The socket to the worker. Sends block for an instant at most, so engines need not yield for them."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._sending = threading.Lock()

    def tell(self, message: ToWorker) -> None:
        """Send a message."""
        with self._sending:
            self._link.sendall(packed(message))

    def hear(self) -> ToChild | None:
        """Wait for a message; None once the worker has hung up."""
        head = self._read(LENGTH.size)
        if head is None:
            return None
        body = self._read(LENGTH.unpack(head)[0])
        if body is None:
            return None
        message: ToChild = pickle.loads(body)  # noqa: S301 - from the worker that started this process
        return message

    def _read(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            part = self._link.recv(size - len(data))
            if not part:
                return None
            data += part
        return bytes(data)


class ChildJob:
    """The Job that an engine sees in here."""

    def __init__(self, line: Line, order: Order, folder: Path) -> None:
        self.folder = folder
        self._line = line
        self._order = order
        self._asking = asyncio.Lock()

    async def once(self, step: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return the durable result of `step`, doing the work only if no attempt of this task did it yet."""
        known = await self._ask(Recall(step))
        if known is not None:
            return known
        result = await work()
        await self._ask(Remember(step, result))
        return result

    async def progress(self, fraction: float) -> None:
        """Report progress. A cancelled task's child is killed, so there is nothing to wait for."""
        self._line.tell(Progress(min(max(float(fraction), 0.0), 1.0)))

    @contextmanager
    def film(self, name: str, size: Size) -> Generator[Film]:
        """Open a film that is `folder / f"{name}.mp4"` once the block ends, with the watermark laid over."""
        from keyreel.finishing.watermark import overlay_for
        from keyreel.media.film import open_film

        with open_film(self.folder / f"{name}.mp4", size, overlay_for(self._order.watermark, size)) as film:
            yield film

    async def _ask(self, question: Recall | Remember) -> str | None:
        async with self._asking:
            self._line.tell(question)
            answer = await asyncio.to_thread(self._line.hear)
        if not isinstance(answer, Recalled):
            raise SystemExit  # The worker hung up in the middle of a render: nobody wants the clip.
        return answer.result


async def serve(line: Line, name: str) -> None:
    """Load the engine, then render what the worker asks for until it hangs up."""
    try:
        engine = load_engine(name)
        async with engine:
            while isinstance(asked := await asyncio.to_thread(line.hear), Render):
                line.tell(Started())
                line.tell(await _rendered(engine, asked, line))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - whatever an engine's loading raises, the worker must hear of it
        line.tell(_told(error))


async def _rendered(engine: Engine, asked: Render, line: Line) -> Rendered | Broke:
    try:
        clip = await engine.render(asked.order, ChildJob(line, asked.order, asked.folder))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - engines are anybody's code: their errors travel to the worker
        return _told(error)
    # Films of this job were written with the mark in them.
    return Rendered(replace(clip, fulfilled=clip.fulfilled | {"watermark"}))


def _told(error: Exception) -> Broke:
    reason = error.message if isinstance(error, RenderFailed) else ""
    return Broke(reason, type(error).__name__, "".join(traceback.format_exception(error)))


def _die_with(parent: int, by: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent ends, however that happens."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(1)  # It ended before the kernel was asked.


def _guard(handle: int) -> None:
    """Leave a guardian behind that ends the whole process group when this process, its leader, has ended.

    The kernel tells a process's end to its children alone, not to processes that an engine started: those
    would outlive a worker that is killed.
    """
    leader = os.getpid()
    if os.fork() > 0:
        return
    os.close(handle)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, lambda *_: os.killpg(0, signal.SIGKILL))
    _die_with(leader, signal.SIGUSR1)
    while True:
        signal.pause()


def main() -> None:
    """Run as `python -m keyreel.worker.child ENGINE SOCKET-FD WORKER-PID`, as leader of a process group."""
    name, handle, parent = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which ends us in order.
    _die_with(int(parent), signal.SIGKILL)
    _guard(int(handle))
    faulthandler.enable()
    try:
        Path("/proc/self/oom_score_adj").write_bytes(_SACRIFICE)
    except OSError as error:
        sys.stderr.write(f"cannot offer this process first when memory runs out: {error}\n")
    link = socket.socket(fileno=int(handle))
    link.set_inheritable(False)
    asyncio.run(serve(Line(link), name))


if __name__ == "__main__":
    main()
