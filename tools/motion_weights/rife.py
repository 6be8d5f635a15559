"""RIFE's in-betweening network (version 4.2x, five blocks) as one ONNX graph of dynamic size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from onnx import TensorProto

from motion_weights.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motion_weights.checkpoint import Weights

_SCALES: Final = (16, 8, 4, 2, 1)
_ROUNDS: Final = 8
_SIZE: Final = ("h", "w")


@dataclass(frozen=True, slots=True)
class _Axis:
    """One side of the images: its pixels' places from -1 to 1, and how far one pixel is there."""

    places: str
    pixel: str


@dataclass(frozen=True, slots=True)
class _Estimate:
    """What the blocks know so far: flow, mask, and features for the next block."""

    flow: str
    mask: str
    features: str


def rife(weights: Weights) -> bytes:
    """Write the network: x [1,6,h,w] and t [1,1,1,1] give flow [1,4,h,w] and mask [1,1,h,w]."""
    graph = Graph(weights)
    images = graph.split("x", [3, 3])
    shape = graph.op("Shape", "x")
    one = graph.const(np.int64(1))
    across, down = (_axis(graph, shape, one, axis=axis) for axis in (3, 2))
    # An image and its features share one warp.
    seen = [graph.concat(image, _features(graph, image)) for image in images]
    size = graph.op("Slice", shape, graph.ints(2), graph.ints(4))
    whole = graph.op("Concat", graph.ints(1, 1), size, axis=0)
    time = graph.op("Expand", "t", whole)
    estimate = _block(graph, 0, [*_ordered(graph, *seen), time], None)
    for number in range(1, len(_SCALES)):
        grids = _grids(graph, estimate.flow, across, down)
        warped = [_warped(graph, each, grid) for each, grid in zip(seen, grids, strict=True)]
        parts = [*_ordered(graph, *warped), time, estimate.mask, estimate.features]
        change = _block(graph, number, parts, estimate.flow)
        flow = graph.op("Add", estimate.flow, change.flow)
        estimate = _Estimate(flow, change.mask, change.features)
    return graph.model(
        "motion_rife",
        {"x": (1, 6, *_SIZE), "t": (1, 1, 1, 1)},
        {"flow": (estimate.flow, (1, 4, *_SIZE)), "mask": (estimate.mask, (1, 1, *_SIZE))},
    )


def _axis(graph: Graph, shape: str, one: str, *, axis: int) -> _Axis:
    """Make the sampling places from the run-time size; a runtime folds them once the size is fixed."""
    wanted = [1, 1, 1, -1] if axis == 3 else [1, 1, -1, 1]  # noqa: PLR2004 - the last axis of four
    side = graph.op("Slice", shape, graph.ints(axis), graph.ints(axis + 1))
    length = graph.op("Squeeze", side, graph.ints(0))
    last = graph.op("Cast", graph.op("Sub", length, one), to=TensorProto.FLOAT)
    steps = graph.op("Range", graph.const(np.int64(0)), length, one)
    places = graph.op("Cast", steps, to=TensorProto.FLOAT)
    pixel = graph.op("Div", graph.const(np.float32(2)), last)
    centred = graph.op("Sub", graph.op("Mul", places, pixel), graph.const(np.float32(1)))
    return _Axis(
        graph.op("Reshape", centred, graph.ints(*wanted)),
        graph.op("Reshape", pixel, graph.ints(1, 1, 1, 1)),
    )


def _features(graph: Graph, image: str) -> str:
    value = image
    for layer, stride in enumerate((2, 1, 1)):
        value = graph.relu(graph.conv(value, f"encode.cnn{layer}", stride=stride))
    return graph.double(value, "encode.cnn3")


def _grids(graph: Graph, flow: str, across: _Axis, down: _Axis) -> list[str]:
    """Turn the flow into the places where both warps sample, [1,h,w,2]."""
    channels = graph.split(flow, [1, 1, 1, 1])
    grids: list[str] = []
    for x, y in (channels[:2], channels[2:]):
        columns = graph.op("Add", graph.op("Mul", x, across.pixel), across.places)
        rows = graph.op("Add", graph.op("Mul", y, down.pixel), down.places)
        grids.append(graph.op("Transpose", graph.concat(columns, rows), perm=[0, 2, 3, 1]))
    return grids


def _warped(graph: Graph, value: str, grid: str) -> str:
    return graph.op("GridSample", value, grid, mode="bilinear", padding_mode="border", align_corners=1)


def _ordered(graph: Graph, first: str, last: str) -> list[str]:
    """Put both images before both features: the checkpoint's order of channels."""
    images_and_features = [graph.split(value, [3, 4]) for value in (first, last)]
    return [part for kind in zip(*images_and_features, strict=True) for part in kind]


def _block(graph: Graph, number: int, parts: Sequence[str], flow: str | None) -> _Estimate:
    scale, prefix = _SCALES[number], f"block{number}."
    value = graph.resize(graph.concat(*parts), 1 / scale)
    if flow is not None:
        value = graph.concat(value, graph.times(graph.resize(flow, 1 / scale), 1 / scale))
    for layer in (0, 1):
        value = graph.relu(graph.conv(value, f"{prefix}conv0.{layer}.0", stride=2))
    for layer in range(_ROUNDS):
        key = f"{prefix}convblock.{layer}"
        change = graph.conv(value, f"{key}.conv", gain=graph.weights[f"{key}.beta"])
        value = graph.relu(graph.op("Add", change, value))
    value = graph.double(value, f"{prefix}lastconv.0")
    value = graph.resize(graph.op("DepthToSpace", value, blocksize=2, mode="CRD"), scale)
    motion, mask, features = graph.split(value, [4, 1, 8])
    return _Estimate(graph.times(motion, scale), mask, features)
