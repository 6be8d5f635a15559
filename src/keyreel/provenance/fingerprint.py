"""A video's perceptual fingerprint, stable under another encoding, size, frame rate or container.

Each of a few frames becomes a DCT perceptual hash: the signs of the 255 lowest coefficients of its luma,
scaled to 32 x 32, and a mask of those that are large enough to survive an encoder. Knows no tasks.
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

_SAMPLE_SIDE: Final = 32  # pixels
_DCT_SIDE: Final = 16  # coefficients
# In 8-bit steps of luma. Smaller coefficients may be an encoder's own: with all of them counted, images as
# soft as fog fell from a likeness of 0.90 to 0.45 when encoded badly.
_MIN_COEFFICIENT: Final = 0.2
_MIN_RELIABLE_BITS: Final = 16  # of 255; a frame with fewer is nearly one shade
# As often as our frames: at fast motion a neighbour is another image already.
_DENSE_SECONDS: Final = 1 / 30
_MAX_SECONDS: Final = 70.0  # of a video that are examined


def compute_fingerprint(video: Path) -> str:
    """Return a video's fingerprint from its sync frames, which are cheap; empty for nearly one shade."""
    with open_untrusted(video) as container:
        seconds = read_duration(container)
    return fingerprint_from_frames(sample_frames(video), seconds)


def compute_dense_fingerprint(container: InputContainer) -> str:
    """Return a fingerprint from up to 30 frames a second, as far as they decode, to compare with others."""
    frames = sample_at_interval(container, _DENSE_SECONDS, _MAX_SECONDS)
    return fingerprint_from_frames(_stop_at_damage(frames), read_duration(container))


def fingerprint_from_frames(frames: Iterable[SampledFrame], seconds: float) -> str:
    """Return a fingerprint from decoded frames of a video of this length; empty for nearly one shade."""
    reformatter = VideoReformatter()
    hashes = (
        f"{round(frame.seconds * 1000)}:{bits}"
        for frame in frames
        if (bits := _hash_frame(frame.image, reformatter))
    )
    text = "/".join(hashes)
    return f"{FINGERPRINT_VERSION}/{round(seconds * 1000)}/{text}" if text else ""


def _stop_at_damage(frames: Iterator[SampledFrame]) -> Iterator[SampledFrame]:
    with suppress(FFmpegError):
        yield from frames


def _hash_frame(image: VideoFrame, reformatter: VideoReformatter) -> str:
    """Return a frame's signs and mask, both hexadecimal; empty for a frame of nearly one shade."""
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
    # The first coefficient is the mean luma, which says nothing about the image.
    coefficients = (basis @ means @ basis.T).ravel()[1:] / (_SAMPLE_SIDE / 2) ** 2
    is_reliable = np.abs(coefficients) >= _MIN_COEFFICIENT
    return (
        f"{_bits_to_int(coefficients > 0):x}:{_bits_to_int(is_reliable):x}"
        if is_reliable.sum() >= _MIN_RELIABLE_BITS
        else ""
    )


def _bits_to_int(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
