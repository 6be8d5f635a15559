"""A video that another server made, brought to what was ordered; as it is where that is ordered already."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from keyreel.engine import Clip
from keyreel.engines.conform.frame_rate import FrameInterpolator, resample
from keyreel.engines.conform.framing import to_order_size
from keyreel.engines.motion.networks.models import Networks
from keyreel.errors import RenderFailed
from keyreel.media.mux import remove_audio, remux
from keyreel.media.probe import VideoInfo, list_deviations, probe_video
from keyreel.media.video_reader import read_frames
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.engine import Frame, Job, RemoteVideo
    from keyreel.engines.conform.frame_rule import NativePlan
    from keyreel.order import Order

_SOUNDTRACK_STEP: Final = "soundtrack"
_MAX_SIDE: Final = 4096
"""Pixels."""
_MAX_FRAMES: Final = 240 * 60
_MAX_STRETCH: Final = Fraction(10, 9)
"""How much longer a video may be shown than it is; what is shorter still has lost its end."""
_UNREADABLE: Final = "The received video cannot be read."


async def conform_received(video: RemoteVideo, order: Order, job: Job) -> Clip:
    """Make a clip of a received video.

    Raises:
        RenderFailed: it cannot be read, or is too short, too long or too large.
    """
    info = _probe(video.path)
    steps = frozenset({_SOUNDTRACK_STEP}) if video.has_sound and info.audio_track else frozenset[str]()
    clip = Clip(video.path, completed_steps=steps, source=video.source, notes=video.notes)
    if list_deviations(info, order):
        silent = await _encode_anew(video.path, info, order, job)
        return replace(clip, path=_add_sound(silent, video.path, job) if steps else silent)
    if info.audio_track and not steps:
        remove_audio(video.path, job.folder / "muted.mp4")
        return replace(clip, path=job.folder / "muted.mp4")
    return clip


def read_planned_frames(path: Path, plan: NativePlan) -> Iterator[Frame]:
    """Yield the frames of a plan from a received video, uint8 RGB [height, width, 3] of whatever size it has.

    One that has exactly the planned number is taken frame by frame, any other by its time.

    Raises:
        RenderFailed: it cannot be read, or is too short, too long or too large.
    """
    info = _probe(path)
    if info.frames == plan.frames:
        return _read(path)
    positions = _compute_positions(info, plan.frames, plan.fps)
    return resample(_read(path), positions, FrameInterpolator(Networks()))


def _probe(path: Path) -> VideoInfo:
    try:
        info = probe_video(path)
    except (OSError, ValueError) as error:
        raise RenderFailed(_UNREADABLE) from error
    if max(info.width, info.height) > _MAX_SIDE or not 1 < info.frames <= _MAX_FRAMES or info.fps <= 0:
        raise RenderFailed("The received file is too large, too long, or not a video.")
    return info


async def _encode_anew(path: Path, info: VideoInfo, order: Order, job: Job) -> Path:
    scaled = (to_order_size(frame, order.frame_size) for frame in _read(path))
    positions = _compute_positions(info, order.frames, FPS)
    frames = resample(scaled, positions, FrameInterpolator(Networks()))
    with job.film("received", order.frame_size) as film:
        for number, frame in enumerate(frames):
            film.write(frame)
            await job.progress(number / order.frames)
    return job.folder / "received.mp4"


def _add_sound(video: Path, sound: Path, job: Job) -> Path:
    remux(video, job.folder / "sounding.mp4", {}, sound)
    return job.folder / "sounding.mp4"


def _read(path: Path) -> Iterator[Frame]:
    try:
        yield from read_frames(path)
    except FFmpegError as error:
        raise RenderFailed(_UNREADABLE) from error


def _compute_positions(info: VideoInfo, frames: int, fps: int) -> list[Fraction]:
    """Return where so many frames, `fps` a second, lie among the video's: by time, or stretched a little."""
    steps, rate = frames - 1, info.fps / fps
    longest = Fraction(info.frames - 1, steps)
    if rate > longest * _MAX_STRETCH:
        raise RenderFailed(
            f"The received video has {float(info.frames / info.fps):.2f} s instead of {frames / fps:g}."
        )
    return [step * min(rate, longest) for step in range(steps + 1)]
