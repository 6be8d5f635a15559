"""Videos made small enough for a page: MP4 with a poster, and several of them as one animated WebP."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import av
from PIL import Image

from keyreel.media.video_reader import read_frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FPS = 24
"""Of everything that Keyreel makes."""
LONG_SIDE = 640
"""Pixels, of the videos and their posters."""
_CRF = 27
"""Of H.264."""
_WEBP_WIDTH = 480
_WEBP_EVERY = 2
"""One frame of so many: 12 a second."""
_WEBP_QUALITIES = (60, 45, 30, 15)


def write_small_video(video: Path, small: Path, poster: Path) -> None:
    """Write a video anew without its sound, 640 pixels on its long side, and the frame in its middle."""
    frames = [_shrink(Image.fromarray(frame)) for frame in read_frames(video)]
    width, height = frames[0].size
    with av.open(str(small), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": str(_CRF), "preset": "slow"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode())
    frames[len(frames) // 2].save(poster, quality=80, optimize=True)


def write_animation(scenes: Sequence[tuple[Path, float, float]], target: Path, max_bytes: int) -> None:
    """Write parts of videos as one WebP that loops, in the best quality that fits.

    A scene is a video, the second from which, and for how many seconds.

    Raises:
        ValueError: no quality fits into so many bytes.
    """
    frames = [frame for scene in scenes for frame in _read_scene(*scene)]
    for quality in _WEBP_QUALITIES:
        buffer = io.BytesIO()
        frames[0].save(
            buffer,
            "WEBP",
            save_all=True,
            append_images=frames[1:],
            duration=round(1000 * _WEBP_EVERY / FPS),
            loop=0,
            quality=quality,
            method=4,
        )
        if buffer.tell() <= max_bytes:
            target.write_bytes(buffer.getvalue())
            return
    raise ValueError(f"{target}: {len(frames)} frames do not fit into {max_bytes} bytes")


def _read_scene(video: Path, begin: float, seconds: float) -> Iterator[Image.Image]:
    """Yield every second frame of a part of a video, in 16:9."""
    size = _WEBP_WIDTH, _WEBP_WIDTH * 9 // 16
    for number, frame in enumerate(read_frames(video)):
        if number >= (begin + seconds) * FPS:
            return
        if number >= begin * FPS and number % _WEBP_EVERY == 0:
            yield Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS)


def _shrink(frame: Image.Image) -> Image.Image:
    """Return a frame with its long side at 640 pixels; H.264 needs even sides."""
    scale = LONG_SIDE / max(frame.size)
    width, height = (2 * round(side * scale / 2) for side in frame.size)
    return frame.resize((width, height), Image.Resampling.LANCZOS)
