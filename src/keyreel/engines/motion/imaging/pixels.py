"""Pixel operations with this engine's types and defaults: a thin, typed layer over OpenCV.

Images are [height, width] or [height, width, channels], uint8 (0 … 255) or float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray


Pixel = TypeVar("Pixel", np.uint8, np.float32)

BORDER_MIRROR: Final = cv2.BORDER_REFLECT_101
"""Beyond its border an image is mirrored, without repeating the border's own pixels."""


def resize(image: NDArray[Pixel], width: int, height: int, *, sharp: bool = False) -> NDArray[Pixel]:
    """Scale an image: averaging where it shrinks, linear (or, `sharp`, Lanczos) where it grows.

    An image that has the size already is returned itself.
    """
    if image.shape[:2] == (height, width):
        return image
    grows = width * height > image.shape[0] * image.shape[1]
    method = (cv2.INTER_LANCZOS4 if sharp else cv2.INTER_LINEAR) if grows else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, (width, height), interpolation=method), image.dtype)


def fit_within(shape: tuple[int, ...], side: int) -> tuple[int, int]:
    """Return the width and height of an array of this shape, scaled down so that no side exceeds `side`."""
    height, width = shape[:2]
    scale = min(side / max(height, width), 1.0)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def blur_image(image: NDArray[Pixel], sigma: float) -> NDArray[Pixel]:
    """Blur by a Gaussian of `sigma` pixels, at least 0.3."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.3)), image.dtype)


def sample_image(
    image: NDArray[Pixel], coordinate_map: FloatArray, border: int = BORDER_MIRROR
) -> NDArray[Pixel]:
    """Return the pixels at the positions of a map, float32 [height, width, 2]: x and y in pixels."""
    if image.dtype == np.uint8 and image.shape[2:] == (3,):
        four = to_rgba(np.asarray(image, np.uint8))
        return np.asarray(cv2.cvtColor(remap(four, coordinate_map, border), cv2.COLOR_RGBA2RGB), image.dtype)
    return np.asarray(remap(image, coordinate_map, border), image.dtype)


def premultiply(image: Frame, alpha: FloatArray) -> Frame:
    """Return premultiplied RGBA, uint8 [height, width, 4], of RGB and an opacity, float32, 0.0 … 1.0."""
    opacity = to_uint8(np.clip(alpha, 0, 1) * 255)
    colours = cv2.multiply(image, cv2.cvtColor(opacity, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    return np.asarray(cv2.merge((*cv2.split(colours), opacity)), np.uint8)


def composite_over(foreground: Frame, background: Frame, opacity: float = 1.0) -> None:
    """Composite premultiplied RGBA over RGB, uint8 [height, width, 3], in place (Porter and Duff 1984).

    `opacity`, 0.0 … 1.0, makes the whole foreground more transparent.
    """
    if opacity < 1:
        foreground = np.asarray(cv2.convertScaleAbs(foreground, alpha=opacity), np.uint8)
    through = cv2.cvtColor(cv2.bitwise_not(cv2.extractChannel(foreground, 3)), cv2.COLOR_GRAY2RGB)
    dimmed = cv2.multiply(background, through, scale=1 / 255)
    cv2.add(cv2.cvtColor(foreground, cv2.COLOR_RGBA2RGB), dimmed, dst=background)


def to_rgba(image: Frame) -> Frame:
    """Return RGB as RGBA [h, w, 4], which OpenCV 5 samples in half the time: 1.7 ms against 3.3 for 720p."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2RGBA), np.uint8)


def to_rgb(image: Frame, out: Frame | None = None) -> Frame:
    """Return RGBA as RGB, uint8 [height, width, 3], in a new array or in `out`."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGBA2RGB, dst=out), np.uint8)


def blend(foreground: Frame, background: Frame, alpha: FloatArray) -> Frame:
    """Blend two RGB images by the foreground's opacity, float32 [height, width], 0.0 … 1.0."""
    return np.asarray(cv2.blendLinear(foreground, background, alpha, np.float32(1) - alpha), np.uint8)


def average_frames(frames: Sequence[Frame]) -> Frame:
    """Return the mean of frames of one shape, uint8 [height, width, 3]; a single frame is returned itself."""
    if len(frames) == 1:
        return frames[0]
    total = np.zeros(frames[0].shape, np.float32)
    for frame in frames:
        cv2.accumulate(frame, total)
    return np.asarray(cv2.convertScaleAbs(total, alpha=1 / len(frames)), np.uint8)


def smoothstep_array(values: NDArray[np.floating], low: float, high: float) -> FloatArray:
    """Return values of any shape as 0.0 up to `low`, 1.0 from `high`, and a smooth cubic between."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)


def to_uint8(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Round and clip levels of 0 … 255 to uint8."""
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)


def remap(
    image: NDArray[Pixel], coordinate_map: FloatArray, border: int, *, relative: bool = False
) -> cv2.typing.MatLike:
    """Return the pixels at the positions of a map, float32 [height, width, 2]: x and y in pixels.

    `relative` positions are counted from the pixel itself.
    """
    flags = cv2.INTER_LINEAR | (cv2.WARP_RELATIVE_MAP if relative else 0)
    # OpenCV's stubs lack that the second map is None where the first holds both coordinates. Only None is
    # safe there: an empty array gives garbage or hangs in OpenCV 5.
    return cv2.remap(image, coordinate_map, None, flags, borderMode=border)  # type: ignore[call-overload, no-any-return] # pyright: ignore[reportCallIssue, reportArgumentType]
