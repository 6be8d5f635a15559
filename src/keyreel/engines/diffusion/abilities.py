"""From what a model can make a video: words, keyframes, references. It opens no image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from keyreel.engines.conform.plan import plan_segments
from keyreel.order import Operation, Size

if TYPE_CHECKING:
    from keyreel.engines.conform.frame_rule import FrameRule
    from keyreel.engines.conform.plan import Segment
    from keyreel.order import Order

_ANY_SIZE: Final = Size(640, 352)
"""How an order is divided does not depend on its size."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """From what a model makes the frames of one call."""

    words: bool = False
    """From a prompt alone."""
    first: bool = False
    """From a first frame, without a last one."""
    first_and_last: bool = False
    references: bool = False
    """From images of subjects, beside whatever else it can."""

    def accept(self, order: Order, rule: FrameRule) -> bool:
        """Say whether a model with these abilities makes an order, in as many calls as the rule asks for."""
        has_references = any(subject.images for subject in order.subjects)
        if order.operation is Operation.TEMPLATE2VIDEO or (has_references and not self.references):
            return False
        if order.operation is Operation.REFERENCE2VIDEO and not has_references:
            return False
        return all(
            self._can_make(order, segment)
            for segment in plan_segments(replace(order, size=order.size or _ANY_SIZE), rule)
        )

    def _can_make(self, order: Order, segment: Segment) -> bool:
        # The frame that an extension begins on is known once its video was fetched.
        is_extension = order.operation is Operation.EXTEND and segment.index == 0
        has_first = segment.first is not None or segment.is_continuation or is_extension
        if segment.last is not None:
            return has_first and self.first_and_last
        return self.first if has_first else self.words
