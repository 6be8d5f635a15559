"""The JSON bodies of Keyreel's own routes about tasks, and the data of their events; knows no handler."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads annotations at run time
from typing import Annotated, Any

from pydantic import Field

from keyreel.task import RetentionStage, TaskState  # noqa: TC001 - pydantic reads annotations at run time
from keyreel.wire.reference.responses.own_responses import Count, Instant, OwnResponse

Fraction = Annotated[float, Field(ge=0, le=1)]
Place = Annotated[int, Field(ge=1)]
Seconds = Annotated[int, Field(ge=0)]


class DraftView(OwnResponse):
    """The draft of an order: a free task of its own. The links are null until they exist."""

    id: str
    state: TaskState
    progress: Fraction
    reason: str
    """Why there is none, where it failed or was cancelled."""
    video_url: str | None
    cover_url: str | None


class TaskView(OwnResponse):
    """A task of any format. `credits` are held until it ends; then they are what was charged."""

    id: str
    state: TaskState
    """`held` while it waits for its approval: the formats call that queued."""
    progress: Fraction
    credits: Count
    reason: str
    notes: tuple[str, ...]
    model: str
    """Such as `viduq2-pro`."""
    operation: str
    """Such as `start-end2video`."""
    dialect: str
    """The format in which it was submitted."""
    seconds: Count
    resolution: str
    size: tuple[int, int] | None
    """Width and height of the finished video, in pixels."""
    seed: int
    off_peak: bool
    engine: str
    """Which one makes it, or made it; empty where none can."""
    created: Instant
    started: Instant | None
    """When its latest attempt began."""
    finished: Instant | None
    queue_position: Place | None
    """1 for the next one; null unless it is queued and its turn can be told."""
    eta_seconds: Seconds | None
    """Until its end; null where that cannot be told."""
    prompt: str
    """Its beginning, as far as 500 characters; those of several shots in lines."""
    video_url: str | None
    cover_url: str | None
    approve_before: Instant | None
    """When a held task is cancelled by itself; null for others."""
    draft: DraftView | None
    draft_of: str | None
    """The order whose draft it makes."""
    parent: str | None
    """The task whose video it extends."""
    kept: RetentionStage
    """`all`, or `record` once its files were deleted."""


class TaskRequest(OwnResponse):
    """The request in the native format. To repeat it, send it to POST /ent/v2/{operation}."""

    model: str
    operation: str
    fields: Mapping[str, Any]
    """Images that came inside the request are links here, for as long as they are stored."""


class TaskDetails(TaskView):
    """A task with its request."""

    video_sha256: str | None
    request: TaskRequest


class TaskPageView(OwnResponse):
    """A page of tasks, newest first. `next_cursor` is null on the last page."""

    tasks: tuple[TaskView, ...]
    next_cursor: str | None


class StateEvent(OwnResponse):
    """Data of the event `state`: at once, and whenever one of these changes."""

    state: TaskState
    queue_position: Place | None
    eta_seconds: Seconds | None
    engine: str


class ProgressEvent(OwnResponse):
    """Data of the event `progress`."""

    progress: Fraction
    eta_seconds: Seconds | None


class PreviewEvent(OwnResponse):
    """Data of the event `preview`: the preview of this number can be fetched."""

    number: Place
