"""Small videos with images in them, and ways to encode a video once more."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from keyreel.engine import DigitalSourceType
from keyreel.media.mux import remux
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size
from keyreel.provenance.c2pa_manifest import ProvenanceClaim
from keyreel.task import TaskId

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIZE = Size(320, 176)
CLAIM = ProvenanceClaim(TaskId("7301444403220774912"), "studio-1", DigitalSourceType.COMPOSITE)


def scene(path: Path, seed: int, *, move: float = 3.0, seconds: int = 2, size: Size = SIZE) -> Path:
    """Write a video that pans over a landscape of soft blobs by `move` pixels a frame."""
    landscape = _landscape(seed, size.height, size.width + 200)
    with open_video_writer(path, size) as film:
        for number in range(24 * seconds):
            left = round(100 + move * (number - 12 * seconds) * 50 / (12 * seconds * max(1.0, abs(move))))
            film.write(np.ascontiguousarray(landscape[:, left : left + size.width]))
    return path


def labelled_scene(path: Path, seed: int, identifier: str = '{"Label":"1"}') -> Path:
    """Write such a video with the index in front and an identifier in it, as finishing does."""
    remux(scene(path.with_suffix(".bare.mp4"), seed), path, {"AIGC": identifier})
    return path


def encode_again(
    source: Path, out: Path, *, scale: float = 1.0, fps: int = 24, crop: float = 0.0, **options: Any
) -> Path:
    """Encode a video again: smaller, at another rate, with its edges cropped away, as `options` say."""
    codec = options.pop("codec", "libx264")
    with av.open(source) as original, av.open(out, "w") as target:
        stream = original.streams.video[0]
        width, height = stream.codec_context.width, stream.codec_context.height
        graph = av.filter.Graph()
        cut = f"{int(width * (1 - crop)) // 2 * 2}:{int(height * (1 - crop)) // 2 * 2}"
        size = int(width * scale) // 2 * 2, int(height * scale) // 2 * 2
        steps = [
            graph.add_buffer(template=stream),
            graph.add("crop", cut),
            graph.add("fps", str(fps)),
            graph.add("scale", f"{size[0]}:{size[1]}"),
            graph.add("buffersink"),
        ]
        for one, following in pairwise(steps):
            one.link_to(following)
        graph.configure()
        track = target.add_stream(codec, rate=fps, options={key: str(each) for key, each in options.items()})
        track.width, track.height, track.pix_fmt, track.gop_size = *size, "yuv420p", 250
        for frame in [*original.decode(stream), None]:
            graph.push(frame)
            for image in _pulled(graph):
                image.pict_type = 0
                target.mux(track.encode(image))
        target.mux(track.encode(None))
    return out


def _pulled(graph: av.filter.Graph) -> list[av.VideoFrame]:
    images = []
    while True:
        try:
            images.append(graph.pull())
        except (av.error.BlockingIOError, av.error.EOFError):
            return images


def _landscape(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:height, 0:width]
    ground = np.full((height, width, 3), 110.0)
    for _ in range(24):
        y, x = random.uniform(0, height), random.uniform(0, width)
        radius = random.uniform(height / 12, height / 3)
        blob = np.exp(-((down - y) ** 2 + (across - x) ** 2) / (2 * radius**2))
        ground += blob[..., None] * random.uniform(-120, 120, 3)
    return np.clip(ground, 0, 255).astype(np.uint8)
