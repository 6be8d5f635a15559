"""The pipeline from an engine's clip to the delivered video: a table of steps, checked before and after.

A new step is a module with one function of the type `Step`, and a line in `STEPS`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from keyreel.errors import RenderFailed
from keyreel.finishing.aigc_label import write_aigc_label
from keyreel.finishing.c2pa_step import sign_credentials
from keyreel.finishing.cover import make_cover
from keyreel.finishing.finished_video import FinishedVideo
from keyreel.finishing.soundtrack import (
    SOUNDTRACK_STEP,
    add_soundtrack,
    describe_expected_soundtrack,
    describe_soundtrack,
)
from keyreel.finishing.watermark import WATERMARK_STEP, apply_watermark
from keyreel.media.probe import VideoInfo, list_deviations, probe_video
from keyreel.media.sampled_frames import sample_frames
from keyreel.order import Size
from keyreel.provenance.aigc_identifier import build_identifier
from keyreel.provenance.fingerprint import fingerprint_from_frames
from keyreel.provenance.xmp import build_jpeg_packet

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Clip
    from keyreel.finishing.context import FinishingContext
    from keyreel.order import Order

    Step = Callable[[Clip, Order, FinishingContext], Clip]

STEPS: Final[tuple[tuple[str, Step], ...]] = (
    (WATERMARK_STEP, apply_watermark),
    (SOUNDTRACK_STEP, add_soundtrack),
    ("label", write_aigc_label),
    ("credentials", sign_credentials),
)
"""Each step's name and function, in order; a step that the clip has completed already returns it as it is."""


def finish(clip: Clip, order: Order, context: FinishingContext) -> FinishedVideo:
    """Finish a clip into "video.mp4" and "cover.jpg" in the context's folder; the clip stays as it is.

    Raises:
        RenderFailed: the clip is not what was ordered.
    """
    info = _check_clip(clip, order)
    if info.audio_track and SOUNDTRACK_STEP not in clip.completed_steps:
        raise RenderFailed(
            "The engine's clip is not as requested: it has a sound track that was not requested."
        )
    try:
        with TemporaryDirectory(dir=context.folder) as folder:
            step_context, clean = replace(context, folder=Path(folder)), None
            if (
                context.clean_copy
                and order.watermark is not None
                and WATERMARK_STEP not in clip.completed_steps
            ):
                # Both copies share one sound track.
                clip = add_soundtrack(clip, order, step_context)
                clean = _finish_clean_copy(clip, order, step_context).replace(context.folder / "clean.mp4")
            clip, info = _run_steps(clip, order, step_context)
            frames = sample_frames(clip.path)
            cover = make_cover(frames, context.folder / "cover.jpg", _build_xmp_packet(clip, order, context))
            fingerprint = fingerprint_from_frames(frames, order.seconds)
            video = clip.path.replace(context.folder / "video.mp4")
    except FFmpegError as error:
        raise RenderFailed(f"The engine's clip cannot be finished: {error.strerror}.") from error
    with video.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return FinishedVideo(video, cover, sha256, Size(info.width, info.height), fingerprint, clip.notes, clean)


def _finish_clean_copy(clip: Clip, order: Order, context: FinishingContext) -> Path:
    """Finish the copy without the watermark, in a folder of its own."""
    folder = context.folder / "clean"
    folder.mkdir()
    unmarked = replace(clip, completed_steps=clip.completed_steps | {WATERMARK_STEP})
    return _run_steps(unmarked, order, replace(context, folder=folder))[0].path


def _run_steps(clip: Clip, order: Order, context: FinishingContext) -> tuple[Clip, VideoInfo]:
    """Take a clip through all steps, and check what comes out."""
    for _, step in STEPS:
        clip = step(clip, order, context)
    info = _check_clip(clip, order)
    if describe_soundtrack(info) != describe_expected_soundtrack(order):
        raise RenderFailed(
            f"The sound track is {describe_soundtrack(info)}, not {describe_expected_soundtrack(order)}."
        )
    return clip, info


def _build_xmp_packet(clip: Clip, order: Order, context: FinishingContext) -> bytes:
    value = build_identifier(order.label, context.task_id, context.producer)
    return build_jpeg_packet(value, clip.source)


def _check_clip(clip: Clip, order: Order) -> VideoInfo:
    try:
        info = probe_video(clip.path)
    except (OSError, ValueError) as error:
        raise RenderFailed(f"The engine's clip cannot be read: {error}.") from error
    for deviation in list_deviations(info, order):
        raise RenderFailed(f"The engine's clip is not as requested: {deviation}.")
    return info
