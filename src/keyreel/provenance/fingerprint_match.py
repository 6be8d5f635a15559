"""The likeness of two fingerprints; does not know how they are computed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

MATCH_THRESHOLD: Final = 0.6
"""The likeness, 0 … 1, from which on two fingerprints are of one video.

Measured over 36 videos and nine ways to encode each again (a quarter of the size, CRF 38, 12 to 30 fps, 2 %
cropped away, or several at once): the same video 0.88 to 1.0, videos of other images at most 0.14. Videos of
one image with the same camera move and another seed are as alike as one video: of several, the most alike is
the right one in 9 of 10.
"""

FINGERPRINT_VERSION: Final = "1"
"""Begins every fingerprint; the length in milliseconds and each frame with its time follow."""

_TOLERANCE_MS: Final = 130


@dataclass(frozen=True, slots=True)
class FrameHash:
    """One frame: its time, the signs of its coefficients as bits, and a mask of the reliable ones."""

    milliseconds: int
    signs: int
    counts: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A parsed fingerprint: the video's length, and its frames in order of time."""

    milliseconds: int
    frames: tuple[FrameHash, ...]


def parse_fingerprint(text: str) -> Fingerprint | None:
    """Parse a fingerprint; None where it is empty, malformed or of another version."""
    version, _, rest = text.partition("/")
    if version != FINGERPRINT_VERSION:
        return None
    milliseconds, *frames = rest.split("/")
    try:
        hashes = tuple(_parse_frame_hash(*frame.split(":")) for frame in frames)
        is_valid = bool(hashes) and all(frame.counts for frame in hashes)
        return Fingerprint(int(milliseconds), hashes) if is_valid else None
    except (ValueError, TypeError):
        return None


def _parse_frame_hash(milliseconds: str, signs: str, counts: str) -> FrameHash:
    return FrameHash(int(milliseconds), int(signs, 16), int(counts, 16))


def compare_fingerprints(one: str, other: str) -> float:
    """Return the likeness of two fingerprints, 0.0 (unrelated, or unreadable) … 1.0 (the same)."""
    first, second = parse_fingerprint(one), parse_fingerprint(other)
    return compute_likeness(first, second) if first and second else 0.0


def compute_likeness(one: Fingerprint, other: Fingerprint) -> float:
    """Compare the fingerprint with fewer frames to the other's frames of the same time; return 0.0 … 1.0.

    Only the less alike half of the frames counts: videos of one image often begin alike and diverge later.
    Different lengths lower the likeness.
    """
    few, many = sorted((one, other), key=lambda each: len(each.frames))
    length_ratio = min(few.milliseconds, many.milliseconds) / max(few.milliseconds, many.milliseconds, 1)
    if length_ratio < MATCH_THRESHOLD:
        return 0.0
    found = sorted(_compute_agreement(frame, many) for frame in few.frames)
    worse = found[: (len(found) + 1) // 2]
    return max(0.0, 2 * sum(worse) / len(worse) - 1) * length_ratio


def _compute_agreement(frame: FrameHash, among: Fingerprint) -> float:
    """Return the share of a frame's reliable bits that the nearest hash of about its time has, too."""
    first = bisect_left(among.frames, frame.milliseconds - _TOLERANCE_MS, key=_get_time)
    last = bisect_right(among.frames, frame.milliseconds + _TOLERANCE_MS, key=_get_time)
    near = (((frame.signs ^ other.signs) & frame.counts).bit_count() for other in among.frames[first:last])
    counted = frame.counts.bit_count()
    return 1 - min(near, default=counted / 2) / counted


def _get_time(frame: FrameHash) -> int:
    return frame.milliseconds
