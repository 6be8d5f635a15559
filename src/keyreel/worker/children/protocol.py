"""The messages between the worker and its children, and how they go over a socket. It opens none."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Clip, RemoteVideo
    from keyreel.finishing.acceptance.flaw import Flaw
    from keyreel.finishing.context import FinishingContext
    from keyreel.finishing.finished_video import FinishedVideo
    from keyreel.order import Order
    from keyreel.settings.engines import EngineSpec

    WorkResult = Clip | tuple[Flaw, ...] | FinishedVideo | str
    """What Render- and ConformWork, InspectWork, FinishWork and RecommendWork result in, in this order."""

LENGTH_PREFIX: Final = struct.Struct("!I")
"""The length in bytes of the pickled message that follows."""

SHORTAGE_STATUS: Final = 75
"""What a child exits with that lacked what a process needs to begin: EX_TEMPFAIL of sysexits.h."""


@dataclass(frozen=True, slots=True)
class ChildSetup:
    """To the child, before all else: the engine that it hosts; None where it hosts none."""

    engine: EngineSpec | None


@dataclass(frozen=True, slots=True)
class RenderWork:
    """To the child: render this order, in this folder."""

    order: Order
    folder: Path


@dataclass(frozen=True, slots=True)
class FinishWork:
    """To the child: finish this clip."""

    clip: Clip
    order: Order
    context: FinishingContext


@dataclass(frozen=True, slots=True)
class InspectWork:
    """To the child: say what is odd about this clip of this order."""

    clip: Clip
    order: Order


@dataclass(frozen=True, slots=True)
class ConformWork:
    """To the child: make a clip of this video that another server made, in this folder."""

    video: RemoteVideo
    order: Order
    folder: Path


@dataclass(frozen=True, slots=True)
class RecommendWork:
    """To the child: make a prompt from this order's images."""

    order: Order


@dataclass(frozen=True, slots=True)
class StepResult:
    """To the child: the result of a step; None if it is not finished, or was taken back."""

    result: str | None


@dataclass(frozen=True, slots=True)
class WorkStarted:
    """To the worker: all is loaded, and the work begins."""


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """To the worker: the progress, 0.0 … 1.0."""

    fraction: float


@dataclass(frozen=True, slots=True)
class PreviewFrame:
    """To the worker: the newest frame of the video that is being written, as a small JPEG."""

    jpeg: bytes


@dataclass(frozen=True, slots=True)
class LoadStep:
    """To the worker: load the result of this step. Answered by StepResult."""

    step: str


@dataclass(frozen=True, slots=True)
class SaveStep:
    """To the worker: save the result of this step. Answered by StepResult once it is durable."""

    step: str
    result: str


@dataclass(frozen=True, slots=True)
class ForgetStep:
    """To the worker: take this step back. Answered by StepResult, without a result."""

    step: str


@dataclass(frozen=True, slots=True)
class WorkDone:
    """To the worker: the work is done."""

    result: WorkResult


@dataclass(frozen=True, slots=True)
class WorkFailed:
    """To the worker: the work failed. With an empty reason it is a bug, which `traceback` shows."""

    reason: str
    error_name: str
    traceback: str


Work = RenderWork | ConformWork | InspectWork | FinishWork | RecommendWork
ToChild = ChildSetup | Work | StepResult
ToWorker = (
    WorkStarted | ProgressReport | PreviewFrame | LoadStep | SaveStep | ForgetStep | WorkDone | WorkFailed
)


def pack_message(message: ToChild | ToWorker) -> bytes:
    """Encode a message: its length, then its pickle."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH_PREFIX.pack(len(data)) + data
