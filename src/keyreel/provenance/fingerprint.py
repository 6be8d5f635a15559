"""A video's fingerprint: tells it again after another encoding, size, frame rate or container.

Each of a few frames becomes 255 bits: the signs of its coarsest waves of light (a cosine transform of 32 x 32
means), which no encoder has a reason to turn around. Knows frames and times, and nothing of what they show.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from av.error import FFmpegError
from av.video.reformatter import Interpolation, VideoReformatter

from keyreel.media.color import planes
from keyreel.media.stills import length, open_strange, sampled, stills

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame

    from keyreel.media.stills import Still

ALIKE: Final = 0.6
"""From here on two fingerprints are of one video.

Over 36 videos and nine ways to encode each again (a quarter of the size, CRF 38, 12 to 30 fps, 2 % cropped
away, or several at once): one video 0.78 to 1.0, of other pictures at most 0.14. Videos of one picture
with the same move under another seed reach what one video does: of several, the likest is right in 9 of 10.
"""

_VERSION: Final = "1"
_SIDE: Final = 32
_WAVES: Final = 16
_BITS: Final = _WAVES * _WAVES - 1
# The deviation, in 8-bit steps, below which a picture is one shade: its waves would be those of noise.
_FLAT: Final = 1.5
_DENSE_SECONDS: Final = 1 / 8
_TOLERANCE_MS: Final = 130
_LONGEST_SECONDS: Final = 70.0


@dataclass(frozen=True, slots=True)
class Print:
    """A fingerprint that has been read: the video's length, and what was seen at which times."""

    milliseconds: int
    seen: tuple[tuple[int, int], ...]


def fingerprint(video: Path) -> str:
    """Take a video's fingerprint, from frames that are cheap to decode; empty if all show one shade."""
    with open_strange(video) as container:
        seconds = length(container)
    return fingerprint_of(stills(video), seconds)


def close_fingerprint(container: InputContainer) -> str:
    """Take a fingerprint from eight frames a second, as far as they decode, to be held against kept ones."""
    frames = sampled(container, _DENSE_SECONDS, _LONGEST_SECONDS)
    return fingerprint_of(_until_damage(frames), length(container))


def fingerprint_of(frames: Iterable[Still], seconds: float) -> str:
    """Take a fingerprint from frames that are decoded already."""
    reformatter = VideoReformatter()
    seen = (
        f"{round(still.seconds * 1000)}:{bits:x}"
        for still in frames
        if (bits := _bits(still.picture, reformatter)) is not None
    )
    text = "/".join(seen)
    return f"{_VERSION}/{round(seconds * 1000)}/{text}" if text else ""


def _until_damage(frames: Iterator[Still]) -> Iterator[Still]:
    with suppress(FFmpegError):
        yield from frames


def read_print(text: str) -> Print | None:
    """Read a fingerprint; None where there is none, or one of another kind."""
    version, _, rest = text.partition("/")
    if version != _VERSION:
        return None
    milliseconds, *seen = rest.split("/")
    pairs = (each.partition(":") for each in seen)
    return Print(int(milliseconds), tuple((int(at), int(bits, 16)) for at, _, bits in pairs))


def alike(one: str, other: str) -> float:
    """Return the likeness of two fingerprints' videos: 1.0 for the same, 0.0 for unrelated ones."""
    first, second = read_print(one), read_print(other)
    return likeness(first, second) if first and second else 0.0


def likeness(one: Print, other: Print) -> float:
    """Hold the print with fewer frames against the other's frames of the same time.

    The less alike half of the frames counts: videos of one picture often begin alike and part later. Where
    lengths differ, less can be alike.
    """
    few, many = sorted((one, other), key=lambda each: len(each.seen))
    same_length = min(few.milliseconds, many.milliseconds) / max(few.milliseconds, many.milliseconds, 1)
    if same_length < ALIKE:
        return 0.0
    found = sorted(_agreement(at, bits, many) for at, bits in few.seen)
    worse = found[: (len(found) + 1) // 2]
    return max(0.0, 2 * sum(worse) / len(worse) - 1) * same_length


def _agreement(at: int, bits: int, among: Print) -> float:
    near = ((bits ^ other).bit_count() for time, other in among.seen if abs(time - at) <= _TOLERANCE_MS)
    return 1 - min(near, default=_BITS / 2) / _BITS


def _bits(picture: VideoFrame, reformatter: VideoReformatter) -> int | None:
    small = reformatter.reformat(
        picture, width=_SIDE, height=_SIDE, format="gray", interpolation=Interpolation.AREA, threads=1
    )
    means = planes(small)[0].astype(np.float64)
    if means.std() < _FLAT:
        return None
    places = np.arange(_SIDE)
    waves = np.cos(np.pi / (2 * _SIDE) * np.outer(np.arange(_WAVES), 2 * places + 1))
    # The first wave is the mean light, which says nothing about the picture.
    heights = (waves @ means @ waves.T).ravel()[1:]
    return int.from_bytes(np.packbits(heights > np.median(heights)).tobytes(), "big")
