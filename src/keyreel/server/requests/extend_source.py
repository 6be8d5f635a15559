"""Which video a request goes on from, where it names one of the caller's own tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.errors import InvalidRequest, UnknownTask
from keyreel.task import RetentionStage, TaskId, TaskState
from keyreel.wire.endpoints.from_video import LONGEST_SECONDS, SHORTEST_SECONDS
from keyreel.wire.inputs.sources import STORED

if TYPE_CHECKING:
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.endpoints.endpoint import Endpoint

_FIELD: Final = "video_creation_id"
_Request = TypeVar("_Request", bound="Endpoint")


def with_predecessor(endpoint: _Request, tenant: str, store: TaskStore) -> _Request:
    """Return the request with the stored video of the task that it names; others as they are.

    Where there is a copy without a mark, that is what goes on: a mark in the picture would move with it.

    Raises:
        InvalidRequest: there is no such task, or its video cannot be extended.
    """
    if not endpoint.predecessor_task:
        return endpoint
    try:
        task = store.get(tenant, TaskId(endpoint.predecessor_task))
    except UnknownTask:
        raise _refused(f"there is no task {endpoint.predecessor_task}") from None
    if task.state is not TaskState.SUCCEEDED:
        raise _refused(f"task {task.id} is {task.state} and has no video")
    if task.kept is not RetentionStage.ALL:
        raise _refused(f"the video of task {task.id} is no longer kept")
    seconds = task.submission.seconds
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        rule = f"it must last {SHORTEST_SECONDS} to {LONGEST_SECONDS} s"
        raise _refused(f"the video of task {task.id} lasts {seconds} s; {rule}")
    return endpoint.after(f"{STORED}{task.clean or task.video}")


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest(f"{_FIELD}: {sentence}.", field=_FIELD)
