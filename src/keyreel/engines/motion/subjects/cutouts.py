"""Subjects cut out of their pictures: trimmed, lit to fit a scene, with a shadow on the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blended, blurred, bytes_of, resized, step
from keyreel.engines.motion.networks.matting import coverage, refined, salience

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.engines.motion.scenery.landscapes.sky import SceneLight

    FloatArray = NDArray[np.float32]

_LONGEST_SIDE: Final = 1400
_SEEN: Final = 0.03
_SOLID: Final = 0.4
_TOUCHING: Final = 0.012
_LEAST: Final = 0.015
_MOST: Final = 0.93
_CHROMA_LIMIT: Final = 9.0
_BRIGHTER: Final = 16.0
_DARKER: Final = 66.0
_SURE: Final = 0.72
_ROPE: Final = 0.1
_ISLAND: Final = 0.03
_SCATTERED: Final = 1.2
_SMALL: Final = 0.06
_BROAD: Final = 0.45
_FRINGE: Final = 0.18
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


def cut_out(picture: Frame, nets: Nets, *, around: bool = False) -> Cutout | None:
    """Cut the subject out of its picture; None where nothing, or everything, stands out: a scene.

    `around` says that a place is expected: then a small thing in a picture is part of it.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, _LONGEST_SIDE / max(height, width))
    picture = resized(picture, max(round(width * scale), 1), max(round(height * scale), 1))
    raw = salience(picture, nets)
    if _is_scattered(raw):
        return None
    alpha = _without_doubtful(refined(picture, raw), raw)
    if not (_SMALL if around else _LEAST) < coverage(alpha) < _MOST:
        return None
    return _trimmed(clean_edges(picture, alpha), alpha)


def _trimmed(picture: Frame, alpha: FloatArray) -> Cutout:
    """Cut a picture down to what its opacity shows, and note which of its edges cut the subject off."""
    rows = np.flatnonzero((alpha > _SEEN).any(axis=1))
    # It stands on its solid lower end, not on a veil below that.
    rows = rows[rows <= np.flatnonzero((alpha > _SOLID).any(axis=1))[-1]]
    columns = np.flatnonzero((alpha > _SEEN).any(axis=0))
    high, wide = alpha.shape
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    near_x, near_y = max(wide * _TOUCHING, 2), max(high * _TOUCHING, 2)
    cut = left < near_x, wide - right < near_x, high - bottom < near_y, top < near_y
    if cut[2]:
        bottom = _without_fringe(alpha, top, bottom)
    # A border of nothing lets the cut-out's edges be drawn smoothly where it is warped; a cut edge gets none.
    pad = (
        0 if cut[3] else _PADDING,
        0 if cut[2] else 1,
        0 if cut[0] else _PADDING,
        0 if cut[1] else _PADDING,
    )
    image = cv2.copyMakeBorder(picture[top:bottom, left:right], *pad, cv2.BORDER_REPLICATE)
    opacity = cv2.copyMakeBorder(alpha[top:bottom, left:right], *pad, cv2.BORDER_CONSTANT, value=0.0)
    return Cutout(np.asarray(image, np.uint8), np.asarray(opacity, np.float32), *cut)


def _without_fringe(alpha: FloatArray, top: int, bottom: int) -> int:
    """Return the lower end without the ragged rows in which a matte frays out over its picture's edge."""
    widths = (alpha[top:bottom] > _SOLID).sum(axis=1)
    broad = top + int(np.flatnonzero(widths >= _BROAD * widths.max())[-1]) + 1
    return broad if bottom - broad < _FRINGE * (bottom - top) else bottom


def _is_scattered(raw: FloatArray) -> bool:
    """Say whether the network is undecided on more than it is sure of: so landscapes look, no subject does.

    Measured on the example pictures: subjects at most 0.5, a mountain landscape 24.
    """
    sure = float((raw > 0.8).sum())
    return float(((raw > 0.15) & (raw < 0.8)).sum()) > _SCATTERED * sure


def _without_doubtful(alpha: FloatArray, raw: FloatArray) -> FloatArray:
    """Drop what the network doubted over a wide area: remnants of the surroundings, not ropes or whiskers."""
    doubtful = np.asarray(raw < _SURE, np.uint8)
    round_brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    wide = cv2.morphologyEx(doubtful, cv2.MORPH_OPEN, round_brush).astype(np.float32)
    kept = step(1 - blurred(np.asarray(wide, np.float32), 1.0), 0.2, 0.7)
    return _without_islands(np.asarray(alpha * resized(kept, alpha.shape[1], alpha.shape[0]), np.float32))


def _without_islands(alpha: FloatArray) -> FloatArray:
    """Drop small parts that nothing, not even a rope, joins to the rest."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(alpha > _ROPE, np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    joined = (areas >= areas.max() * _ISLAND).astype(np.float32)[labels]
    return np.asarray(alpha * blurred(np.asarray(joined, np.float32), 0.6), np.float32)


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


def harmonised(cutout: Cutout, surroundings: Frame, dims: float = 1.0) -> Cutout:
    """Bring the subject's light and colour towards its surroundings, in LAB, within limits."""
    own = cv2.cvtColor(cutout.image, cv2.COLOR_RGB2LAB).astype(np.float32)
    around = cv2.cvtColor(surroundings, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
    weight = cutout.alpha / max(float(cutout.alpha.sum()), 1e-3)
    mean = np.array([float((own[..., channel] * weight).sum()) for channel in range(3)])
    shift = (around.mean(axis=0) - mean) * (0.46, 0.30, 0.30)
    brighter, darker = (
        min(max(float(shift[0]), 0), _BRIGHTER),
        min(max(-float(shift[0]) * dims, 0), _DARKER * dims),
    )
    # The darker a colour gets, the more of it is lost already.
    limit = _CHROMA_LIMIT * (1 - darker / _DARKER)
    shift[1:] *= min(1.0, limit / max(float(np.hypot(shift[1], shift[2])), 1e-3))
    # Light is moved as a curve, so that black stays black and white does not burn out.
    light = own[..., 0] / 255
    own[..., 0] += brighter * (2 * light * (1 - light) + 0.5 * light)
    own[..., 0] *= 1 - darker / max(float(mean[0]), darker * 1.8, 1)
    own[..., 1:] += shift[1:].astype(np.float32)
    image = np.asarray(cv2.cvtColor(bytes_of(own), cv2.COLOR_LAB2RGB), np.uint8)
    return replace(cutout, image=image)


def lit_from(cutout: Cutout, light: SceneLight, x: float) -> Cutout:
    """Light the subject at this part of the frame's width from the scene's side: shade, rim, and air."""
    high, wide = cutout.shape
    side = float(np.clip((light.x - x) * 2.2, -1, 1))
    alpha = cutout.alpha
    radius = max(high * 0.055, 2.0)
    small = resized(alpha, max(wide // 4, 1), max(high // 4, 1))
    body = np.pad(small, 12, mode="edge") if cutout.cut_below else np.pad(small, 12)
    dome = blurred(np.asarray(body, np.float32), radius / 4)[12:-12, 12:-12]
    slope_y, slope_x = np.gradient(dome)
    # Where the rounded silhouette turns towards the light it is brighter, on the other side darker.
    facing = -(slope_x * side + slope_y * -0.8) * radius / 4 * 2.2
    facing = resized(np.asarray(np.clip(facing, -1, 1), np.float32), wide, high)
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :] * np.float32(side)
    gain = 1 + light.shaping * (0.10 * across + 0.22 * np.minimum(facing, 0) + 0.10 * np.maximum(facing, 0))
    image = cutout.image * gain[..., None].astype(np.float32)
    # The scene's light wraps around the very edge of what stands before it.
    edge = np.clip(1 - blurred(alpha, max(high * 0.006, 1.0)), 0, 0.5) * 2 * np.clip(facing + 0.35, 0, 1)
    wrap = (edge * np.float32(light.rim))[..., None]
    image += (np.array(light.glow, np.float32) - image) * wrap
    return replace(cutout, image=bytes_of(image))


def afloat(cutout: Cutout, sinks: float) -> Cutout:
    """Return the cut-out down to its waterline: so much of its height lies under water."""
    line = max(round(cutout.shape[0] * (1 - sinks)), 2)
    fade = max(round(cutout.shape[0] * 0.012), 1)
    rows = step(np.arange(line, 0, -1) - 0.5, 0.0, fade)
    return replace(cutout, image=cutout.image[:line], alpha=cutout.alpha[:line] * rows[:, None])
