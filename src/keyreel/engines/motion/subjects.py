"""Subjects cut out of their pictures: trimmed, lit to fit a scene, with a shadow on the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.matte import coverage, matte
from keyreel.engines.motion.raster import blended, blurred, bytes_of, resized, step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.nets import Nets

    FloatArray = NDArray[np.float32]

_LONGEST_SIDE: Final = 1400
_SEEN: Final = 0.03
_TOUCHING: Final = 0.012
_LEAST: Final = 0.015
_MOST: Final = 0.93
_CHROMA_LIMIT: Final = 9.0
_LIGHT_LIMIT: Final = 20.0
_PADDING: Final = 4
_FADE: Final = 0.16


@dataclass(frozen=True, slots=True)
class Cutout:
    """A subject without its surroundings: colours, opacity, and which edges its source picture cut off."""

    image: Frame
    alpha: FloatArray
    cut_left: bool
    cut_right: bool
    cut_below: bool
    cut_above: bool

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.alpha.shape[0], self.alpha.shape[1]


def cut_out(picture: Frame, nets: Nets) -> Cutout | None:
    """Cut the subject out of its picture; None where nothing, or everything, stands out: a scene."""
    height, width = picture.shape[:2]
    scale = min(1.0, _LONGEST_SIDE / max(height, width))
    picture = resized(picture, max(round(width * scale), 1), max(round(height * scale), 1))
    alpha = matte(picture, nets)
    if not _LEAST < coverage(alpha) < _MOST:
        return None
    rows = np.flatnonzero((alpha > _SEEN).any(axis=1))
    columns = np.flatnonzero((alpha > _SEEN).any(axis=0))
    high, wide = alpha.shape
    box = (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
    near_x, near_y = max(wide * _TOUCHING, 2), max(high * _TOUCHING, 2)
    cut_left, cut_right = box[2] < near_x, wide - box[3] < near_x
    cut_above, cut_below = box[0] < near_y, high - box[1] < near_y
    own = clean_edges(picture, alpha)[box[0] : box[1], box[2] : box[3]]
    # A border of nothing lets the cut-out's edges be drawn smoothly where it is warped; a cut edge gets none.
    pad = (
        0 if cut_above else _PADDING,
        0 if cut_below else _PADDING,
        0 if cut_left else _PADDING,
        0 if cut_right else _PADDING,
    )
    image = cv2.copyMakeBorder(own, *pad, cv2.BORDER_REPLICATE)
    opacity = cv2.copyMakeBorder(
        alpha[box[0] : box[1], box[2] : box[3]], *pad, cv2.BORDER_CONSTANT, value=0.0
    )
    return Cutout(
        np.asarray(image, np.uint8),
        np.asarray(opacity, np.float32),
        cut_left,
        cut_right,
        cut_below,
        cut_above,
    )


def clean_edges(picture: Frame, alpha: FloatArray) -> Frame:
    """Continue the subject's inner colours over its soft edge, which else carries the background along."""
    height, width = alpha.shape
    # What is continued is a blur: half the size holds all of it.
    half = max(width // 2, 1), max(height // 2, 1)
    small, opacity = resized(picture, *half), resized(alpha, *half)
    sure = np.asarray(np.clip((opacity - 0.9) * 10, 0, 1), np.float32)
    spread = max(half[0] / 400, 0.75)
    spread_sure = blurred(sure, spread)
    inner = blurred(np.asarray(small * sure[..., None], np.float32), spread) / (spread_sure + 1e-3)[..., None]
    known = np.clip(resized(spread_sure, width, height) * 8, 0, 1) * np.clip((1 - alpha) * 10, 0, 1)
    return blended(resized(bytes_of(inner), width, height), picture, np.asarray(known, np.float32))


def scaled(cutout: Cutout, height: int) -> Cutout:
    """Return the cut-out at this height in pixels."""
    high, wide = cutout.shape
    width = max(round(wide * height / high), 1)
    return replace(
        cutout,
        image=resized(cutout.image, width, height, sharp=True),
        alpha=np.clip(resized(cutout.alpha, width, height), 0, 1),
    )


def mirrored(cutout: Cutout) -> Cutout:
    """Return the cut-out seen in a mirror."""
    return replace(
        cutout,
        image=np.ascontiguousarray(cutout.image[:, ::-1]),
        alpha=np.ascontiguousarray(cutout.alpha[:, ::-1]),
        cut_left=cutout.cut_right,
        cut_right=cutout.cut_left,
    )


def fading_above(cutout: Cutout) -> Cutout:
    """Return the cut-out with its cut upper edge fading away."""
    ramp = step(np.arange(cutout.shape[0]) / cutout.shape[0], 0.0, _FADE)
    return replace(cutout, alpha=cutout.alpha * ramp[:, None], cut_above=False)


def harmonised(cutout: Cutout, surroundings: Frame) -> Cutout:
    """Bring the subject's light and colour towards its surroundings, in LAB, within limits."""
    own = cv2.cvtColor(cutout.image, cv2.COLOR_RGB2LAB).astype(np.float32)
    around = cv2.cvtColor(surroundings, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
    weight = cutout.alpha / max(float(cutout.alpha.sum()), 1e-3)
    mean = np.array([float((own[..., channel] * weight).sum()) for channel in range(3)])
    shift = (around.mean(axis=0) - mean) * (0.32, 0.30, 0.30)
    chroma = float(np.hypot(shift[1], shift[2]))
    shift[1:] *= min(1.0, _CHROMA_LIMIT / max(chroma, 1e-3))
    shift[0] = np.clip(shift[0], -_LIGHT_LIMIT, _LIGHT_LIMIT)
    # Light is moved as a curve, so that black stays black and white does not burn out.
    light = own[..., 0] / 255
    own[..., 0] += float(shift[0]) * 4 * light * (1 - light) * 0.5 + float(shift[0]) * 0.5 * light
    own[..., 1:] += shift[1:].astype(np.float32)
    image = np.asarray(cv2.cvtColor(bytes_of(own), cv2.COLOR_LAB2RGB), np.uint8)
    return replace(cutout, image=image)


def shadow(cutout: Cutout) -> FloatArray:
    """Return the opacity of the shadow at the subject's foot, in an image as wide as the cut-out.

    Its middle row is the line on which the subject stands.
    """
    high, wide = cutout.shape
    low = cutout.alpha[int(high * 0.82) :]
    whole = cutout.alpha.max(axis=0)
    profile = 0.75 * low.max(axis=0) + 0.25 * whole
    depth = max(round(wide * 0.22), 6)
    margin = depth // 2
    across = np.pad(np.asarray(profile, np.float32), margin)
    rows = (np.arange(depth) + 0.5) / depth * 2 - 1
    lens = np.clip(1 - np.abs(rows[:, None]) ** 1.6, 0, 1) ** 1.4
    flat = np.asarray(lens * across[None, :], np.float32)
    return blurred(np.pad(flat, ((margin, margin), (0, 0))), wide * 0.03)
