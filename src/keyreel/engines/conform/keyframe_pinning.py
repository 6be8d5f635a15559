"""A video's ends pinned to keyframes, which replace its first and its last frame without a jump.

Frames are uint8 RGB [height, width, 3], keyframes too, all of one size. Models shift colours, and move what a
keyframe shows: colours are matched, and where more than that differs the two frames beside the keyframe are
interpolated between it and the frame after them.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import cv2

from keyreel.engines.conform.colour_match import ColourMatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.conform.frame_rate import FrameInterpolator

_EASED_FRAMES: Final = 2
_FADE_FRAMES: Final = 12
"""Frames, with the last keyframe, over which the colours fade to its own; so many are held at a time."""

_MAX_UNEASED_ERROR: Final = 0.01
"""Mean difference from a keyframe, 0 … 1, that may pass from one frame to the next: encoding adds as much."""


def pin_first(frames: Iterator[Frame], keyframe: Frame, interpolator: FrameInterpolator) -> Iterator[Frame]:
    """Yield the frames with the keyframe as the first, and all others in its colours."""
    first = next(frames)
    match = ColourMatch(first, keyframe)
    matched = (match.apply(frame) for frame in frames)
    opening = [keyframe, *islice(matched, _EASED_FRAMES + 1)]
    if _is_moved(match.apply(first), keyframe):
        opening = _ease(opening, interpolator)
    yield from opening
    yield from matched


def pin_last(
    frames: Iterator[Frame], count: int, keyframe: Frame, interpolator: FrameInterpolator
) -> Iterator[Frame]:
    """Yield the frames, `count` of them, with the keyframe as the last; before it colours fade to its own."""
    yield from islice(frames, max(count - _FADE_FRAMES, 0))
    ending = list(frames)
    match = ColourMatch(ending[-1], keyframe)
    ending = [match.apply(frame, (number + 1) / len(ending)) for number, frame in enumerate(ending)]
    closing = [keyframe, *ending[-2 : -_EASED_FRAMES - 3 : -1]]
    if _is_moved(ending[-1], keyframe):
        closing = _ease(closing, interpolator)
    yield from ending[: -len(closing)]
    yield from reversed(closing)


def _is_moved(frame: Frame, keyframe: Frame) -> bool:
    return float(cv2.absdiff(frame, keyframe).mean()) / 255 > _MAX_UNEASED_ERROR


def _ease(frames: list[Frame], interpolator: FrameInterpolator) -> list[Frame]:
    """Interpolate what lies between a keyframe, the first of the frames, and the last of them.

    They stay as they are where the model shows something else altogether.
    """
    gaps = len(frames) - 1
    drawn = [interpolator.interpolate(frames[0], frames[-1], step / gaps) for step in range(1, gaps)]
    between = [frame for frame in drawn if frame is not None]
    return [frames[0], *between, frames[-1]] if len(between) == len(drawn) else frames
