"""The program of a child process: it keeps what its work needs loaded, and does one piece after the other.

It may be killed at any moment. It talks to the worker over a socket alone; whatever libraries print goes to
the worker's standard error. What the work needs is imported after the guardian is forked, which stays small.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Final

from keyreel.storage.passing_faults import PASSING_ERRORS, find_passing_fault
from keyreel.worker.children.protocol import SHORTAGE_STATUS

_PR_SET_PDEATHSIG: Final = 1
"""prctl(2)."""
_PARENT_POLL_SECONDS: Final = 0.5
"""Between two looks at the parent, where no kernel watches."""
_OOM_SCORE_ADJ: Final = b"500"
"""Half of the highest score (proc(5)): when memory runs out, the kernel kills children before the worker."""


def _end_with_parent(parent: int, signal_number: signal.Signals, *, kernel: bool) -> None:
    """Have this process sent a signal when its parent ends, however that happens.

    Linux's kernel does so at once. Elsewhere a thread polls for the parent: orphans get another one.
    """
    if not kernel:
        threading.Thread(
            target=_watch_parent, args=(parent, signal_number), name="parent-watch", daemon=True
        ).start()
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)  # It ended before prctl was called.


def _watch_parent(parent: int, signal_number: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_SECONDS)
    os.kill(os.getpid(), signal_number)


def _fork_guardian(descriptor: int, *, kernel: bool) -> None:
    """Fork a guardian that kills the whole process group when this process, its leader, has ended.

    The kernel signals only direct children of a process that ends, not processes that an engine started:
    those would outlive a worker that is killed.
    """
    leader = os.getpid()
    if os.fork() > 0:
        return
    os.close(descriptor)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, lambda *_: os.killpg(0, signal.SIGKILL))
    _end_with_parent(leader, signal.SIGUSR1, kernel=kernel)
    while True:
        signal.pause()


def main() -> None:
    """Run as a program: `ROLE NAME SOCKET-FD PARENT-PID GUARDS`, leading a process group.

    The engine's name is there for those who list processes; how it is made comes over the socket.
    """
    try:
        _run_program(*sys.argv[1:])
    except PASSING_ERRORS as error:
        if find_passing_fault(error) is None:
            raise
        sys.stderr.write(f"a child process cannot begin: {error}\n")
        os._exit(SHORTAGE_STATUS)


def _run_program(role: str, _name: str, *numbers: str) -> None:
    descriptor, parent, guards = numbers
    kernel = guards == "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which ends us in order.
    _fork_guardian(int(descriptor), kernel=kernel)  # It forks: before there is any thread.
    _end_with_parent(int(parent), signal.SIGKILL, kernel=kernel)
    faulthandler.enable()
    if kernel:
        _raise_oom_score()
    link = socket.socket(fileno=int(descriptor))
    link.set_inheritable(False)
    from keyreel.worker.children.serving import serve

    serve(link, role)


def _raise_oom_score() -> None:
    """Have the kernel kill this process before the worker when memory runs out."""
    try:
        Path("/proc/self/oom_score_adj").write_bytes(_OOM_SCORE_ADJ)
    except OSError as error:
        sys.stderr.write(f"cannot offer this process first when memory runs out: {error}\n")


if __name__ == "__main__":
    main()
