"""A PyTorch checkpoint, read without PyTorch."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Weights = dict[str, NDArray[np.float32]]

_STORAGES: Final = {"FloatStorage": np.float32, "HalfStorage": np.float16, "LongStorage": np.int64}


def read_checkpoint(data: bytes) -> Weights:
    """Read a zipped checkpoint into arrays by name, without the prefix that parallel training adds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        index = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        tensors = _Reader(archive, index.removesuffix("data.pkl"), archive.read(index)).load()
    return {name.removeprefix("module."): tensor.astype(np.float32) for name, tensor in tensors.items()}


class _Reader(pickle.Unpickler):
    """An unpickler that can make tensors and ordered dictionaries, and refuses everything else."""

    def __init__(self, archive: zipfile.ZipFile, root: str, index: bytes) -> None:
        super().__init__(io.BytesIO(index))
        self._archive = archive
        self._root = root

    def find_class(self, module: str, name: str) -> Callable[..., Any] | str:
        """Name the few things that a checkpoint of weights refers to."""
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name in _STORAGES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a checkpoint of weights")

    def persistent_load(self, reference: tuple[str, str, str, str, int]) -> NDArray[Any]:
        """Read the numbers that a tensor refers to."""
        _, storage, key, *_ = reference
        return np.frombuffer(self._archive.read(f"{self._root}data/{key}"), _STORAGES[storage])


def _tensor(
    storage: NDArray[Any], offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> NDArray[Any]:
    steps = [stride * storage.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps).copy()
