"""The video that an extend request goes on from, where it names one of the caller's own tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.errors import InvalidRequest, UnknownTask
from keyreel.task import RetentionStage, TaskId, TaskState
from keyreel.wire.endpoints.from_video import MAX_SOURCE_SECONDS, MIN_SOURCE_SECONDS
from keyreel.wire.inputs.sources import STORED_FILE_PREFIX

if TYPE_CHECKING:
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.endpoints.endpoint import Endpoint

_FIELD: Final = "video_creation_id"
_Request = TypeVar("_Request", bound="Endpoint")


def resolve_extend_source(endpoint: _Request, tenant: str, store: TaskStore) -> _Request:
    """Return the request with the stored video of the task that it names; other requests unchanged.

    A copy without the visible mark is preferred: a mark in its last frame would move with the image.

    Raises:
        InvalidRequest: there is no such task, or its video cannot be extended.
    """
    if not endpoint.extend_source_task_id:
        return endpoint
    try:
        task = store.get(tenant, TaskId(endpoint.extend_source_task_id))
    except UnknownTask:
        raise _make_error(f"there is no task {endpoint.extend_source_task_id}") from None
    if task.state is not TaskState.SUCCEEDED:
        raise _make_error(f"task {task.id} is {task.state} and has no video")
    if task.kept is not RetentionStage.ALL:
        raise _make_error(f"the video of task {task.id} was deleted")
    seconds = task.submission.seconds
    if not MIN_SOURCE_SECONDS <= seconds <= MAX_SOURCE_SECONDS:
        rule = f"it must last {MIN_SOURCE_SECONDS} to {MAX_SOURCE_SECONDS} s"
        raise _make_error(f"the video of task {task.id} lasts {seconds} s; {rule}")
    return endpoint.with_extend_source(f"{STORED_FILE_PREFIX}{task.clean or task.video}")


def _make_error(sentence: str) -> InvalidRequest:
    return InvalidRequest(f"{_FIELD}: {sentence}.", field=_FIELD)
