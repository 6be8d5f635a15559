"""What a model can make in one call: how many frames, how fast, how large. Knows no orders and no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log, sqrt
from typing import Final

from keyreel.order import FPS, Size

_AREA_WEIGHT: Final = 0.25
"""How much a wrong area counts beside a wrong aspect ratio, both as logarithms."""


@dataclass(frozen=True, slots=True)
class NativePlan:
    """What to ask a model for: so many frames, of which so many make a second, in this size."""

    frames: int
    fps: int
    size: Size

    @property
    def rate(self) -> Fraction:
        """How many of these frames there are for each frame of the video."""
        return Fraction(self.fps, FPS)


@dataclass(frozen=True, slots=True)
class FrameRule:
    """What a model can make in one call.

    Frame counts are `frame_multiple` times a whole number plus `frame_offset`: Wan makes 4n + 1 frames at 16
    a second, up to 81. Sizes are one of `sizes`, or else any whose sides are multiples of `side_multiple` and
    which has at most `max_pixels`.

    Raises:
        ValueError: no number of frames up to `max_frames` keeps the rule and gives a video of two.
    """

    fps: int
    max_frames: int
    frame_multiple: int = 1
    frame_offset: int = 0
    side_multiple: int = 16
    max_pixels: int = 1920 * 1088
    sizes: tuple[Size, ...] = ()

    def __post_init__(self) -> None:
        if self.max_steps < 1:
            counts = f"{self.frame_multiple}n + {self.frame_offset}"
            raise ValueError(
                f"max_frames: no {counts} up to {self.max_frames} is enough for two frames at 24 fps"
            )

    @property
    def rate(self) -> Fraction:
        """How many of the model's frames there are for each frame of the video."""
        return Fraction(self.fps, FPS)

    @property
    def longest(self) -> int:
        """The largest number of frames that keeps the rule."""
        return self.max_frames - (self.max_frames - self.frame_offset) % self.frame_multiple

    @property
    def max_steps(self) -> int:
        """How many frames of the video there are, at most, from the first of a call's frames to its last."""
        return floor((self.longest - 1) / self.rate)

    def round_up_frames(self, needed: int) -> int:
        """Return the smallest number of frames that keeps the rule and is not below `needed`."""
        return needed + (self.frame_offset - needed) % self.frame_multiple

    def choose_plan(self, steps: int, size: Size) -> NativePlan:
        """Choose the frames that reach over so many `steps` of the video, never fewer, and the nearest size.

        `steps` is at least 1 and at most `max_steps`.
        """
        frames = self.round_up_frames(max(ceil(steps * self.rate) + 1, 2))
        return NativePlan(frames, self.fps, self._choose_size(size))

    def _choose_size(self, size: Size) -> Size:
        pixels = min(size.pixel_count, self.max_pixels)

        def misfit(candidate: Size) -> float:
            ratio, area = candidate.aspect_ratio / size.aspect_ratio, candidate.pixel_count / pixels
            return abs(log(ratio)) + _AREA_WEIGHT * abs(log(area))

        return min(self.sizes or self._list_sizes(size, pixels), key=misfit)

    def _list_sizes(self, size: Size, pixels: int) -> list[Size]:
        """List sizes of about so many pixels and about the aspect ratio of `size`."""
        width = sqrt(pixels * size.aspect_ratio)
        sides = [
            [self.side_multiple * max(floor(side / self.side_multiple) + up, 1) for up in (0, 1)]
            for side in (width, pixels / width)
        ]
        sizes = [Size(wide, high) for wide in sides[0] for high in sides[1]]
        return [each for each in sizes if each.pixel_count <= self.max_pixels] or sizes[:1]
