"""A zygote as its owner sees it: started, asked for children, replaced when it has ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import finalize

from keyreel.system.zygotes.process import ENDING, SOCKETS_PER_CHILD

if TYPE_CHECKING:
    from collections.abc import Mapping

_OUTPUT_BYTES: Final = 1 << 16
"""What is read of a child's output, and of its standard error."""
_GRACE_SECONDS: Final = 1.0
"""For the zygote to end a child or itself, before it is killed."""
_TRIES: Final = 2
"""Of a run: the zygote may be killed meanwhile."""


class ChildEnd(NamedTuple):
    """How a child ended, and what it wrote."""

    status: int
    """Its exit status; negative: the signal that ended it."""
    output: bytes = b""
    complaint: bytes = b""
    """What it wrote to its standard error."""


class Zygote:
    """Runs the `main` of a module, each time in a new child, forked from a process that has imported it.

    That process starts at the first run, or ahead. It ends with this object and with its owner, however
    that ends, and its children with it. It has the given environment variables alone, and its children have
    no descriptors but their standard ones.
    """

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._module = module
        self._environment = environment
        self._process: _ZygoteProcess | None = None

    def start(self) -> None:
        """Start the process unless it runs, without waiting until it has imported the module.

        Raises:
            OSError: it cannot be started now.
        """
        self._get_process()

    async def run(self, *arguments: str, seconds: float) -> ChildEnd:
        """Run `main` with these arguments in a child. Cancelling kills it, and so do `seconds`.

        Raises:
            OSError: a process cannot be started now.
        """
        for _ in range(_TRIES):
            process = self._get_process()
            end = await process.run_child(arguments, seconds)
            if end is not None:
                return end
            process.kill()
        return ChildEnd(-signal.SIGKILL, complaint=b"its zygote ended, twice")

    def _get_process(self) -> _ZygoteProcess:
        if self._process is None or self._process.has_ended():
            self._process = _ZygoteProcess(self._module, self._environment)
        return self._process


class _ZygoteProcess:
    """A zygote's process and the socket that asks it for children. It ends with this object at the latest."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-I", "-m", "keyreel.system.zygotes.process", module],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    cwd="/",
                    env=environment,
                    start_new_session=True,
                )
            except BaseException:
                self._control.close()
                raise
        self._control.settimeout(0)  # A zygote that takes nothing must not hold up its owner.
        finalize(self, _end_process, self._process, self._control)

    def has_ended(self) -> bool:
        """Return whether the process is no more."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """Kill the process; when this returns, its children have been killed too."""
        self._process.kill()
        self._process.wait()

    async def run_child(self, arguments: tuple[str, ...], seconds: float) -> ChildEnd | None:
        """Run a child; return None if this process ended before it."""
        with ExitStack() as ours, ExitStack() as theirs:
            near, far = list[socket.socket](), list[socket.socket]()
            for _ in range(SOCKETS_PER_CHILD):
                one, other = socket.socketpair()
                near.append(ours.enter_context(one))
                far.append(theirs.enter_context(other))
            standard, errors, lifeline = near
            lifeline.settimeout(0)
            far[1].settimeout(0)  # Complaints beyond what the socket holds are lost: nobody reads yet.
            standard.send(json.dumps(arguments).encode())
            standard.shutdown(socket.SHUT_WR)
            try:
                socket.send_fds(self._control, [b"\0"], [each.fileno() for each in far])
            except OSError:
                return None
            theirs.close()
            message = await self._wait_for_end(lifeline, seconds)
            if len(message) < ENDING.size:
                return None
            status, fork_error = ENDING.unpack(message)
            if fork_error:
                raise OSError(fork_error, os.strerror(fork_error))
            return ChildEnd(status, _read_what_is_there(standard), _read_what_is_there(errors))

    async def _wait_for_end(self, lifeline: socket.socket, seconds: float) -> bytes:
        """Return what the zygote tells of the child's end, nothing if the zygote has ended itself."""
        try:
            async with asyncio.timeout(seconds):
                return await _receive(lifeline)
        except TimeoutError:
            return await self._kill_child(lifeline)
        except BaseException:
            await self._kill_child(lifeline)
            raise

    async def _kill_child(self, lifeline: socket.socket) -> bytes:
        """Have the zygote kill a child, or kill the zygote with all its children if it does not respond."""
        with suppress(OSError):  # The zygote has ended.
            lifeline.shutdown(socket.SHUT_WR)
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                return await _receive(lifeline)
        except TimeoutError:
            self.kill()
            return ENDING.pack(-signal.SIGKILL, 0)


async def _receive(lifeline: socket.socket) -> bytes:
    try:
        return await asyncio.get_running_loop().sock_recv(lifeline, ENDING.size)
    except ConnectionError:
        return b""


def _read_what_is_there(channel: socket.socket) -> bytes:
    """Return what a child that has ended wrote, without waiting for processes that it may have left."""
    with suppress(OSError):
        return channel.recv(_OUTPUT_BYTES, socket.MSG_DONTWAIT)
    return b""


def _end_process(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    """Have the zygote end, and wait for that."""
    control.close()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
