"""Compositing: a cutout with its shadow and its reflection, drawn into a frame through affine maps."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, sin, tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import (
    blur_image,
    composite_over,
    resize,
    smoothstep_array,
    to_uint8,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Matrix, UInt8Array
    from keyreel.engines.motion.subjects.cutouts import Cutout


_CONTACT_DEPTH: Final = 0.22
"""Depth of the contact shadow, in widths of the cutout."""
_SHADOW_HEIGHT: Final = 160
_SHADOW_MARGIN: Final = 24
"""Height of the cast shadow's mask and its margin, in pixels."""
_REFLECTION_HEIGHT: Final = 0.72
"""Height of a reflection, in heights of its subject: the viewer looks slightly down on the water."""
_RIPPLE_STEP: Final = 8
"""Pixels across for each one in which ripples are computed."""
_REFLECTION_BRIGHTNESS: Final = 0.82
"""Factor on the colours of a reflection."""


@dataclass(frozen=True, slots=True)
class SubjectSprite:
    """A cutout ready to be drawn: uint8, premultiplied RGBA, as four channels warp fastest."""

    image: UInt8Array
    contact_shadow: UInt8Array
    """Opacity, uint8, of the shadow at its foot, as wide as the cutout; its middle row is where it stands."""
    cast_shadow: UInt8Array
    """Opacity, uint8, of the shadow that it casts, upright, with a margin, softer towards the top."""
    reflection: UInt8Array
    """Premultiplied RGBA of its reflection, upside down."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.image.shape[0], self.image.shape[1]


def create_sprite(cutout: Cutout, water: FloatArray) -> SubjectSprite:
    """Prepare a cutout; `water` is the colour, float32 [3], RGB 0 … 255, that tints its reflection."""
    image = _premultiply(cutout.image.astype(np.float32), cutout.alpha)
    rows = np.linspace(1, 0, cutout.shape[0], dtype=np.float32)[::-1, None]
    upside_down = cutout.image[::-1].astype(np.float32)
    tinted = upside_down * _REFLECTION_BRIGHTNESS + (water - upside_down * _REFLECTION_BRIGHTNESS) * (
        0.16 + 0.34 * rows[..., None]
    )
    fading = cutout.alpha[::-1] * (1 - 0.75 * smoothstep_array(rows, 0.1, 1.0))
    return SubjectSprite(
        image,
        _create_contact_shadow(cutout.alpha),
        _create_cast_shadow(cutout.alpha),
        _premultiply(np.asarray(tinted, np.float32), np.asarray(fading, np.float32)),
    )


def compute_placement(
    scale: tuple[float, float], lean: float, shape: tuple[int, ...], foot: NDArray[np.float64]
) -> Matrix:
    """Return the affine map, float64 [2, 3], that brings the middle of an image's lower edge to `foot`.

    `lean` is a rotation in radians; `foot` is float64 [2] in pixels.
    """
    turn = np.array(((cos(lean), -sin(lean)), (sin(lean), cos(lean)))) @ np.diag(scale)
    return np.column_stack((turn, foot - turn @ np.array((shape[1] / 2, shape[0]))))


def transform_corners(affine: Matrix, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return where the upper left, upper right, lower left and lower right corners land, float64 [4, 2]."""
    high, wide = shape[:2]
    points = np.array(((0, 0), (wide, 0), (0, high), (wide, high)), np.float64)
    return points @ affine[:, :2].T + affine[:, 2]


def draw_image(image: UInt8Array, frame: Frame, affine: Matrix) -> None:
    """Draw a premultiplied RGBA image, uint8, through an affine map [2, 3] into a frame, in place."""
    box = _clip_box(transform_corners(affine, image.shape), frame)
    if box is None:
        return
    over = _warp_into_box(image, affine, box)
    composite_over(over, frame[box[1] : box[3], box[0] : box[2]])


def draw_shadow(mask: UInt8Array, frame: Frame, affine: Matrix, opacity: float) -> None:
    """Darken the frame in place through an affine map by an opacity mask, uint8 [height, width]."""
    box = _clip_box(transform_corners(affine, mask.shape), frame)
    if box is None or opacity < 0.02:
        return
    dark = cv2.convertScaleAbs(_warp_into_box(mask, affine, box), alpha=opacity)
    kept = cv2.cvtColor(cv2.bitwise_not(dark), cv2.COLOR_GRAY2RGB)
    under = frame[box[1] : box[3], box[0] : box[2]]
    np.copyto(under, cv2.multiply(under, kept, scale=1 / 255))


def compute_contact_placement(
    scale: float, wide: float, contact: UInt8Array, foot: NDArray[np.float64], *, flat: float = 1.0
) -> Matrix:
    """Return the affine map, float64 [2, 3], that places the contact shadow at a foot, in pixels."""
    turn = np.diag((scale * max(abs(wide), 0.3), scale * flat))
    return np.column_stack((turn, foot - turn @ np.array((contact.shape[1] / 2, contact.shape[0] / 2))))


def compute_cast_placement(
    size: tuple[float, float], fall: tuple[float, float], mask: UInt8Array, foot: NDArray[np.float64]
) -> Matrix:
    """Return the affine map, float64 [2, 3], that casts a silhouette on the ground towards the viewer.

    `size` is the subject's width and height in pixels; `fall` is how far aside and how far down its top
    falls, as parts of its height.
    """
    high, wide = mask.shape[0] - 2 * _SHADOW_MARGIN, mask.shape[1] - 2 * _SHADOW_MARGIN
    up = size[1] / high
    turn = np.array(((size[0] / wide, -fall[0] * up), (0.0, -fall[1] * up)))
    return np.column_stack((turn, foot - turn @ np.array((_SHADOW_MARGIN + wide / 2, _SHADOW_MARGIN + high))))


def draw_reflection(  # noqa: PLR0913 - an image, where it lies and how broken it is
    image: UInt8Array, frame: Frame, affine: Matrix, seconds: float, *, calm: float, opacity: float
) -> None:
    """Draw a reflection, premultiplied RGBA, below its waterline, in place, broken by ripples.

    `calm` is 0.0 for waves … 1.0 for a wet floor.
    """
    high, wide = image.shape[:2]
    box = _clip_box(_compute_reflection_box(affine, (high, wide)), frame)
    if box is None:
        return
    scale, (x0, y0) = (
        np.abs(np.diag(affine[:, :2])),
        affine[:, 2] + affine[:, :2] @ np.array((wide / 2, high)),
    )
    y = (np.arange(box[1], box[3], dtype=np.float32) + np.float32(0.5 - y0))[:, None]
    # Ripples are long and flat: every eighth pixel across holds them, in an eighth of the time. One step more
    # at each side is cut off again, because resize repeats the outermost half of one.
    steps = ceil((box[2] - box[0]) / _RIPPLE_STEP) + 2
    columns = (np.arange(steps, dtype=np.float32) - np.float32(0.5)) * _RIPPLE_STEP
    x = (columns + np.float32(box[0] - x0))[None, :]
    bend = _compute_ripples(x, y, float(scale[1] * high), seconds, calm=calm)
    coarse = np.empty((*bend.shape, 2), np.float32)
    coarse[..., 0] = (x + bend * np.float32(1 - 0.9 * calm)) / np.float32(scale[0]) + np.float32(wide / 2)
    coarse[..., 1] = np.maximum(y + bend * np.float32(0.35), 0.5) / np.float32(scale[1] * _REFLECTION_HEIGHT)
    enlarged = resize(coarse, steps * _RIPPLE_STEP, len(y))
    coordinate_map = enlarged[:, _RIPPLE_STEP : _RIPPLE_STEP + box[2] - box[0]]
    over = cv2.remap(image, coordinate_map, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[call-overload] # pyright: ignore[reportCallIssue, reportArgumentType]
    composite_over(np.asarray(over, np.uint8), frame[box[1] : box[3], box[0] : box[2]], opacity)


def _compute_ripples(x: FloatArray, y: FloatArray, size: float, seconds: float, *, calm: float) -> FloatArray:
    """Return how far ripples bend a reflection of this height, in pixels, float32 [rows, columns].

    `x` [1, columns] and `y` [rows, 1] are pixels from its foot.
    """
    part = np.clip(y / size, 0, 1)
    # Ripples widen towards the viewer, and run slowly.
    phase = np.log1p(part * 6) * np.float32(15.0) - np.float32(tau * 0.42 * seconds)
    waves = (
        0.34 * np.sin(phase + x * np.float32(2.2 / size))
        + 0.26 * np.sin(phase * np.float32(2.3) - x * np.float32(7 / size))
        + 0.16 * np.sin(phase * np.float32(4.1) + x * np.float32(17 / size))
    )
    return np.asarray(waves * (size * (0.02 + 0.09 * (1 - calm)) * (0.12 + part)), np.float32)


def _compute_reflection_box(affine: Matrix, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the corners of the box that a reflection fills."""
    foot = affine[:, 2] + affine[:, :2] @ np.array((shape[1] / 2, shape[0]))
    wide, high = abs(affine[0, 0]) * shape[1] * 0.56, abs(affine[1, 1]) * shape[0] * _REFLECTION_HEIGHT
    return np.array(((foot[0] - wide, foot[1]), (foot[0] + wide, foot[1] + high)))


def _clip_box(points: NDArray[np.float64], frame: Frame) -> tuple[int, int, int, int] | None:
    x0, y0 = (max(int(value), 0) for value in np.floor(points.min(axis=0)))
    x1 = min(int(np.ceil(points[:, 0].max())), frame.shape[1])
    y1 = min(int(np.ceil(points[:, 1].max())), frame.shape[0])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _warp_into_box(image: UInt8Array, affine: Matrix, box: tuple[int, int, int, int]) -> UInt8Array:
    local = np.column_stack((affine[:, :2], affine[:, 2] - box[:2]))
    size = box[2] - box[0], box[3] - box[1]
    return np.asarray(cv2.warpAffine(image, local, size, flags=cv2.INTER_LINEAR), np.uint8)


def _premultiply(colours: FloatArray, alpha: FloatArray) -> UInt8Array:
    flat = np.dstack((colours * alpha[..., None], alpha * np.float32(255)))
    return to_uint8(flat)


def _create_contact_shadow(alpha: FloatArray) -> UInt8Array:
    high, wide = alpha.shape
    low = alpha[int(high * 0.82) :]
    profile = 0.75 * low.max(axis=0) + 0.25 * alpha.max(axis=0)
    depth = max(round(wide * _CONTACT_DEPTH), 6)
    margin = depth // 2
    across = np.pad(np.asarray(profile, np.float32), margin)
    rows = (np.arange(depth) + 0.5) / depth * 2 - 1
    lens = np.clip(1 - np.abs(rows[:, None]) ** 1.6, 0, 1) ** 1.4
    flat = np.asarray(lens * across[None, :], np.float32)
    return to_uint8(blur_image(np.pad(flat, ((margin, margin), (0, 0))), wide * 0.03) * 255)


def _create_cast_shadow(alpha: FloatArray) -> UInt8Array:
    high = min(_SHADOW_HEIGHT, alpha.shape[0])
    wide = max(round(alpha.shape[1] * high / alpha.shape[0]), 1)
    flat = np.pad(resize(alpha, wide, high), _SHADOW_MARGIN)
    sharp, soft = blur_image(flat, 1.2), blur_image(flat, 6.0)
    up = np.linspace(1, 0, flat.shape[0], dtype=np.float32)[:, None]
    return to_uint8((sharp + (soft - sharp) * smoothstep_array(up, 0.1, 0.7)) * (1 - 0.55 * up) * 255)
