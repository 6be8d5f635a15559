"""The first and the last frame, beside the keyframes that they are to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.finishing.acceptance.flaw import Flaw
from keyreel.finishing.acceptance.miniatures import correlate, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.finishing.acceptance.look import Look
    from keyreel.finishing.acceptance.miniatures import Miniature

_LARGEST_ERROR: Final = 0.15
"""Mean absolute error, of full scale, between a frame and its keyframe."""
_LEAST_CORRELATION: Final = 0.5
_LEAST_ERROR: Final = 0.04
"""An error below that is none, however badly two nearly flat images correlate."""


def find_wrong_keyframes(look: Look) -> Iterator[Flaw]:
    """Find a first or last frame that shows another image than its keyframe."""
    first, last = look.order.shots[0].first, look.order.shots[-1].last
    if first is not None and not _shows(look.miniatures[0].image, look.load_image(first)):
        yield Flaw("its first frame is not the requested image")
    if last is not None and not _shows(look.miniatures[-1].image, look.load_image(last)):
        yield Flaw("its last frame is not the requested image")


def _shows(frame: Miniature, keyframe: Miniature) -> bool:
    """Say whether a frame shows an image, however that was cropped; a plain one always."""
    height, width = frame.shape[:2]
    return is_plain(keyframe) or any(
        _resembles(frame, keyframe[top : top + height, left : left + width])
        for top in range(keyframe.shape[0] - height + 1)
        for left in range(keyframe.shape[1] - width + 1)
    )


def _resembles(frame: Miniature, keyframe: Miniature) -> bool:
    error = float(np.abs(frame - keyframe).mean()) / 255
    return error <= _LEAST_ERROR or (
        error <= _LARGEST_ERROR and correlate(frame, keyframe) >= _LEAST_CORRELATION
    )
