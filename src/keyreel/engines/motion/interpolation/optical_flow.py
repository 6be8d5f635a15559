"""The flow between two small pictures at any time, from a few runs of the in-betweening network.

The network hardly moves near both ends, so it is asked only well inside; flow divided by time is what is
interpolated between those nodes and kept outside them, which makes motion through the whole shot linear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.interpolation.flow_refinement import Refiner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import FloatArray, Net

_FIRST_NODE: Final = 0.12
_LAST_NODE: Final = 0.88
_FEWEST_NODES: Final = 3
_NEARLY_STILL: Final = 3.0
"""Flow shorter than this, in pixels, looks the same from every time: the middle says it all."""

_MOST_NODES: Final = 13
_PIXELS_PER_NODE: Final = 7.0
_TYPICAL: Final = 90
"""Percentile of the flow's lengths that counts as the size of the motion."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What is known about one time: rates of motion towards both pictures, and which to trust.

    `rates` [h,w,4] are pixels for a unit of time, x and y to the first picture, then to the last; `choice`
    [h,w,2] are logits of taking the first, and where both show the same, 0 … 1.
    """

    rates: FloatArray
    choice: FloatArray


class FlowBetween:
    """The flow between two pictures of one size, whose sides are multiples of 64."""

    def __init__(self, net: Net, first: Frame, last: Frame) -> None:
        self._net = net
        stacked = np.concatenate([first, last], axis=2).transpose(2, 0, 1)[np.newaxis]
        self._pictures: FloatArray = stacked.astype(np.float32) / np.float32(255)
        self._refiner = Refiner(first, last)
        self.middle = self._run(0.5)
        lengths = np.linalg.norm(self.middle.rates[..., 2:] - self.middle.rates[..., :2], axis=2) / 2
        self.length = float(lengths.mean())
        """Mean motion from the first picture to the last, in pixels."""
        self._times = _times(float(np.percentile(lengths, _TYPICAL)))
        self._nodes: dict[int, Flow] = {len(self._times) // 2: self.middle}

    @property
    def nodes(self) -> int:
        """How often the network is asked: the larger the motion, the more often."""
        return len(self._times)

    def at(self, time: float) -> Flow:
        """Return the flow at a time, 0 … 1. Ask in time's order: only the nodes around it are kept."""
        if len(self._times) == 1:
            return self.middle
        place = float(np.interp(time, self._times, np.arange(len(self._times))))
        before = min(int(place), len(self._times) - 2)
        part = place - before
        low = self._node(before)
        for passed in [index for index in self._nodes if index < before]:
            del self._nodes[passed]
        if part == 0:
            return low
        high = self._node(before + 1)
        return Flow(between(low.rates, high.rates, part), between(low.choice, high.choice, part))

    def _node(self, index: int) -> Flow:
        if index not in self._nodes:
            self._nodes[index] = self._run(float(self._times[index]))
        return self._nodes[index]

    def _run(self, time: float) -> Flow:
        flow, mask = self._net(self._pictures, np.full((1, 1, 1, 1), time, dtype=np.float32))
        first, last = flow[0, :2].transpose(1, 2, 0), flow[0, 2:].transpose(1, 2, 0)
        found = self._refiner.refined(
            np.ascontiguousarray(first / np.float32(time), dtype=np.float32),
            np.ascontiguousarray(last / np.float32(1 - time), dtype=np.float32),
            time,
        )
        return Flow(np.dstack([found.to_first, found.to_last]), np.dstack([mask[0, 0], found.agreement]))


def _times(length: float) -> NDArray[np.float64]:
    """Choose the times to ask at for motion of a typical length, in pixels: odd in number, one halfway."""
    if length < _NEARLY_STILL:
        return np.array([0.5])
    wanted = min(max(round(length / _PIXELS_PER_NODE) | 1, _FEWEST_NODES), _MOST_NODES)
    return np.linspace(_FIRST_NODE, _LAST_NODE, wanted)


def between(low: FloatArray, high: FloatArray, part: float) -> FloatArray:
    """Interpolate: `low` where `part` is 0, `high` where it is 1."""
    return np.asarray(cv2.addWeighted(low, 1 - part, high, part, 0), dtype=np.float32)
