"""Frozen stretches, where the order asks for motion and its images could show any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.finishing.acceptance.flaw import Flaw, describe_span
from keyreel.finishing.acceptance.miniatures import is_plain
from keyreel.order import Amplitude, list_images

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.finishing.acceptance.look import Look
    from keyreel.order import Shot

_STILL_LEVELS: Final = 2.0
"""Levels, of 255, that no pixel of a miniature differs by within a frozen stretch."""
_LONGEST_SECONDS: Final = 1.5
_STILL_PROMPT: Final = (
    r"\b(?:still|static|stationary|motionless|frozen|freeze|freezes|unmoving|paused?|pauses)\b"
    r"|\b(?:no|without(?: any)?) (?:motion|movement|camera)\b|\block(?:ed)?[ -](?:off|down)\b"
    r"|\bdo(?:es)?(?:n't| not) move\b|静止|定格|不动|固定"
)


def find_frozen(look: Look) -> Iterator[Flaw]:
    """Find the longest frozen stretch, if it lasts longer than 1.5 s."""
    begin, end = _find_longest_stretch(look)
    if end - begin > _LONGEST_SECONDS and not _may_be_still(look):
        yield Flaw(f"nothing moves {describe_span(begin, end)}")


def _find_longest_stretch(look: Look) -> tuple[float, float]:
    miniatures = look.miniatures
    anchor, longest = miniatures[0], (0.0, 0.0)
    for each in miniatures[1:]:
        if float(np.abs(each.image - anchor.image).max()) > _STILL_LEVELS:
            anchor = each
        elif each.seconds - anchor.seconds > longest[1] - longest[0]:
            longest = (anchor.seconds, each.seconds)
    return longest


def _may_be_still(look: Look) -> bool:
    """Say whether stillness was ordered, or the images ask for none: neither is the clip's fault."""
    order = look.order
    calm = order.amplitude in {Amplitude.AUTO, Amplitude.SMALL}
    if calm and look.is_prompted(_STILL_PROMPT):
        return True
    return any(_has_equal_ends(shot, look) for shot in order.shots) or any(
        is_plain(look.load_image(image)) for image in list_images(order)
    )


def _has_equal_ends(shot: Shot, look: Look) -> bool:
    """Say whether a shot begins and ends on the same image: that asks for no motion."""
    if shot.first is None or shot.last is None:
        return False
    first, last = look.load_image(shot.first), look.load_image(shot.last)
    return first.shape == last.shape and float(np.abs(first - last).max()) <= _STILL_LEVELS
