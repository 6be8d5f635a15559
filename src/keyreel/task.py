"""A task: a submission with an id, a state and a history. It knows no database and no wire format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from datetime import datetime

TaskId = NewType("TaskId", str)
"""A decimal number of at most 19 digits (63 bits), rising with time; the same in every dialect."""


class TaskState(StrEnum):
    """The state of a task. The last three are final."""

    HELD = "held"
    """It waits for its client's approval; clients see it as queued."""
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether no other state follows."""
        return self not in {TaskState.HELD, TaskState.QUEUED, TaskState.RUNNING}


UNFINISHED_STATES: Final = tuple(state for state in TaskState if not state.is_final)
"""Those of tasks whose price is held and whose inputs are needed."""


class RetentionStage(StrEnum):
    """What is kept of a task."""

    ALL = "all"
    RECORD_ONLY = "record"
    """Its files were deleted when their retention period ended."""
    LEDGER_ONLY = "money"
    """Its request was deleted too: only its state, its times and its ledger entries are left."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a client submits: everything of a task that is known before it runs.

    `endpoint` is a name of the catalogue; `fields` the validated request as canonical JSON, inline images
    replaced by asset references; `payload` is passed through to the result.
    """

    tenant: str
    key_id: str
    dialect: str
    endpoint: str
    fields: str
    seed: int
    seconds: int
    resolution: str = ""
    credits: int = 0
    """The price, held from now on."""
    off_peak: bool = False
    """May wait until the server has nothing else to do, for half the price."""
    payload: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task's row.

    `attempt` counts claims and is the fence of the running one; `crashes` counts deaths of render processes.
    `progress` is 0.0 … 1.0. `reason` tells people why a task failed or was cancelled; `fault` is the class
    name of the domain error behind it. `video`, `cover` and `clean`, the copy without the visible watermark,
    are storage keys, empty until there is such a file; `video_sha256` is of the video's file, `fingerprint`
    recognises it after another encoding. `notes` say what could not be done as requested.
    """

    id: TaskId
    submission: Submission
    state: TaskState
    attempt: int
    crashes: int
    progress: float
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    reason: str = ""
    fault: str = ""
    video: str = ""
    cover: str = ""
    video_sha256: str = ""
    fingerprint: str = ""
    charged: int = 0
    """Credits that were charged for the video."""
    deadline: datetime | None = None
    """When an off-peak task is cancelled if it is still queued, and a held one if it is still held."""
    ready_at: datetime | None = None
    """Before this time it is not begun."""
    kept: RetentionStage = RetentionStage.ALL
    notes: tuple[str, ...] = ()
    clean: str = ""
    size: str = ""
    """The finished video's frame, such as "1280x720"; empty until success."""
    engine: str = ""
    """The configured name of the engine that makes its video, or made it; empty where none can."""
    draft_of: TaskId | None = None
    """The task whose draft this one makes; None for all others."""
    previews: int = 0
    """How many previews its latest attempt has stored; the newest can be seen while it runs."""

    def estimate_remaining_seconds(self, now: datetime) -> int:
        """Estimate the whole seconds until the end from progress so far; 0 where nothing can be said."""
        if self.state is not TaskState.RUNNING or self.started is None or self.progress <= 0:
            return 0
        spent = (now - self.started).total_seconds()
        return max(1, round(spent * (1 - self.progress) / self.progress))


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which of a tenant's tasks a list shows; what is empty narrows nothing.

    `endpoints` are catalogue names, the times a closed interval, `after_id` the id before the page's first
    one in the order of the list, `offset` how many more to leave out.
    """

    states: frozenset[TaskState] = frozenset()
    ids: tuple[TaskId, ...] = ()
    endpoints: frozenset[str] = frozenset()
    resolutions: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    created_from: datetime | None = None
    created_to: datetime | None = None
    text: str = ""
    """Of tasks whose stored request holds this text anywhere; the case of ASCII letters is ignored."""
    after_id: TaskId | None = None
    offset: int = 0
    limit: int = 50
    oldest_first: bool = False
    held_is_queued: bool = True
    """Whether held tasks are listed as queued ones, which is how the dialects' clients see them."""


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """Signed URLs of a succeeded task's files, and for how many whole seconds they are valid."""

    video: str
    cover: str
    ttl_seconds: int
    clean: str = ""
    """The copy without the visible watermark, if there is one."""
