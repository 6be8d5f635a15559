"""A video's fingerprint: tells it again after another encoding, size, frame rate or container.

Each of a few frames becomes the signs of its 255 coarsest waves of light (a cosine transform of 32 x 32
means), which no encoder has a reason to turn around, and which of them are high enough to survive one. Knows
frames and times, and nothing of what they show.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import Interpolation, VideoReformatter

from keyreel.media.color import get_planes
from keyreel.media.sampled_frames import open_untrusted, read_duration, sample_at_interval, sample_frames
from keyreel.provenance.fingerprint_match import FINGERPRINT_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from keyreel.media.sampled_frames import SampledFrame

_SAMPLE_SIDE: Final = 32
_DCT_SIDE: Final = 16
# In 8-bit steps of light. Lower waves may be an encoder's own: with all of them counted, images as soft as
# fog fell from 0.90 to 0.45 when encoded badly.
_MIN_COEFFICIENT: Final = 0.2
_MIN_RELIABLE_BITS: Final = 16
# Every frame of ours: at fast motion a neighbour is another image already.
_DENSE_SECONDS: Final = 1 / 30
_LONGEST_SECONDS: Final = 70.0


def compute_fingerprint(video: Path) -> str:
    """Take a video's fingerprint, from frames that are cheap to decode; empty for nearly one shade."""
    with open_untrusted(video) as container:
        seconds = read_duration(container)
    return fingerprint_from_frames(sample_frames(video), seconds)


def compute_dense_fingerprint(container: InputContainer) -> str:
    """Take a fingerprint from up to 30 frames a second, as far as they decode, to be held against others."""
    frames = sample_at_interval(container, _DENSE_SECONDS, _LONGEST_SECONDS)
    return fingerprint_from_frames(_stop_at_damage(frames), read_duration(container))


def fingerprint_from_frames(frames: Iterable[SampledFrame], seconds: float) -> str:
    """Take a fingerprint from frames that are decoded already."""
    reformatter = VideoReformatter()
    seen = (
        f"{round(still.seconds * 1000)}:{waves}"
        for still in frames
        if (waves := _hash_frame(still.image, reformatter))
    )
    text = "/".join(seen)
    return f"{FINGERPRINT_VERSION}/{round(seconds * 1000)}/{text}" if text else ""


def _stop_at_damage(frames: Iterator[SampledFrame]) -> Iterator[SampledFrame]:
    with suppress(FFmpegError):
        yield from frames


def _hash_frame(image: VideoFrame, reformatter: VideoReformatter) -> str:
    """Return the signs of the image's waves and which of them count; empty for nearly one shade."""
    small = reformatter.reformat(
        image,
        width=_SAMPLE_SIDE,
        height=_SAMPLE_SIDE,
        format="gray",
        interpolation=Interpolation.AREA,
        threads=1,
    )
    means = get_planes(small)[0].astype(np.float64)
    basis = np.cos(
        np.pi / (2 * _SAMPLE_SIDE) * np.outer(np.arange(_DCT_SIDE), 2 * np.arange(_SAMPLE_SIDE) + 1)
    )
    # The first wave is the mean light, which says nothing about the image.
    heights = (basis @ means @ basis.T).ravel()[1:] / (_SAMPLE_SIDE / 2) ** 2
    counts = np.abs(heights) >= _MIN_COEFFICIENT
    return (
        f"{_bits_to_int(heights > 0):x}:{_bits_to_int(counts):x}"
        if counts.sum() >= _MIN_RELIABLE_BITS
        else ""
    )


def _bits_to_int(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
