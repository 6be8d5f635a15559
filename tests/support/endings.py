"""Tasks brought to an end without a worker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyreel.task import TaskState
from keyreel.tasks.outcomes import Failure, Success

if TYPE_CHECKING:
    from keyreel.cli.local.composition import Platform
    from keyreel.task import Task

VIDEO, COVER = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 8, b"\xff\xd8\xff a cover"


def bring(platform: Platform, state: TaskState, fault: str = "RenderFailed") -> Task:
    """Bring the task that waits longest to this state, with files where there are any."""
    store, storage = platform.services.store, platform.services.storage
    claim = store.queue.claim("worker", 60)
    assert claim is not None
    if state is TaskState.SUCCEEDED:
        video, cover = f"videos/{claim.task.id}/1.mp4", f"covers/{claim.task.id}/1.jpg"
        asyncio.run(storage.put(video, VIDEO))
        asyncio.run(storage.put(cover, COVER))
        return store.queue.settle(claim.token, Success(video, cover, "0" * 64))
    if state is TaskState.FAILED:
        return store.queue.settle(claim.token, Failure("It went wrong.", fault))
    if state is TaskState.CANCELLED:
        return store.cancel(claim.task.submission.tenant, claim.task.id)
    store.queue.save_progress(claim.token, 0.4)
    return store.get(claim.task.submission.tenant, claim.task.id)
