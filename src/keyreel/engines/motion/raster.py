"""Pixel operations with the types and defaults of this engine: a thin, typed layer over OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame

    FloatArray = NDArray[np.float32]

Pixel = TypeVar("Pixel", np.uint8, np.float32)

MIRROR: Final = cv2.BORDER_REFLECT_101
NOTHING: Final = cv2.BORDER_CONSTANT


def resized(image: NDArray[Pixel], width: int, height: int, *, sharp: bool = False) -> NDArray[Pixel]:
    """Scale an image: averaging when it shrinks, linear (or `sharp`, Lanczos) when it grows."""
    if image.shape[:2] == (height, width):
        return image
    grows = width * height > image.shape[0] * image.shape[1]
    method = (cv2.INTER_LANCZOS4 if sharp else cv2.INTER_LINEAR) if grows else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), image.dtype)


def blurred(image: NDArray[Pixel], sigma: float) -> NDArray[Pixel]:
    """Blur by a Gaussian of `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.3)), image.dtype)


def fetched(image: NDArray[Pixel], where: FloatArray, border: int = MIRROR) -> NDArray[Pixel]:
    """Return the pixels at the places of a map [height, width, 2] (x, y)."""
    # OpenCV's stubs miss that the second map is None where the first holds both coordinates.
    found = cv2.remap(image, where, None, cv2.INTER_LINEAR, borderMode=border)  # type: ignore[call-overload] # pyright: ignore[reportCallIssue, reportArgumentType]
    return np.asarray(found, image.dtype)


def blended(over: Frame, under: Frame, alpha: FloatArray) -> Frame:
    """Lay `over` on `under` with this opacity."""
    return np.asarray(cv2.blendLinear(over, under, alpha, np.float32(1) - alpha), np.uint8)


def step(values: NDArray[np.floating], low: float, high: float) -> FloatArray:
    """Rise smoothly from 0.0 at `low` to 1.0 at `high`."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)


def bytes_of(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Round and clip values 0 … 255 to bytes."""
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)
