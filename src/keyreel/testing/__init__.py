"""Test doubles for users: a manual clock, a job over a folder, and small engines that work or misbehave.

The engines are used by name, for example `keyreel.testing:CardEngine` in the setting `engines`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from keyreel.engine import Clip, RemoteVideo
from keyreel.errors import RenderFailed
from keyreel.order import list_images

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Job, RemoteJob, VideoWriter
    from keyreel.order import Order, Size

_NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, now: datetime = _NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return its time, aware, in UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Go forward, or back with negative seconds."""
        self._now += timedelta(seconds=seconds)


class FolderJob:
    """A Job over a folder, for trying an engine alone; `once` keeps results in `steps`, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: list[float] = []
        self.steps: dict[str, str] = {}

    async def once(self, step: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return the step's result, doing the work the first time."""
        if step not in self.steps:
            self.steps[step] = await work()
        return self.steps[step]

    async def forget(self, step: str) -> None:
        """Take the step's result back."""
        self.steps.pop(step, None)

    async def progress(self, fraction: float) -> None:
        """Keep the report in `reports`."""
        self.reports.append(fraction)

    def film(self, name: str, size: Size) -> AbstractContextManager[VideoWriter]:
        """Open a video in the folder, without a watermark."""
        from keyreel.media.video_writer import open_video_writer

        return open_video_writer(self.folder / f"{name}.mp4", size)


class _StatelessEngine:
    """The base of engines that have nothing to load."""

    slots = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def accepts(self, order: Order) -> bool:
        """Accept every order."""
        del order
        return True


class CardEngine(_StatelessEngine):
    """Shows a plain card that changes its colour from frame to frame, one video for each shot."""

    name = "card"

    async def render(self, order: Order, job: Job) -> Clip:
        """Draw the shots, each once, and join them."""
        from keyreel.media.mux import concatenate_videos

        videos: list[Path] = []
        for index, shot in enumerate(order.shots):
            draw = partial(_draw_card, job, order.frame_size, f"shot-{index}", shot.frames)
            videos.append(Path(await job.once(f"shot-{index}", draw)))
            await job.progress((index + 1) / len(order.shots))
        if len(videos) == 1:
            return Clip(videos[0])
        clip = job.folder / "clip.mp4"
        concatenate_videos(videos, clip)
        return Clip(clip)


async def _draw_card(job: Job, size: Size, name: str, frames: int) -> str:
    import numpy as np

    with job.film(name, size) as video:
        for number in range(frames):
            shade = 255 * number // frames
            video.write(np.full((size.height, size.width, 3), (shade, 128, 255 - shade), np.uint8))
    return str(job.folder / f"{name}.mp4")


class DescribingEngine(CardEngine):
    """Works like CardEngine, and recommends a prompt that says how many images it saw."""

    name = "describing"

    async def recommend_prompt(self, order: Order) -> str:
        """Count the images."""
        return f"A card made from {len(list_images(order))} image(s)."


class HangingEngine(_StatelessEngine):
    """Starts a process of its own, reports progress once, and hangs.

    Writes both process ids to `pids` in the job's folder.
    """

    name = "hanging"

    async def render(self, order: Order, job: Job) -> Clip:
        """Hang."""
        del order
        program = [sys.executable, "-c", "import signal; signal.pause()"]
        helper = subprocess.Popen(program)  # noqa: ASYNC220, S603 - it blocks on purpose, with our own program
        (job.folder / "pids").write_text(f"{os.getpid()} {helper.pid}")
        await job.progress(0.1)
        while True:
            signal.pause()


class CrashingEngine(_StatelessEngine):
    """Is killed in every render, as if by the kernel when memory runs out."""

    name = "crashing"

    async def render(self, order: Order, job: Job) -> Clip:
        """Die."""
        del order, job
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


class CrashingOnceEngine(_StatelessEngine):
    """Is killed in a task's first render, after the first shot, and works like CardEngine from then on."""

    name = "crashing-once"

    async def render(self, order: Order, job: Job) -> Clip:
        """Die, or draw."""
        tries: list[str] = []

        async def first() -> str:
            tries.append("first")
            return "begun"

        await job.once("begun", first)
        if tries:
            size = order.frame_size
            await job.once("shot-0", partial(_draw_card, job, size, "shot-0", order.shots[0].frames))
            os.kill(os.getpid(), signal.SIGKILL)
        return await CardEngine().render(order, job)


class FailingEngine(_StatelessEngine):
    """Fails with a reason; if the first prompt is "bug" or "memory", by that instead."""

    name = "failing"

    async def render(self, order: Order, job: Job) -> Clip:
        """Fail."""
        del job
        if order.shots[0].prompt == "bug":
            raise ZeroDivisionError("a secret of the engine")
        if order.shots[0].prompt == "memory":
            raise MemoryError
        raise RenderFailed("The image shows nothing that could move.")


class RemoteCardEngine(_StatelessEngine):
    """Receives a card of another size and rate, as from another server.

    With the prompt "wait" it never does; with "end early" the second half of the card is black. `requested`
    and `cancelled` have the ids of the tasks that it was asked for, and that it was told are not wanted.
    """

    name = "remote-card"
    slots = 20
    requested: ClassVar[list[str]] = []
    cancelled: ClassVar[list[str]] = []

    async def request_video(self, order: Order, job: RemoteJob) -> RemoteVideo:
        """Wait, or receive."""
        self.requested.append(job.task_id)
        await job.progress(0.5)
        prompt = order.shots[0].prompt
        if prompt == "wait":
            await asyncio.Event().wait()
        path = job.folder / "received.mp4"
        seen = 0.5 if prompt == "end early" else 1.0
        await asyncio.to_thread(_encode_card, path, order.seconds, seen)
        return RemoteVideo(path)

    async def cancel(self, job: RemoteJob) -> None:
        """Remember it."""
        self.cancelled.append(job.task_id)


def _encode_card(path: Path, seconds: int, seen: float) -> None:
    """Write a card that is black after the share of it that is seen."""
    import av
    import numpy as np
    from av.video.frame import VideoFrame

    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=16)
        stream.width, stream.height, stream.pix_fmt = 480, 320, "yuv420p"
        for number in range(16 * seconds + 1):
            shade = 255 * number // (16 * seconds)
            color = (shade, 128, 255 - shade) if number <= seen * 16 * seconds else (0, 0, 0)
            frame = VideoFrame.from_ndarray(np.full((320, 480, 3), color, np.uint8), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
