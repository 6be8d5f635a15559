"""How alike two fingerprints are; does not know how they are taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ALIKE: Final = 0.6
"""From here on two fingerprints are of one video.

Over 36 videos and nine ways to encode each again (a quarter of the size, CRF 38, 12 to 30 fps, 2 % cropped
away, or several at once): one video 0.78 to 1.0, of other pictures at most 0.14. Videos of one picture
with the same move under another seed reach what one video does: of several, the likest is right in 9 of 10.
"""

VERSION: Final = "1"
"""Begins every fingerprint. The length in milliseconds and each frame with its time follow."""

_BITS: Final = 255
_TOLERANCE_MS: Final = 130


@dataclass(frozen=True, slots=True)
class Print:
    """A fingerprint that has been read: the video's length, and what was seen at which times."""

    milliseconds: int
    seen: tuple[tuple[int, int], ...]


def read_print(text: str) -> Print | None:
    """Read a fingerprint; None where there is none, or one of another kind."""
    version, _, rest = text.partition("/")
    if version != VERSION:
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
