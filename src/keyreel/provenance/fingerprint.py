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

from keyreel.media.color import planes
from keyreel.media.sampled_frames import length, open_strange, sampled, stills
from keyreel.provenance.fingerprint_match import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from keyreel.media.sampled_frames import Still

_SIDE: Final = 32
_WAVES: Final = 16
# In 8-bit steps of light. Lower waves may be an encoder's own: with all of them counted, pictures as soft as
# fog fell from 0.90 to 0.45 when encoded badly.
_LOWEST: Final = 0.2
_FEWEST: Final = 16
# Every frame of ours: at fast motion a neighbour is another picture already.
_DENSE_SECONDS: Final = 1 / 30
_LONGEST_SECONDS: Final = 70.0


def fingerprint(video: Path) -> str:
    """Take a video's fingerprint, from frames that are cheap to decode; empty for nearly one shade."""
    with open_strange(video) as container:
        seconds = length(container)
    return fingerprint_of(stills(video), seconds)


def close_fingerprint(container: InputContainer) -> str:
    """Take a fingerprint from up to 30 frames a second, as far as they decode, to be held against others."""
    frames = sampled(container, _DENSE_SECONDS, _LONGEST_SECONDS)
    return fingerprint_of(_until_damage(frames), length(container))


def fingerprint_of(frames: Iterable[Still], seconds: float) -> str:
    """Take a fingerprint from frames that are decoded already."""
    reformatter = VideoReformatter()
    seen = (
        f"{round(still.seconds * 1000)}:{waves}"
        for still in frames
        if (waves := _waves(still.picture, reformatter))
    )
    text = "/".join(seen)
    return f"{VERSION}/{round(seconds * 1000)}/{text}" if text else ""


def _until_damage(frames: Iterator[Still]) -> Iterator[Still]:
    with suppress(FFmpegError):
        yield from frames


def _waves(picture: VideoFrame, reformatter: VideoReformatter) -> str:
    """Return the signs of the picture's waves and which of them count; empty for nearly one shade."""
    small = reformatter.reformat(
        picture, width=_SIDE, height=_SIDE, format="gray", interpolation=Interpolation.AREA, threads=1
    )
    means = planes(small)[0].astype(np.float64)
    basis = np.cos(np.pi / (2 * _SIDE) * np.outer(np.arange(_WAVES), 2 * np.arange(_SIDE) + 1))
    # The first wave is the mean light, which says nothing about the picture.
    heights = (basis @ means @ basis.T).ravel()[1:] / (_SIDE / 2) ** 2
    counts = np.abs(heights) >= _LOWEST
    return f"{_number(heights > 0):x}:{_number(counts):x}" if counts.sum() >= _FEWEST else ""


def _number(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
