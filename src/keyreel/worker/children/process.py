"""The program of a child process: it keeps what its work needs loaded, and does one piece after the other.

It may be killed at any moment. It talks to the worker over a socket alone; whatever libraries print goes to
the worker's standard error. What the work needs is imported after the guardian is forked, which stays small.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Final

from keyreel.storage.passing_faults import PASSING_ERRORS, find_passing_fault
from keyreel.system.parent_watch import end_with_parent
from keyreel.worker.children.protocol import SHORTAGE_STATUS

_OOM_SCORE_ADJ: Final = b"500"
"""Half of the highest score (proc(5)): when memory runs out, the kernel kills children before the worker."""


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
    end_with_parent(leader, signal.SIGUSR1, kernel=kernel)
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
    end_with_parent(int(parent), signal.SIGKILL, kernel=kernel)
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
