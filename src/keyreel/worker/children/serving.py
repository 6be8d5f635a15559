"""What a child process does: it loads what its role needs, then does one piece of work after the other."""

from __future__ import annotations

import asyncio
import os
import traceback
from typing import TYPE_CHECKING, Final

from keyreel.errors import EngineUnavailable, RenderCrashed, RenderFailed, Unavailable
from keyreel.storage.passing_faults import find_passing_fault
from keyreel.system.process_memory import return_free_memory
from keyreel.worker.children.protocol import (
    ChildSetup,
    ConformWork,
    FinishWork,
    InspectWork,
    RecommendWork,
    RenderWork,
    WorkDone,
    WorkFailed,
    WorkStarted,
)
from keyreel.worker.children.roles import make_role
from keyreel.worker.children.worker_channel import WorkerChannel

if TYPE_CHECKING:
    import socket

    from keyreel.worker.children.protocol import ToChild, Work
    from keyreel.worker.children.roles import ChildRole

_OUT_OF_MEMORY_STATUS: Final = 137
"""A shell's status for a process that the kernel killed for its memory; ours for a MemoryError."""

_SECONDS_TO_KEEP_MEMORY: Final = 5.0
"""Seconds without work after which freed memory is given back; 0.3 GB after a render."""

_EXPLAINED_ERRORS: Final = (RenderFailed, EngineUnavailable, Unavailable, RenderCrashed)
"""What an engine may raise with a reason for people, as itself or as a class of its own."""


def serve(link: socket.socket, role: str) -> None:
    """Do the work of the worker at a socket's other end, until it hangs up or sends none for too long."""
    asyncio.run(_serve_worker(WorkerChannel(link), role))


async def _serve_worker(channel: WorkerChannel, role: str) -> None:
    """Load what the role needs, then do the worker's work until it hangs up or sends none for too long."""
    setup = channel.receive(None)
    if not isinstance(setup, ChildSetup):
        return  # The worker ended meanwhile.
    try:
        async with make_role(role, setup.engine) as child_role:
            while isinstance(
                work := await asyncio.to_thread(_receive_work, channel, child_role.idle_seconds),
                RenderWork | ConformWork | InspectWork | FinishWork | RecommendWork,
            ):
                channel.send(WorkStarted())
                channel.send(await _run_work(child_role, work, channel))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY_STATUS)
    except Exception as error:  # noqa: BLE001 - whatever loading raises, the worker must be told
        channel.send(_to_failure(error))


def _receive_work(channel: WorkerChannel, idle_seconds: float | None) -> ToChild | None:
    """Wait for work, and meanwhile give back what the last one freed: the next may need it at once."""
    if channel.wait(_SECONDS_TO_KEEP_MEMORY):
        return channel.receive()
    return_free_memory()
    return channel.receive(None if idle_seconds is None else max(idle_seconds - _SECONDS_TO_KEEP_MEMORY, 1.0))


async def _run_work(child_role: ChildRole, work: Work, channel: WorkerChannel) -> WorkDone | WorkFailed:
    try:
        return WorkDone(await child_role.run_work(work, channel))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - engines are anybody's code: their errors travel to the worker
        return _to_failure(error)


def _to_failure(error: Exception) -> WorkFailed:
    error = find_passing_fault(error) or error
    trace = "".join(traceback.format_exception(error))
    for error_class in _EXPLAINED_ERRORS:
        if isinstance(error, error_class):
            return WorkFailed(error.message, error_class.__name__, trace)
    return WorkFailed("", type(error).__name__, trace)
