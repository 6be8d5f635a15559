"""The cover picture: one telling frame of the finished video; knows nothing of its order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
import numpy as np
from PIL import Image

from keyreel.errors import RenderFailed
from keyreel.media.color import ColorConverter, planes
from keyreel.media.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.video.frame import VideoFrame

_CANDIDATES: Final = 6
_QUALITY: Final = 88
_WIDTH: Final = 320


def make_cover(video: Path, out: Path) -> Path:
    """Write the most telling of a few frames as a JPEG of the video's own size.

    Only frames that decode on their own are looked at (one in two seconds): the rest costs 100 times as much.

    Raises:
        RenderFailed: none of them can be decoded.
    """
    best = max(_candidates(video), key=_worth, default=None)
    if best is None:
        raise RenderFailed("The engine's clip cannot be decoded.")
    with whole_file(out) as part:
        Image.fromarray(ColorConverter().to_rgb(best)).save(part, "JPEG", quality=_QUALITY)
    return out


def _candidates(video: Path) -> Iterator[VideoFrame]:
    with av.open(video) as container:
        stream = container.streams.video[0]
        alone = [packet for packet in container.demux(stream) if packet.is_keyframe and packet.size]
        step = max(1, len(alone) / _CANDIDATES)
        for number in range(min(_CANDIDATES, len(alone))):
            yield from alone[int(number * step)].decode()
            # The end of the stream makes the decoder hand out what it has; the flush lets it go on.
            yield from stream.decode(None)
            stream.codec_context.flush_buffers()


def _worth(picture: VideoFrame) -> float:
    """Rate a frame: fine detail, times how far its light is from black and white."""
    luma = planes(picture)[0]
    step = max(1, luma.shape[1] // _WIDTH)
    height, width = (side // step for side in luma.shape)
    small = luma[: height * step, : width * step].reshape(height, step, width, step).mean(axis=(1, 3))
    detail = float(np.abs(np.diff(small, axis=0)).mean() + np.abs(np.diff(small, axis=1)).mean())
    light = float(small.mean()) / 255
    return detail * light * (1 - light)
