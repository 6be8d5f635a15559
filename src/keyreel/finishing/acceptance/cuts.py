"""Cuts within a shot: from one frame to the next another image, with calm before and after."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.finishing.acceptance.flaw import Flaw
from keyreel.finishing.acceptance.miniatures import correlate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.finishing.acceptance.look import Look

_CUT_CORRELATION: Final = 0.3
"""At most, between the frames on both sides of a cut."""
_CALM_CORRELATION: Final = 0.8
"""At least, between the frames before a cut, and between those after it: fast motion is no cut."""
_CUT_LEVELS: Final = 12.0
"""Levels, of 255, that frames differ by at least on both sides of a cut, on average."""
_NEXT_SECONDS: Final = 0.3
"""How far apart the frames of two miniatures may be of which one counts as the next."""
_PROMPTED: Final = (
    r"\b(?:jump |hard |match )?cuts?\b|\bcut (?:to|back)\b|\bmontage\b|\btransitions?\b|\bflash(?:es|ing)?\b"
    r"|\bscene changes?\b|\bglitch|\bstrobe|切换|切到|转场|镜头[一二三四五六]|闪"
)


def find_cuts(look: Look) -> Iterator[Flaw]:
    """Find the first cut that is at no seam of two shots, and that no prompt asks for."""
    times = _list_cut_times(look)
    seams = list(accumulate(shot.seconds for shot in look.order.shots))[:-1]
    inside = [time for time in times if all(abs(time - seam) > _NEXT_SECONDS for seam in seams)]
    if inside and not look.is_prompted(_PROMPTED):
        yield Flaw(f"it jumps to another image at {inside[0]:.1f} s")


def _list_cut_times(look: Look) -> list[float]:
    pairs = list(pairwise(look.miniatures))
    correlations = [
        correlate(one.image, other.image) if other.seconds - one.seconds <= _NEXT_SECONDS else None
        for one, other in pairs
    ]
    found: list[float] = []
    for index, (one, other) in enumerate(pairs):
        likeness = correlations[index]
        around = (*correlations[max(0, index - 1) : index], *correlations[index + 1 : index + 2])
        if (
            likeness is not None
            and likeness <= _CUT_CORRELATION
            and all(each is not None and each >= _CALM_CORRELATION for each in around)
            and float(np.abs(other.image - one.image).mean()) >= _CUT_LEVELS
        ):
            found.append(other.seconds)
    return found
