"""The shipped neural networks: verified, compiled for each input shape, called with NumPy arrays.

Knows files and arrays, and nothing of what the numbers mean.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import openvino as ov

from keyreel.errors import RenderFailed

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.sound.speech.voices import Voices


_WEIGHTS_FOLDER: Final = Path(__file__).parent / "weights"
_WEIGHTS_FILES: Final = {
    "rife": "motion_rife.onnx",
    "u2netp": "motion_u2netp.onnx",
    "face_detection": "face_detection_short_range.tflite",
    "face_landmark": "face_landmark.tflite",
}
_INFERENCE_THREADS: Final = 1
"""Two threads cost half as many CPU seconds again, which the encoder beside them needs more."""

_MAX_CACHED_SHAPES: Final = 4
"""Input shapes for which a compiled network is kept; the least recently used one goes first."""

_HALF_SIZE_SALIENCY: Final = 2
"""Of U²-Net's outputs the one from its decoder at half the size; 0 is all of them fused, 1 the full size."""

# bf16 maths, the default on some CPUs, is 10 to 100 times less exact and shows as shimmer in flat areas.
_OPENVINO_CONFIG: Final = {
    "INFERENCE_PRECISION_HINT": "f32",
    "INFERENCE_NUM_THREADS": _INFERENCE_THREADS,
    "NUM_STREAMS": 1,
    "PERFORMANCE_HINT": "LATENCY",
}


class Network:
    """One network: call it with float32 inputs in their declared order; the outputs come in theirs.

    With `output`, the index of one of them, that one alone comes, and what only others need is not computed.
    """

    def __init__(self, name: str, *, output: int | None = None) -> None:
        self._core = ov.Core()
        self._output = output
        self._source = _find_model(name)
        self._compiled: OrderedDict[tuple[tuple[int, ...], ...], ov.CompiledModel] = OrderedDict()

    def __call__(self, *inputs: FloatArray) -> tuple[FloatArray, ...]:
        """Run the network. Outputs are fresh arrays; equal inputs give equal outputs."""
        given = [np.ascontiguousarray(array, dtype=np.float32) for array in inputs]
        outputs = self._get_compiled(tuple(array.shape for array in given))(given)
        return tuple(np.array(outputs[index], dtype=np.float32) for index in range(len(outputs)))

    def prepare(self, *shapes: tuple[int, ...]) -> None:
        """Compile the network for inputs of these shapes, which takes 0.3 s, before they come."""
        self._get_compiled(shapes)

    def release_buffers(self) -> None:
        """Free what the network needs only while it runs: U²-Net-p 80 MB, for 0.03 s at its next run."""
        for compiled in self._compiled.values():
            compiled.release_memory()

    def _get_compiled(self, shapes: tuple[tuple[int, ...], ...]) -> ov.CompiledModel:
        compiled = self._compiled.pop(shapes, None)
        if compiled is None:
            model = self._core.read_model(self._source)
            if self._output is not None:
                for index, result in enumerate(model.get_results()):
                    if index != self._output:
                        model.remove_result(result)
            model.reshape(dict(enumerate(shapes)))
            compiled = self._core.compile_model(model, "CPU", _OPENVINO_CONFIG)
        self._compiled[shapes] = compiled
        while len(self._compiled) > _MAX_CACHED_SHAPES:
            self._compiled.popitem(last=False)
        return compiled


class Networks:
    """The engine's networks, each loaded when it is first used and then kept."""

    def __init__(self) -> None:
        self.saliency_by_image: OrderedDict[bytes, FloatArray] = OrderedDict()
        """What the matting network found, by the SHA-256 of its input; the oldest comes first."""

    @cached_property
    def rife(self) -> Network:
        """Frame interpolation (RIFE, Huang et al. 2022).

        Inputs are x [1,6,h,w], two RGB images, 0 … 1, and t [1,1,1,1], the time between them, 0 … 1; outputs
        flow [1,4,h,w] and mask [1,1,h,w]. Sides are multiples of 64. The flow, in pixels, leads from the
        frame at t to the first image (channels 0, 1) and to the last (2, 3); the mask holds the logits of
        taking the first.
        """
        return load_network("rife")

    @cached_property
    def u2netp(self) -> Network:
        """Salient object detection (U²-Net, Qin et al. 2020): x [1,3,h,w] → saliency [1,1,h,w], 0 … 1.

        The input is normalised RGB. The map is that of the last decoder but one, which works at half the
        size: the last one takes 55 % of the time, and edges are refined afterwards in either case. On the
        example images the refined mattes of both overlap by 97.4 to 99.9 %.
        """
        return load_network("u2netp", output=_HALF_SIZE_SALIENCY)

    @cached_property
    def face_detection(self) -> Network:
        """Face detection (BlazeFace, Bazarevsky et al. 2019): x [1,128,128,3], RGB -1 … 1.

        Outputs are, for each of 896 anchors, box and six points [1,896,16] in pixels from the anchor, and the
        logit of there being a face [1,896,1].
        """
        return load_network("face_detection")

    @cached_property
    def face_landmark(self) -> Network:
        """Face landmarks (Kartynnik et al. 2019): x [1,192,192,3], RGB 0 … 1, an upright crop of a face.

        Outputs are 468 points [1,1,1,1404], x, y and z in pixels of the crop, and the logit of a face being
        there [1,1,1,1].
        """
        return load_network("face_landmark")

    @cached_property
    def voices(self) -> Voices:
        """The voices of this install, after whose speech mouths move."""
        from keyreel.sound.speech.voices import open_voices

        return open_voices()


def load_network(name: str, *, output: int | None = None) -> Network:
    """Load a network of `_WEIGHTS_FILES`, for all outputs or for the one of an index.

    Raises:
        RenderFailed: the weights are missing or damaged.
    """
    return Network(name, output=output)


def _find_model(name: str) -> bytes | Path:
    """Return what OpenVINO reads a network from: verified bytes, or a verified file for TensorFlow Lite."""
    file = _WEIGHTS_FILES[name]
    data = _read_verified(file)
    return _WEIGHTS_FOLDER / file if file.endswith(".tflite") else data


def _read_verified(file: str) -> bytes:
    try:
        data = (_WEIGHTS_FOLDER / file).read_bytes()
        expected: str = json.loads((_WEIGHTS_FOLDER / "MANIFEST.json").read_bytes())[file]
    except (OSError, KeyError) as missing:
        raise RenderFailed(f"The weights {file} are missing: reinstall Keyreel.") from missing
    if hashlib.sha256(data).hexdigest() != expected:
        raise RenderFailed(f"The weights {file} are damaged: reinstall Keyreel.")
    return data
