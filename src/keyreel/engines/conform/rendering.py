"""An order rendered by a model that keeps a frame rule: segment by segment, conformed and joined.

Heavy libraries are imported when the first segment is made: whoever looks engines up imports this as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engines.conform.plan import plan_segments
from keyreel.system.atomic_file import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from keyreel.engine import Frame, Job
    from keyreel.engines.conform.conformer import Conformer
    from keyreel.engines.conform.frame_rule import FrameRule, NativePlan
    from keyreel.engines.conform.framing import NativeFrame
    from keyreel.engines.conform.plan import Segment
    from keyreel.order import Order

    ReportFraction = Callable[[float], Awaitable[None]]
    """Reports how much of a call is done, 0.0 … 1.0; raises what `Job.progress` raises."""
    MakeFrames = Callable[["ModelCall", ReportFraction], Awaitable[Iterable[NativeFrame]]]
    """Has a model make the frames of a call; they may be made as they are taken, and are taken one by one."""

_MAKING_SHARE: Final = 0.9
"""The share of a segment's progress for making its frames; the rest is for decoding and conforming them."""

_PROGRESS_INTERVAL_FRAMES: Final = 4
"""Frames between two reports of progress while frames are conformed."""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """What a model is to make in one call: `plan.frames` frames, at `plan.fps`, in `plan.size`.

    They begin on `first` and end on `last`, where these are given: uint8 RGB [height, width, 3] of
    `plan.size`. `index` counts an order's calls from 0, and is the same in each attempt.
    """

    index: int
    prompt: str
    seed: int
    plan: NativePlan
    first: Frame | None
    last: Frame | None


async def render_conformed(order: Order, job: Job, rule: FrameRule, make: MakeFrames) -> Path:
    """Render an order with a model's frames: exactly its frames, in its size, on its keyframes.

    Each segment is a durable step: another attempt goes on after the last that was finished.

    Returns:
        The video, in the job's folder.

    Raises:
        RenderFailed: the model made too few frames or frames that are no RGB images; or from `make`.
        Cancelled: passed on from the job's progress.
    """
    from keyreel.engines.conform.conformer import Conformer
    from keyreel.media.mux import concatenate_videos

    segments = plan_segments(order, rule)
    renderer = _SegmentRenderer(order, job, Conformer(order.frame_size), make)
    paths: list[Path] = []
    all_steps = sum(segment.steps for segment in segments)
    done = 0
    for segment in segments:
        report = partial(_report_part, job, done / all_steps, segment.steps / all_steps)
        # The segment before may be another attempt's, in a folder of its own.
        handover = _name_handover(paths[-1]) if segment.is_continuation else None
        render = partial(renderer.render, segment, handover, report)
        paths.append(Path(await job.once(segment.name, render)))
        done += segment.steps
        await job.progress(done / all_steps)
    if len(paths) == 1:
        return paths[0]
    clip = job.folder / "clip.mp4"
    concatenate_videos(paths, clip)
    return clip


async def _report_part(job: Job, begin: float, share: float, fraction: float) -> None:
    """Report the progress of a part that begins at a fraction of the whole and has a share of it."""
    await job.progress(begin + share * min(max(fraction, 0.0), 1.0))


@dataclass(frozen=True, slots=True)
class _SegmentRenderer:
    """Renders the segments of one order, each to a video of its own."""

    order: Order
    job: Job
    conformer: Conformer
    make: MakeFrames

    async def render(self, segment: Segment, handover: Path | None, report: ReportFraction) -> str:
        """Have a segment's frames made, write them as they are conformed, and return the video's path.

        A continuation begins on the image `handover`, the last frame of the segment before.
        """
        first, last = self._load(segment.first or handover), self._load(segment.last)
        path = self.job.folder / f"{segment.name}.mp4"
        frames = await self.make(_create_call(segment, first, last), partial(_report_making, report))
        conformed = self.conformer.conform(frames, segment, first=first, last=last)
        with self.job.film(segment.name, self.order.frame_size) as video:
            for step, frame in enumerate(conformed):
                if step in segment.written:
                    video.write(frame)
                if segment.is_continued and step == segment.steps:
                    _save_frame(frame, _name_handover(path))
                if step % _PROGRESS_INTERVAL_FRAMES == 0:
                    await report(_MAKING_SHARE + (1 - _MAKING_SHARE) * step / segment.steps)
        return str(path)

    def _load(self, image: str | Path | None) -> Frame | None:
        """Load an image in the order's size."""
        from keyreel.engines.motion.imaging.cropping import load_cropped

        return None if image is None else load_cropped(Path(image), self.order.frame_size)


def _name_handover(video: Path) -> Path:
    """Return the path of a segment's last frame, beside its video, on which the next segment begins."""
    return video.with_name(f"{video.stem}-last.png")


def _create_call(segment: Segment, first: Frame | None, last: Frame | None) -> ModelCall:
    from keyreel.engines.conform.framing import extend_to_native_size

    native = [
        None if keyframe is None else extend_to_native_size(keyframe, segment.plan.size)
        for keyframe in (first, last)
    ]
    return ModelCall(segment.index, segment.prompt, segment.seed, segment.plan, *native)


async def _report_making(report: ReportFraction, fraction: float) -> None:
    """Report how much of a segment's frames a model has made, 0 … 1."""
    await report(_MAKING_SHARE * fraction)


def _save_frame(frame: Frame, path: Path) -> None:
    from PIL import Image

    with replace_atomically(path) as part:
        Image.fromarray(frame).save(part, "PNG")
