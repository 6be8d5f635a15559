"""A worker's child: a process that keeps what its work needs loaded, and does one piece after the other.

It may be killed at any moment. It talks to the worker over a socket alone; whatever libraries print goes to
the worker's standard error.
"""

from __future__ import annotations

import asyncio
import ctypes
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.errors import RenderFailed, Unavailable
from keyreel.storage import atomic_write
from keyreel.worker.children.channel import Line
from keyreel.worker.children.protocol import Broke, Finish, Made, Recommend, Render, Started
from keyreel.worker.children.roles import open_host

if TYPE_CHECKING:
    from keyreel.worker.children.protocol import Work
    from keyreel.worker.children.roles import Host

_PR_SET_PDEATHSIG: Final = 1
_WATCH_SECONDS: Final = 0.5
_OUT_OF_MEMORY: Final = 137
"""A shell's status for a process that the kernel killed for its memory; ours for a MemoryError."""
_SACRIFICE: Final = b"500"
"""Half of the most that can be offered to the kernel's search for memory: the worker goes last."""


async def serve(line: Line, role: str, name: str) -> None:
    """Load what the role needs, then do what the worker asks for until it hangs up or has no more work."""
    try:
        async with open_host(role, name) as host:
            while isinstance(
                asked := await asyncio.to_thread(line.hear, host.idle_seconds), Render | Finish | Recommend
            ):
                line.tell(Started())
                line.tell(await _made(host, asked, line))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - whatever loading raises, the worker must hear of it
        line.tell(_told(error))


async def _made(host: Host, asked: Work, line: Line) -> Made | Broke:
    try:
        return Made(await host.make(asked, line))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - engines are anybody's code: their errors travel to the worker
        return _told(error)


def _told(error: Exception) -> Broke:
    if isinstance(error, OSError) and error.errno in atomic_write.FULL:
        error = atomic_write.full()
    reason = error.message if isinstance(error, RenderFailed | Unavailable) else ""
    return Broke(reason, type(error).__name__, "".join(traceback.format_exception(error)))


def _die_with(parent: int, by: signal.Signals, *, kernel: bool) -> None:
    """Have this process sent a signal when its parent ends, however that happens.

    Linux's kernel does so at once. Elsewhere a thread looks who the parent is: orphans get another one.
    """
    if not kernel:
        threading.Thread(target=_watch, args=(parent, by), name="parent-watch", daemon=True).start()
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(1)  # It ended before the kernel was asked.


def _watch(parent: int, by: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os.kill(os.getpid(), by)


def _guard(handle: int, *, kernel: bool) -> None:
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
    _die_with(leader, signal.SIGUSR1, kernel=kernel)
    while True:
        signal.pause()


def main() -> None:
    """Run as a program: `ROLE NAME SOCKET-FD PARENT-PID GUARDS`, leading a process group."""
    role, name, handle, parent, guards = sys.argv[1:]
    kernel = guards == "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which ends us in order.
    _guard(int(handle), kernel=kernel)  # It forks: before there is any thread.
    _die_with(int(parent), signal.SIGKILL, kernel=kernel)
    faulthandler.enable()
    if kernel:
        _be_chosen_first()
    link = socket.socket(fileno=int(handle))
    link.set_inheritable(False)
    asyncio.run(serve(Line(link), role, name))


def _be_chosen_first() -> None:
    """Offer this process to the kernel when memory runs out."""
    try:
        Path("/proc/self/oom_score_adj").write_bytes(_SACRIFICE)
    except OSError as error:
        sys.stderr.write(f"cannot offer this process first when memory runs out: {error}\n")


if __name__ == "__main__":
    main()
