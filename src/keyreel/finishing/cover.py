"""The cover image: the frame with the most detail, of a few frames of the video; knows no orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from keyreel.errors import RenderFailed
from keyreel.media.color import ColorConverter, get_planes
from keyreel.system.atomic_file import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from av.video.frame import VideoFrame

    from keyreel.media.sampled_frames import SampledFrame

_JPEG_QUALITY: Final = 88  # of 100
_SCORING_WIDTH: Final = 320  # pixels


def make_cover(frames: Sequence[SampledFrame], out: Path, xmp: bytes) -> Path:
    """Write the frame with the highest score as a JPEG of the video's own size, with this XMP packet.

    Raises:
        RenderFailed: there are no frames.
    """
    best = max((frame.image for frame in frames), key=_score_frame, default=None)
    if best is None:
        raise RenderFailed("The engine's clip cannot be decoded.")
    with replace_atomically(out) as part:
        Image.fromarray(ColorConverter().to_rgb(best)).save(part, "JPEG", quality=_JPEG_QUALITY, xmp=xmp)
    return out


def _score_frame(image: VideoFrame) -> float:
    """Return fine detail (mean gradient of luma) times how far the mean luma is from black and white."""
    luma = get_planes(image)[0]
    step = max(1, luma.shape[1] // _SCORING_WIDTH)
    height, width = (side // step for side in luma.shape)
    small = luma[: height * step, : width * step].reshape(height, step, width, step).mean(axis=(1, 3))
    detail = float(np.abs(np.diff(small, axis=0)).mean() + np.abs(np.diff(small, axis=1)).mean())
    light = float(small.mean()) / 255
    return detail * light * (1 - light)
