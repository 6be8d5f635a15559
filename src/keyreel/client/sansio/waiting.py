"""Waiting for a task, at most as long as a program wants to. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyreel.client.sansio import flows
from keyreel.errors import KeyreelError, TaskTimedOut

if TYPE_CHECKING:
    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow, ProgressListener
    from keyreel.task import TaskId
    from keyreel.wire.dialects.dialect import Report


@dataclass(frozen=True, slots=True)
class WaitOptions:
    """How a program waits for a task."""

    timeout: float | None = None
    """Seconds; None for six hours."""
    cancel_on_timeout: bool = False
    """Cancel the task when they are over."""
    on_progress: ProgressListener | None = None
    """Gets the report of every poll."""


def wait_for(remote: RemoteServer, task_id: TaskId, how: WaitOptions) -> Flow[Report]:
    """Wait for a task's video, at most as long as is said.

    Raises:
        TaskTimedOut: the task has not ended in that time.
        RenderFailed: it ended without a video.
        Cancelled: it was cancelled.
        RemoteError: the server stayed silent.
    """
    try:
        return (yield from flows.wait(limit_waiting(remote, how.timeout), task_id, how.on_progress))
    except TaskTimedOut:
        if how.cancel_on_timeout:
            yield from flows.cancel(remote, task_id)
        raise
    except KeyreelError as error:
        error.task_id = error.task_id or task_id
        raise


def limit_waiting(remote: RemoteServer, timeout: float | None) -> RemoteServer:
    """Return the server, with which flows have patience for so many seconds; None for as many as before."""
    if timeout is None:
        return remote
    return replace(remote, patience=replace(remote.patience, total_seconds=timeout))
