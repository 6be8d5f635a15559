"""An order divided into segments, each made by a model in one call. Makes nothing and opens no image.

Steps count the frames of the video from a segment's first frame, which is step 0. The frame at a segment's
last step is also the first one of the segment after it, and belongs to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engines.conform.frame_rule import FrameRule, NativePlan
    from keyreel.order import ImageRef, Order, Shot

_MAX_SEED: Final = 2**31 - 1
_QUICKENING: Final = Fraction(1, 10)
"""By how much the end of a segment is quickened to end on its keyframe, if it is long enough for that."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What a model makes in one call: a shot of the order, or a part of one.

    `first` and `last` are the keyframes at step 0 and at the last of its `steps`. A segment that
    `is_continuation` begins on the last frame of the one before, and one that `is_continued` hands on its
    own. `written` are the steps whose frames belong to the video.
    """

    index: int
    prompt: str
    seed: int
    plan: NativePlan
    steps: int
    written: range
    first: ImageRef | None
    last: ImageRef | None
    is_continuation: bool
    is_continued: bool

    @property
    def name(self) -> str:
        """The name of its durable step and of its files."""
        return f"segment-{self.index}"

    def compute_positions(self) -> list[Fraction]:
        """Return where each step, from 0 to the last, lies among the model's frames, counted from 0.

        A segment ends on its last keyframe even where the model had to make more frames than the steps need.
        The surplus then passes in the last steps, which are quickened by a tenth, or in all if those are too
        few; what precedes them keeps its time, and the model's own frames where the rates agree.
        """
        rate = self.plan.rate
        surplus = Fraction(0) if self.last is None else self.plan.frames - 1 - self.steps * rate
        quick = min(ceil(surplus / rate / _QUICKENING), self.steps)
        steady = self.steps - quick
        return [
            step * rate + (surplus * (step - steady) / quick if step > steady else 0)
            for step in range(self.steps + 1)
        ]


def plan_segments(order: Order, rule: FrameRule) -> tuple[Segment, ...]:
    """Divide an order with a settled size into segments that keep a model's rule.

    A shot that is longer than the frames of one call becomes several segments of about equal length. Segment
    i has the order's seed plus i.
    """
    segments: list[Segment] = []
    for index in range(len(order.shots)):
        segments += _divide_shot(order, index, rule, len(segments))
    return tuple(segments)


def _divide_shot(order: Order, index: int, rule: FrameRule, segments_before: int) -> Iterator[Segment]:
    shot = order.shots[index]
    ends_video = index == len(order.shots) - 1
    lengths = _divide_steps(_count_steps(shot, ends_video=ends_video), rule)
    for number, steps in enumerate(lengths):
        starts_shot, ends_shot = number == 0, number == len(lengths) - 1
        # A shot that continues another video begins with the frame after its first keyframe.
        begin = 1 if starts_shot and shot.lead is not None else 0
        yield Segment(
            index=segments_before + number,
            prompt=shot.prompt,
            seed=(order.seed - 1 + segments_before + number) % _MAX_SEED + 1,
            plan=rule.choose_plan(steps, order.frame_size),
            steps=steps,
            written=range(begin, steps + 1 if ends_shot and ends_video else steps),
            first=shot.first if starts_shot else None,
            last=shot.last if ends_shot else None,
            is_continuation=not starts_shot,
            is_continued=not ends_shot,
        )


def _count_steps(shot: Shot, *, ends_video: bool) -> int:
    """Count a shot's steps: only in the end is its last keyframe a frame of its own, not the next shot's."""
    return shot.frames - (1 if ends_video else 0) + (0 if shot.lead is None else 1)


def _divide_steps(steps: int, rule: FrameRule) -> list[int]:
    """Divide so many steps as evenly as a call allows, at frames that the model itself makes if it can."""
    unit = rule.rate.denominator if rule.max_steps >= rule.rate.denominator else 1
    units = ceil(steps / unit)
    count = ceil(units / (rule.max_steps // unit))
    lengths = [unit * (units // count + (number < units % count)) for number in range(count)]
    lengths[-1] -= unit * units - steps
    return lengths
