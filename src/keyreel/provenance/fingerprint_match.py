"""How alike two fingerprints are; does not know how they are taken."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

MATCH_THRESHOLD: Final = 0.6
"""From here on two fingerprints are of one video.

Over 36 videos and nine ways to encode each again (a quarter of the size, CRF 38, 12 to 30 fps, 2 % cropped
away, or several at once): one video 0.88 to 1.0, those of other images at most 0.14. Videos of one image
with the same move under another seed reach what one video does: of several, the likest is right in 9 of 10.
"""

FINGERPRINT_VERSION: Final = "1"
"""Begins every fingerprint. The length in milliseconds and each frame with its time follow."""

_TOLERANCE_MS: Final = 130


@dataclass(frozen=True, slots=True)
class FrameHash:
    """One frame: its time, the signs of its waves of light, and which of them count."""

    milliseconds: int
    signs: int
    counts: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A fingerprint that has been read: the video's length, and what was seen, in time's order."""

    milliseconds: int
    frames: tuple[FrameHash, ...]


def parse_fingerprint(text: str) -> Fingerprint | None:
    """Read a fingerprint; None where there is none, or one of another kind."""
    version, _, rest = text.partition("/")
    if version != FINGERPRINT_VERSION:
        return None
    milliseconds, *frames = rest.split("/")
    try:
        seen = tuple(_parse_frame_hash(*frame.split(":")) for frame in frames)
        return Fingerprint(int(milliseconds), seen) if seen and all(frame.counts for frame in seen) else None
    except (ValueError, TypeError):
        return None


def _parse_frame_hash(milliseconds: str, signs: str, counts: str) -> FrameHash:
    return FrameHash(int(milliseconds), int(signs, 16), int(counts, 16))


def compare_fingerprints(one: str, other: str) -> float:
    """Return the likeness of two fingerprints' videos: 1.0 for the same, 0.0 for unrelated ones."""
    first, second = parse_fingerprint(one), parse_fingerprint(other)
    return compute_likeness(first, second) if first and second else 0.0


def compute_likeness(one: Fingerprint, other: Fingerprint) -> float:
    """Hold the print with fewer frames against the other's frames of the same time.

    The less alike half of the frames counts: videos of one image often begin alike and part later. Where
    lengths differ, less can be alike.
    """
    few, many = sorted((one, other), key=lambda each: len(each.frames))
    same_length = min(few.milliseconds, many.milliseconds) / max(few.milliseconds, many.milliseconds, 1)
    if same_length < MATCH_THRESHOLD:
        return 0.0
    found = sorted(_compute_agreement(frame, many) for frame in few.frames)
    worse = found[: (len(found) + 1) // 2]
    return max(0.0, 2 * sum(worse) / len(worse) - 1) * same_length


def _compute_agreement(frame: FrameHash, among: Fingerprint) -> float:
    """Return the share of a frame's waves that the likest frame of about its time has, too."""
    first = bisect_left(among.frames, frame.milliseconds - _TOLERANCE_MS, key=_get_time)
    last = bisect_right(among.frames, frame.milliseconds + _TOLERANCE_MS, key=_get_time)
    near = (((frame.signs ^ other.signs) & frame.counts).bit_count() for other in among.frames[first:last])
    counted = frame.counts.bit_count()
    return 1 - min(near, default=counted / 2) / counted


def _get_time(frame: FrameHash) -> int:
    return frame.milliseconds
