"""A small writer of ONNX graphs: one method an operation, each returning its output's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from motion_weights.checkpoint import Weights

    Shape = Sequence[int | str]


class Graph:
    """A graph under construction, fed from a checkpoint; its weights are stored in half precision."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._names = 0

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output."""
        return self._add(kind, inputs, 1, attributes)[0]

    def split(self, value: str, sizes: Sequence[int]) -> list[str]:
        """Split along the channels."""
        return self._add("Split", (value, self.ints(*sizes)), len(sizes), {"axis": 1})

    def concat(self, *values: str) -> str:
        """Join along the channels."""
        return self.op("Concat", *values, axis=1)

    def const(self, value: NDArray[Any] | np.generic, prefix: str = "c") -> str:
        """Add a constant."""
        name = self._name(prefix)
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def ints(self, *values: int) -> str:
        """Add a constant list of integers."""
        return self.const(np.array(values, dtype=np.int64))

    def conv(self, value: str, key: str, *, stride: int = 1, gain: NDArray[np.float32] | None = None) -> str:
        """Convolve 3 x 3 by the checkpoint's layer `key`; `gain` scales its output channels."""
        weight, bias = self._layer(key, gain)
        strides, pads = [stride, stride], [1, 1, 1, 1]
        return self.op("Conv", value, weight, bias, kernel_shape=[3, 3], strides=strides, pads=pads)

    def double(self, value: str, key: str) -> str:
        """Double the size by the checkpoint's transposed convolution `key`."""
        weight, bias = self._layer(key, None)
        pads = [1, 1, 1, 1]
        return self.op("ConvTranspose", value, weight, bias, kernel_shape=[4, 4], strides=[2, 2], pads=pads)

    def relu(self, value: str) -> str:
        """Rectify, leakily."""
        return self.op("LeakyRelu", value, alpha=0.2)

    def resize(self, value: str, scale: float) -> str:
        """Scale both sides, linearly."""
        if scale == 1:
            return value
        scales = self.const(np.array([1, 1, scale, scale], dtype=np.float32))
        mode = "pytorch_half_pixel"
        return self.op("Resize", value, "", scales, mode="linear", coordinate_transformation_mode=mode)

    def times(self, value: str, factor: float) -> str:
        """Multiply by a number."""
        return value if factor == 1 else self.op("Mul", value, self.const(np.float32(factor)))

    def model(
        self, name: str, inputs: Mapping[str, Shape], outputs: Mapping[str, tuple[str, Shape]]
    ) -> bytes:
        """Finish: name the outputs (each from a value), check and serialise."""
        for output, (value, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [output], name=f"out_{output}"))
        graph = helper.make_graph(
            self._nodes,
            name,
            [_described(each, shape) for each, shape in inputs.items()],
            [_described(each, shape) for each, (_, shape) in outputs.items()],
            self._constants,
        )
        opset = [helper.make_opsetid("", 18)]
        model = helper.make_model(
            graph, opset_imports=opset, producer_name="keyreel-motion-weights", ir_version=9
        )
        onnx.checker.check_model(model)
        data: bytes = model.SerializeToString(deterministic=True)
        return data

    def _add(
        self, kind: str, inputs: Sequence[str], outputs: int, attributes: Mapping[str, Any]
    ) -> list[str]:
        names = [self._name(kind.lower()) for _ in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, name=f"{names[0]}_n", **attributes))
        return names

    def _layer(self, key: str, gain: NDArray[np.float32] | None) -> tuple[str, str]:
        weight, bias = self.weights[f"{key}.weight"], self.weights[f"{key}.bias"]
        if gain is not None:
            weight, bias = weight * gain.reshape(-1, 1, 1, 1), bias * gain.reshape(-1)
        # Half precision on disk only, all maths is f32: finished 720p frames agree to 50 dB and more.
        stored = self.op("Cast", self.const(weight.astype(np.float16), "w"), to=TensorProto.FLOAT)
        return stored, self.const(bias, "b")

    def _name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}_{self._names}"


def _described(name: str, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
