"""Videos of one colour, coded by the matrix and the range that a test asks for, tagged with any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

# Luma's weights of red and blue (ITU-T H.273, table 4).
WEIGHTS = {1: (0.2126, 0.0722), 4: (0.3, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087),
           9: (0.2627, 0.0593)}  # fmt: skip
UNTAGGED = 2


def coded(color: tuple[int, int, int], matrix: int, *, full: bool) -> tuple[int, int, int]:
    """Return the Y, U and V of a colour."""
    red, green, blue = (level / 255 for level in color)
    of_red, of_blue = WEIGHTS[matrix]
    light = of_red * red + (1 - of_red - of_blue) * green + of_blue * blue
    u, v = (blue - light) / (2 - 2 * of_blue), (red - light) / (2 - 2 * of_red)
    if full:
        return round(255 * light), round(128 + 255 * u), round(128 + 255 * v)
    return round(16 + 219 * light), round(128 + 224 * u), round(128 + 224 * v)


def video_of(
    path: Path,
    yuv: tuple[int, int, int],
    *,
    size: tuple[int, int],
    tags: tuple[int, int] = (UNTAGGED, 0),
    frames: int = 2,
) -> Path:
    """Write a video of one colour; `tags` are its matrix and its range, 1 limited and 2 full."""
    width, height = size
    with av.open(path, "w") as target:
        stream = target.add_stream("libx264", rate=4, options={"qp": "1", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = tags
        planes = np.concatenate(
            [
                np.full(width * height // area, level, np.uint8)
                for level, area in zip(yuv, (1, 4, 4), strict=True)
            ]
        )
        for _ in range(frames):
            frame = av.VideoFrame.from_ndarray(planes.reshape(-1, width), format="yuv420p")
            frame.colorspace, frame.color_range = tags
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path
