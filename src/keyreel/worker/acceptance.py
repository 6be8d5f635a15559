"""A clip accepted, or rendered once more because of its flaws. Renders and inspects nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.errors import EngineUnavailable, RenderCrashed, RenderFailed
from keyreel.finishing.acceptance.flaw import describe_flaws
from keyreel.settings.acceptance import BelowBar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from keyreel.engine import Clip
    from keyreel.finishing.acceptance.flaw import Flaw
    from keyreel.order import Order
    from keyreel.worker.attempt import EngineAttempt

_FLAWS_STEP: Final = "flaws of the first render"
"""The durable step after which the second render is due: no attempt at the task goes back to the first."""
_MAX_SEED: Final = 2**31 - 1
_ACCEPTED_NOTE: Final = "This is a second render, with seed {seed}: the first had a flaw ({first})."
_FLAWED_NOTE: Final = "This video has a flaw: {flaws}. A second render was no better."
_BOTH_FLAWED_NOTE: Final = (
    "This is a second render, with seed {seed}, which has a flaw: {flaws}. The first had one too ({first})."
)
_ONLY_NOTE: Final = "This video has a flaw: {flaws}."
_BELOW_BAR: Final = "The video has a flaw: {flaws}."
_NOT_AS_ORDERED: Final = "The engine's clip is not as requested: {flaws}."

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InspectedClip:
    """A clip, the order that it was rendered of, and what is odd about it."""

    clip: Clip
    order: Order
    flaws: tuple[Flaw, ...]

    @property
    def is_deliverable(self) -> bool:
        """Whether it is at least what was ordered in size, length and coding."""
        return all(flaw.is_deliverable for flaw in self.flaws)


async def make_accepted_clip(
    order: Order,
    first_steps: EngineAttempt,
    make: Callable[[Order, EngineAttempt], Awaitable[InspectedClip]],
    below_bar: BelowBar,
    *,
    is_paid: bool = False,
) -> Clip:
    """Have a clip made and inspected, and made once more, with the next seed, if it has a flaw.

    A second render is a task's last one: where it has a flaw too, the better of both clips is delivered with
    a note, or none. After a restart it is made alone.

    Args:
        order: what is to be made.
        first_steps: the steps of the first render.
        make: renders an order with these steps, and inspects the clip.
        below_bar: what becomes of a clip with flaws that could be delivered.
        is_paid: whether a render costs the operator money: then there is only one.

    Raises:
        RenderFailed: no clip may be delivered.
        Exception: what `make` raises.
    """
    found, first = await first_steps.load_step(_FLAWS_STEP), None
    if found is None:
        first = await make(order, first_steps)
        if not first.flaws:
            return first.clip
        if is_paid:
            return _deliver(first, _ONLY_NOTE.format(flaws=describe_flaws(first.flaws)), below_bar)
        found = describe_flaws(first.flaws)
        _log.warning("clip below the bar", task=first_steps.job_id, flaws=found)
        await first_steps.save_step(_FLAWS_STEP, found)
    second = await _make_second(order, first_steps.for_second_render(), make, first)
    return _choose(first, second, found, below_bar)


async def _make_second(
    order: Order,
    steps: EngineAttempt,
    make: Callable[[Order, EngineAttempt], Awaitable[InspectedClip]],
    first: InspectedClip | None,
) -> InspectedClip:
    """Make the second clip; where that cannot be made, the first one stands if it can."""
    try:
        second = await make(replace(order, seed=order.seed % _MAX_SEED + 1), steps)
    except (RenderFailed, RenderCrashed, EngineUnavailable) as error:
        if first is None or not first.is_deliverable:
            raise
        _log.warning("no second render", task=steps.job_id, reason=error.message)
        return first
    if second.flaws:
        _log.warning("second clip below the bar", task=steps.job_id, flaws=describe_flaws(second.flaws))
    return second


def _choose(first: InspectedClip | None, second: InspectedClip, found: str, below_bar: BelowBar) -> Clip:
    """Return the better clip with its note; of two that are as good the first, whose seed was ordered."""
    both = (second,) if first is None else (first, second)
    best = min(both, key=lambda each: (not each.is_deliverable, len(each.flaws)))
    flaws, seed = describe_flaws(best.flaws), best.order.seed
    if not flaws:
        note = _ACCEPTED_NOTE.format(seed=seed, first=found)
    elif best is first:
        note = _FLAWED_NOTE.format(flaws=flaws)
    else:
        note = _BOTH_FLAWED_NOTE.format(seed=seed, flaws=flaws, first=found)
    return _deliver(best, note, below_bar)


def _deliver(inspected: InspectedClip, note: str, below_bar: BelowBar) -> Clip:
    """Return a clip with a note.

    Raises:
        RenderFailed: it is not to be delivered.
    """
    flaws = describe_flaws(inspected.flaws)
    if not inspected.is_deliverable:
        raise RenderFailed(_NOT_AS_ORDERED.format(flaws=flaws))
    if flaws and below_bar is BelowBar.FAIL:
        raise RenderFailed(_BELOW_BAR.format(flaws=flaws))
    return replace(inspected.clip, notes=(*inspected.clip.notes, note))
