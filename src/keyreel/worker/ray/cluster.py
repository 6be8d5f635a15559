"""A Ray cluster as the worker has it: through a driver, started when needed, and again after a loss."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final, Self

from keyreel.worker.children.protocol import pack_message
from keyreel.worker.executors.executor import ExecutorUnavailable
from keyreel.worker.ray.messages import ClusterDescription, DescribeCluster, read_message
from keyreel.worker.ray.settings_checks import is_loopback

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from asyncio.subprocess import Process
    from types import TracebackType

_START_SECONDS: Final = 60.0
"""Ray is imported and connected within 3 s; a head that takes connections and answers nothing is given up."""
_END_SECONDS: Final = 8.0
"""How long a driver may take to end its hosts, which have 3 s."""
_DESCRIBE_SECONDS: Final = 10.0
_FIRST_PAUSE: Final = 0.5
"""Seconds between two tries to connect, doubled with each failure in a row up to the longest pause."""
_LONGEST_PAUSE: Final = 30.0
_STDERR: Final = 2
"""The file descriptor of the worker's standard error."""


class RayCluster:
    """One cluster. Enter it before use; leaving it ends its hosts."""

    def __init__(self, address: str, *, kernel_guards: bool = True) -> None:
        self.address: Final = address
        self.kernel_guards: Final = kernel_guards
        self._folder = Path(mkdtemp(prefix="keyreel-driver-"))
        self._socket_path = self._folder / "driver.sock"
        self._process: Process | None = None
        self._starting = asyncio.Lock()
        self._pause = _FIRST_PAUSE
        self._next_try = float("-inf")
        self._problem = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def open_connection(self) -> tuple[StreamReader, StreamWriter]:
        """Open a connection to the driver, which is started where it does not run.

        Raises:
            ExecutorUnavailable: the cluster cannot be reached, with what it says.
        """
        async with self._starting:
            if self._process is not None and self._process.returncode is None:
                try:
                    return await asyncio.open_unix_connection(self._socket_path)
                except OSError:  # It is just ending.
                    self.abandon()
                    await self._process.wait()
            await self._connect()
            try:
                return await asyncio.open_unix_connection(self._socket_path)
            except OSError as error:
                raise ExecutorUnavailable(f"The Ray cluster at {self.address} was lost.") from error

    async def describe(self) -> ClusterDescription:
        """Return what the cluster has.

        Raises:
            ExecutorUnavailable: it cannot be reached.
        """
        reader, writer = await self.open_connection()
        try:
            writer.write(pack_message(DescribeCluster()))
            async with asyncio.timeout(_DESCRIBE_SECONDS):
                found = await read_message(reader)
        except (OSError, EOFError) as error:
            raise ExecutorUnavailable(f"The Ray cluster at {self.address} does not respond.") from error
        finally:
            writer.close()
        assert isinstance(found, ClusterDescription)
        return found

    async def disconnect(self) -> None:
        """End the driver: in order, which ends the hosts, or by force after some seconds."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
        except TimeoutError:
            self.abandon()
            await process.wait()

    def abandon(self) -> None:
        """Kill the driver, and all work that goes through it; the next connection starts another one."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._next_try:
            raise ExecutorUnavailable(self._problem)
        try:
            await self._start_driver()
        except ExecutorUnavailable as error:
            self._problem = error.message
            self._next_try = loop.time() + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            raise
        self._pause = _FIRST_PAUSE

    async def _start_driver(self) -> None:
        self._socket_path.unlink(missing_ok=True)
        ours, theirs = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-m", "keyreel.worker.ray.driver", self.address, str(self._socket_path)),
                *(str(theirs), str(os.getpid()), str(int(self.kernel_guards))),
                pass_fds=(theirs,),
                env=_build_environment(self.address),
                stdin=DEVNULL,
                stdout=_STDERR,
                start_new_session=True,
            )
        except OSError as error:
            os.close(ours)
            raise ExecutorUnavailable(f"The driver to Ray cannot be started: {error}") from error
        finally:
            os.close(theirs)
        problem = await self._read_problem(ours)
        if problem:
            self.abandon()
            raise ExecutorUnavailable(f"The Ray cluster at {self.address} cannot be used: {problem}")

    async def _read_problem(self, pipe: int) -> str:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb")
        )
        try:
            async with asyncio.timeout(_START_SECONDS):
                return str(json.loads(await reader.read()))
        except TimeoutError:
            return f"it did not respond within {_START_SECONDS:g} s."
        except ValueError:
            return "the driver ended before it was connected. See the operator's log."
        finally:
            transport.close()


def _build_environment(address: str) -> dict[str, str]:
    """Return the driver's variables: Ray reads its own when it is imported."""
    token = {} if is_loopback(address) else {"RAY_AUTH_MODE": "token"}
    return {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", **token}
