"""What the worker needs of whatever runs its work: child processes here, or a Ray cluster. Runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, overload

from keyreel.errors import EngineUnavailable

if TYPE_CHECKING:
    from keyreel.engine import Clip
    from keyreel.finishing.acceptance.flaw import Flaw
    from keyreel.finishing.finished_video import FinishedVideo
    from keyreel.worker.children.protocol import (
        ConformWork,
        FinishWork,
        InspectWork,
        RecommendWork,
        RenderWork,
    )


class EngineNotStarted(EngineUnavailable):
    """The engine could not be started."""


class ExecutorUnavailable(EngineUnavailable):
    """What runs the engine cannot be reached right now."""


class StepKeeper(Protocol):
    """What running work reports to: an attempt at a task."""

    def report_progress(self, fraction: float) -> None:
        """Note progress, 0.0 … 1.0."""
        ...

    def show_preview(self, jpeg: bytes) -> None:
        """Take the newest frame of the video that is being written."""
        ...

    async def load_step(self, step: str) -> str | None:
        """Return what a finished step gave; None if it is not finished."""
        ...

    async def save_step(self, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        ...

    async def forget_step(self, step: str) -> None:
        """Take a finished step back."""
        ...


class Executor(Protocol):
    """Runs work, as much at a time as it has slots; further work waits."""

    @overload
    async def run(self, work: RenderWork | ConformWork, attempt: StepKeeper) -> Clip: ...
    @overload
    async def run(self, work: InspectWork, attempt: StepKeeper) -> tuple[Flaw, ...]: ...
    @overload
    async def run(self, work: FinishWork, attempt: StepKeeper) -> FinishedVideo: ...
    @overload
    async def run(self, work: RecommendWork, attempt: StepKeeper) -> str: ...
    async def run(
        self, work: RenderWork | ConformWork | InspectWork | FinishWork | RecommendWork, attempt: StepKeeper
    ) -> Clip | tuple[Flaw, ...] | FinishedVideo | str:
        """Do the work. Cancelling this ends it, and whatever it has started, within a second or two.

        Raises:
            RenderFailed: the work failed, with a reason for people.
            EngineUnavailable: it did not begin.
            ExecutorUnavailable: it did not begin for want of the executor: a later attempt may go on with the
                steps of earlier ones.
            RenderCrashed: what ran it died, or gave no sign of life for the timeout.
            Unavailable: something that passes stopped it: a full disk, or the loss of a whole cluster.
            OSError: it cannot be started now.
        """
        ...

    async def warm_up(self) -> None:
        """Make ready for the first work, if that can be done ahead."""
        ...
