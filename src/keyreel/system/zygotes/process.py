"""The program of a zygote: it imports a module, and forks a child for each run of that module's `main`.

Run as `python -I -m keyreel.system.zygotes.process MODULE`, with the owner's socket as standard input. Each
byte that arrives there brings the sockets of a child: its standard input and output, its standard error, and
its lifeline. Over the lifeline the zygote tells how the child ended; once the other end is shut, it kills the
child. The zygote reads nothing else and has a single thread: whatever a child reads, the next begins alike.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from keyreel.system.parent_watch import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable

SOCKETS_PER_CHILD: Final = 3
ENDING: Final = struct.Struct("ii")
"""How a child ended: its exit status, negative for a signal, and the errno of a fork that failed, or 0."""

_OPEN_FILES: Final = 256
"""Of the zygote: no descriptor has a greater number, so that a child can close all."""
_OWNER: Final = 0
"""The file descriptor of the owner's socket."""


class _Zygote:
    """Forks children that run the program, and remembers their lifelines by their process ids."""

    def __init__(self, program: Callable[[], object]) -> None:
        self._program = program
        self._owner = socket.socket(fileno=_OWNER)
        self._lifelines: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Fork children until the owner closes its socket or ends; then kill those that are left."""
        child_ended = _open_child_signal()
        while True:
            readable, _, _ = select.select([self._owner, child_ended, *self._lifelines.values()], [], [])
            if child_ended in readable:
                child_ended.recv(_OPEN_FILES)
            for pid, lifeline in list(self._lifelines.items()):
                if lifeline in readable:
                    os.kill(pid, signal.SIGKILL)
                self._reap(pid, wait=lifeline in readable)
            if self._owner in readable and not self._accept_child():
                break
        for pid in self._lifelines:
            os.kill(pid, signal.SIGKILL)

    def _accept_child(self) -> bool:
        """Fork the child whose sockets have arrived; return whether there may be another."""
        message, descriptors, _, _ = socket.recv_fds(self._owner, 1, SOCKETS_PER_CHILD)
        if not message:
            return False
        standard, errors, lifeline = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        zygote = os.getpid()
        with standard, errors:
            try:
                pid = os.fork()
            except OSError as error:
                _report(lifeline, 0, error.errno or 0)
            else:
                if pid == 0:
                    _run_child(self._program, standard, errors, zygote)
                self._lifelines[pid] = lifeline
        return True

    def _reap(self, pid: int, *, wait: bool) -> None:
        """Tell the owner how the child ended, if it has."""
        ended, status = os.waitpid(pid, 0 if wait else os.WNOHANG)
        if ended:
            _report(self._lifelines.pop(pid), os.waitstatus_to_exitcode(status), 0)


def _open_child_signal() -> socket.socket:
    """Return a socket that can be read when a child has ended."""
    reader, writer = socket.socketpair()
    reader.settimeout(0)
    writer.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    return reader


def _report(lifeline: socket.socket, status: int, fork_error: int) -> None:
    with lifeline, suppress(OSError):  # The owner may have turned away.
        lifeline.send(ENDING.pack(status, fork_error))


def _run_child(
    program: Callable[[], object], standard: socket.socket, errors: socket.socket, zygote: int
) -> NoReturn:
    """Run the program as a process that has no descriptors but its standard ones; never return."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        end_with_parent(zygote, signal.SIGKILL, kernel=sys.platform == "linux")
        for number, source in enumerate((standard, standard, errors)):
            os.dup2(source.fileno(), number)
        os.closerange(3, _OPEN_FILES)
        sys.argv[1:] = json.load(sys.stdin)
        program()
        sys.stdout.flush()
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may unwind into the zygote's own frames
        traceback.print_exc()
    finally:
        os._exit(status)


def _limit_open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    """Import the module that the command line names, and serve its owner."""
    _limit_open_files()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # They are for the owner, which ends us in order.
    program = importlib.import_module(sys.argv[1]).main
    gc.freeze()  # Collections would copy the pages that children share.
    _Zygote(program).serve()


if __name__ == "__main__":
    main()
