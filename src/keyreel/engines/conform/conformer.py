"""A segment's frames, as a model makes them, brought to what the order says. Calls no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from keyreel.engines.conform.frame_rate import FrameInterpolator, resample
from keyreel.engines.conform.framing import to_order_size
from keyreel.engines.conform.keyframe_pinning import pin_first, pin_last
from keyreel.engines.motion.networks.models import Networks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyreel.engine import Frame
    from keyreel.engines.conform.framing import NativeFrame
    from keyreel.engines.conform.plan import Segment
    from keyreel.order import Size


class Conformer:
    """Conforms segments of one order to its size and rate. It loads the network when it first needs it."""

    def __init__(self, size: Size) -> None:
        # The same frames whatever the number of cores.
        cv2.setNumThreads(1)
        self._size = size
        self._interpolator = FrameInterpolator(Networks())

    def conform(
        self,
        frames: Iterable[NativeFrame],
        segment: Segment,
        *,
        first: Frame | None = None,
        last: Frame | None = None,
    ) -> Iterator[Frame]:
        """Yield a segment's frames from step 0 to its last, uint8 RGB [height, width, 3] of the order's size.

        `frames` are taken one by one, those beyond the segment's plan never; a dozen are held at a time, of
        the order's size. `first` and `last` are what the segment begins and ends on, of that size as well.

        Raises:
            RenderFailed: there are too few frames, or one is no RGB image.
        """
        scaled = (to_order_size(frame, self._size) for frame in frames)
        conformed = resample(scaled, segment.compute_positions(), self._interpolator)
        if first is not None:
            conformed = pin_first(conformed, first, self._interpolator)
        if last is not None:
            conformed = pin_last(conformed, segment.steps + 1, last, self._interpolator)
        return conformed
