"""What a model must be able to do in single calls for an order to be made of them. It opens no image."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from keyreel.engines.conform.plan import plan_segments
from keyreel.mentions import find_mentions
from keyreel.order import Operation, Size

if TYPE_CHECKING:
    from keyreel.engines.conform.frame_rule import FrameRule
    from keyreel.engines.conform.plan import Segment
    from keyreel.order import Order

_ANY_SIZE: Final = Size(640, 352)


def is_made_of(order: Order, rule: FrameRule, operations: frozenset[Operation]) -> bool:
    """Say whether calls of these operations are enough for an order, whose size need not be settled."""
    segments = plan_segments(order if order.size else replace(order, size=_ANY_SIZE), rule)
    if order.subjects and len(segments) > 1:
        # A call that begins on the last frame of the one before has no room for the references.
        return False
    return {_name_operation(segment, order) for segment in segments} <= operations


def _name_operation(segment: Segment, order: Order) -> Operation:
    if order.subjects:
        return Operation.REFERENCE2VIDEO
    if segment.last is not None:
        return Operation.START_END2VIDEO
    if segment.first is not None or segment.is_continuation:
        return Operation.IMG2VIDEO
    return Operation.TEXT2VIDEO


def name_references(prompt: str, order: Order) -> str:
    """Return a prompt that speaks of reference images by their numbers, where it mentioned subjects."""
    numbers: dict[str, int] = {}
    images = 0
    for subject in order.subjects:
        numbers[subject.name] = images + 1
        images += len(subject.images)
    done, at = "", 0
    for mention in find_mentions(prompt, numbers, allow_bare=False):
        done += f"{prompt[at : mention.start]}the subject of reference image {numbers[mention.name]}"
        at = mention.end
    return done + prompt[at:]
