"""What the worker and an engine promise each other. Neither knows the other's insides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

    from keyreel.order import Order, Size

    Frame = NDArray[np.uint8]
    """One picture, RGB, uint8 [height, width, 3]."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A film's file, and the names of finishing steps that it needs no more ("watermark", "soundtrack")."""

    path: Path
    fulfilled: frozenset[str] = frozenset()


class Film(Protocol):
    """One stretch of video at 24 fps, encoded as it is written."""

    def write(self, frame: Frame) -> None:
        """Encode the next frame, of the film's own size. The watermark is laid over it here.

        The frame may be used again once this returns. Blocks while the encoder is behind.
        """
        ...


class Job(Protocol):
    """What the worker lends an engine for one run of a task."""

    folder: Path
    """An empty folder, private to this attempt."""

    async def once(self, step: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return the durable result of `step`, doing the work only if no attempt of this task did it yet."""
        ...

    async def progress(self, fraction: float) -> None:
        """Report honest progress, 0.0 … 1.0.

        Raises:
            Cancelled: the task is to stop.
        """
        ...

    def film(self, name: str, size: Size) -> AbstractContextManager[Film]:
        """Open a film that is `folder / f"{name}.mp4"` once the block ends without an error."""
        ...


class Engine(Protocol):
    """Makes clips. An async context manager: entered once by its executor, left when the executor ends."""

    name: str
    slots: int
    """How many orders it takes at a time."""

    def accepts(self, order: Order) -> bool:
        """Say whether this engine can make the order; looks at the order alone, not at pictures."""
        ...

    async def render(self, order: Order, job: Job) -> Clip:
        """Make the order's bare clip. Its pictures are paths of checked sRGB PNG files, its size is settled.

        Raises:
            RenderFailed: the order cannot be made, with a reason for people.
            Cancelled: passed on from `job.progress`.
        """
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
