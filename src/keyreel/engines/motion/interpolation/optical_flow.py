"""The optical flow between two small images at any time, from a few runs of RIFE (Huang et al. 2022).

The network's flow hardly changes near both ends, so it is run only well inside; flow divided by time is
interpolated between those nodes and kept outside them, which makes motion through the whole shot linear.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.interpolation.flow_refinement import FlowRefiner
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.networks.models import Network

_NETWORK_PIXELS: Final = 448 * 256
"""Pixels of the network's input."""

_NETWORK_SIDE_MULTIPLE: Final = 64
"""The network's input sides are multiples of this."""

_USUAL_FRAME_SIZE: Final = Size(1280, 720)
_TIME_SHAPE: Final = (1, 1, 1, 1)

_FIRST_NODE_TIME: Final = 0.12
_LAST_NODE_TIME: Final = 0.88
"""Times, 0 … 1, between which the network is run."""

_MIN_NODES: Final = 3
_STATIC_MOTION_PX: Final = 3.0
"""Flow shorter than this, in pixels, is the same at every time: one node, the middle, is enough."""

_MAX_NODES: Final = 13
"""At most."""

_PIXELS_PER_NODE: Final = 7.0
"""Motion, in pixels, for each further node."""

_MOTION_PERCENTILE: Final = 90
"""Percentile of the flow's lengths that counts as the length of the motion."""


@dataclass(frozen=True, slots=True)
class IntermediateFlow:
    """The flow from one time towards both images, and which of them to trust.

    `rates` [h, w, 4] are pixels for a unit of time, x and y to the first image, then to the last; `selection`
    [h, w, 2] holds the logits of taking the first, and where both show the same, 0 … 1.
    """

    rates: FloatArray
    selection: FloatArray


class IntermediateFlowEstimator:
    """Estimates the flow between two images of one size, uint8 [h, w, 3], whose sides are multiples of 64."""

    def __init__(self, net: Network, first: Frame, last: Frame) -> None:
        self._net = net
        stacked = np.concatenate([first, last], axis=2).transpose(2, 0, 1)[np.newaxis]
        self._network_input: FloatArray = stacked.astype(np.float32) / np.float32(255)
        self._refiner = FlowRefiner(first, last)
        self.middle_flow = self._run_network(0.5)
        lengths = (
            np.linalg.norm(self.middle_flow.rates[..., 2:] - self.middle_flow.rates[..., :2], axis=2) / 2
        )
        self.mean_length = float(lengths.mean())
        """Mean motion from the first image to the last, in pixels."""
        self._node_times = _choose_node_times(float(np.percentile(lengths, _MOTION_PERCENTILE)))
        self._flows_by_node: dict[int, IntermediateFlow] = {len(self._node_times) // 2: self.middle_flow}

    @property
    def node_count(self) -> int:
        """At how many times the network is run: the larger the motion, the more."""
        return len(self._node_times)

    def estimate(self, time: float) -> IntermediateFlow:
        """Return the flow at a time, 0 … 1, in ascending order: only the nodes around it are kept."""
        if len(self._node_times) == 1:
            return self.middle_flow
        node_position = float(np.interp(time, self._node_times, np.arange(len(self._node_times))))
        before = min(int(node_position), len(self._node_times) - 2)
        part = node_position - before
        low = self._get_node(before)
        for passed in [index for index in self._flows_by_node if index < before]:
            del self._flows_by_node[passed]
        if part == 0:
            return low
        high = self._get_node(before + 1)
        return IntermediateFlow(lerp(low.rates, high.rates, part), lerp(low.selection, high.selection, part))

    def _get_node(self, index: int) -> IntermediateFlow:
        if index not in self._flows_by_node:
            self._flows_by_node[index] = self._run_network(float(self._node_times[index]))
        return self._flows_by_node[index]

    def _run_network(self, time: float) -> IntermediateFlow:
        flow, mask = self._net(self._network_input, np.full(_TIME_SHAPE, time, dtype=np.float32))
        first, last = flow[0, :2].transpose(1, 2, 0), flow[0, 2:].transpose(1, 2, 0)
        found = self._refiner.refine(
            np.ascontiguousarray(first / np.float32(time), dtype=np.float32),
            np.ascontiguousarray(last / np.float32(1 - time), dtype=np.float32),
            time,
        )
        return IntermediateFlow(
            np.dstack([found.to_first, found.to_last]), np.dstack([mask[0, 0], found.agreement])
        )


def _choose_node_times(length: float) -> NDArray[np.float64]:
    """Choose the nodes' times for motion of a typical length in pixels: odd in number, one halfway."""
    if length < _STATIC_MOTION_PX:
        return np.array([0.5])
    count = min(max(round(length / _PIXELS_PER_NODE) | 1, _MIN_NODES), _MAX_NODES)
    return np.linspace(_FIRST_NODE_TIME, _LAST_NODE_TIME, count)


def prepare_network(net: Network) -> None:
    """Compile the network for videos of 16:9, which most are."""
    size = choose_network_size(_USUAL_FRAME_SIZE)
    net.prepare((1, 6, size.height, size.width), _TIME_SHAPE)


def choose_network_size(frame_size: Size) -> Size:
    """Choose the network's input size for frames of a size: near their ratio and the usual pixels."""
    ratio = frame_size.width / frame_size.height
    pixels = min(_NETWORK_PIXELS, frame_size.pixel_count)

    def misfit(size: Size) -> float:
        return abs(log(size.width / size.height / ratio)) + 0.25 * abs(log(size.pixel_count / pixels))

    sides = range(_NETWORK_SIDE_MULTIPLE * 2, _NETWORK_SIDE_MULTIPLE * 16, _NETWORK_SIDE_MULTIPLE)
    return min((Size(width, height) for width in sides for height in sides), key=misfit)


def lerp(low: FloatArray, high: FloatArray, part: float) -> FloatArray:
    """Interpolate linearly: `low` where `part` is 0, `high` where it is 1."""
    return np.asarray(cv2.addWeighted(low, 1 - part, high, part, 0), dtype=np.float32)
