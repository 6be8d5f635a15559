"""The inspection of a clip: a table of checks.

A new check is a module with one function of the type `Check`, and a line in `CHECKS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from av.error import FFmpegError

from keyreel.finishing.acceptance.black import find_black
from keyreel.finishing.acceptance.cuts import find_cuts
from keyreel.finishing.acceptance.flaw import Flaw
from keyreel.finishing.acceptance.frozen import find_frozen
from keyreel.finishing.acceptance.keyframes import find_wrong_keyframes
from keyreel.finishing.acceptance.look import look_at
from keyreel.finishing.acceptance.loudness import find_wrong_loudness
from keyreel.media.probe import list_deviations, probe_video
from keyreel.storage.passing_faults import find_passing_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyreel.engine import Clip
    from keyreel.finishing.acceptance.look import Look
    from keyreel.order import Order

    Check = Callable[[Look], Iterator[Flaw]]

CHECKS: Final[tuple[Check, ...]] = (
    find_wrong_keyframes,
    find_black,
    find_frozen,
    find_cuts,
    find_wrong_loudness,
)


def inspect_clip(clip: Clip, order: Order) -> tuple[Flaw, ...]:
    """Return what is odd about a clip that an engine made of an order.

    One that cannot be decoded, or has another size, length, rate or coding than was ordered, is looked at no
    further, and must not be delivered.
    """
    try:
        info = probe_video(clip.path)
        deviations = list_deviations(info, order)
        if deviations:
            return tuple(Flaw(each, is_deliverable=False) for each in deviations)
        look = look_at(clip, info, order)
    except (ValueError, FFmpegError) as error:
        if find_passing_fault(error.__cause__ or error):
            raise
        return (Flaw("it cannot be decoded", is_deliverable=False),)
    return tuple(flaw for check in CHECKS for flaw in check(look))
