"""Subjects cut out of their images, trimmed, and lit to fit a scene; knows no positions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, fit_within, resize, smoothstep_array, to_uint8
from keyreel.engines.motion.networks.matting import (
    compute_saliency,
    decontaminate_edges,
    measure_coverage,
    refine_saliency,
    stands_out_at_a_glance,
)

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.scenery.landscapes.sky import SceneLight


_LONGEST_SIDE: Final = 1400
"""Pixels to which larger images are scaled down."""
_MIN_VISIBLE_ALPHA: Final = 0.03
_SOLID_ALPHA: Final = 0.4
"""Opacities from which a pixel is visible, and solid."""
_EDGE_TOLERANCE: Final = 0.012
"""A subject this near to its image's edge, in parts of the side, is cut off by it."""
_MIN_COVERAGE: Final = 0.015
_MAX_COVERAGE: Final = 0.93
"""Parts of an image that a subject covers at least and at most."""
_MIN_COVERAGE_IN_PLACE: Final = 0.06
"""The least coverage where an image is expected to show a place."""
_MAX_CHROMA_SHIFT: Final = 7.5
_MAX_BRIGHTENING: Final = 16.0
_MAX_DARKENING: Final = 66.0
"""Limits of harmonising, in OpenCV's 8-bit CIELAB levels."""
_MIN_SALIENCY: Final = 0.72
"""Below this saliency, 0.0 … 1.0, the network doubts."""
_CONNECTING_ALPHA: Final = 0.1
"""The opacity from which neighbouring pixels are connected."""
_MIN_ISLAND_AREA: Final = 0.03
"""The least area of a separate part, in areas of the largest one."""
_MAX_UNDECIDED_RATIO: Final = 1.2
"""Undecided pixels per sure one: see `_is_scattered`."""
_BROAD_ROW_SHARE: Final = 0.45
"""Rows at least this wide, in widths of the widest, are no fringe."""
_MAX_FRINGE: Final = 0.18
"""The most of a subject's height that is trimmed as fringe."""
_EDGE_TO_EDGE: Final = 0.96
"""The part of an image's width from which a row of the matte runs from edge to edge."""
_MIN_BODY_ROWS: Final = 0.5
_MAX_BODY_WIDTH: Final = 0.7
"""Rows that do not, at least, in rows of the matte, and their usual width, at most, in image widths."""
_HEAD_ROWS: Final = 0.28
"""The upper part of an animal's height in which its head is."""
_MIN_SIDE_VIEW_RATIO: Final = 0.85
"""Width by height from which an animal is surely seen from the side."""
_MIN_HEAD_OFFSET: Final = 0.09
"""How far its head is from its middle at least, in widths."""
_PADDING: Final = 4
"""Pixels."""
_TOP_FADE: Final = 0.16
"""The part of its height over which a cut top fades out."""


@dataclass(frozen=True, slots=True)
class Cutout:
    """A subject without its surroundings, and which of its edges the source image cut off.

    `image` is uint8 [height, width, 3], RGB; `alpha` is float32 [height, width], 0.0 … 1.0.
    """

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


def extract_cutout(image: Frame, networks: Networks, *, is_place_expected: bool = False) -> Cutout | None:
    """Cut the subject out of an image, uint8 [height, width, 3], RGB; None where nothing stands out, or all.

    If `is_place_expected`, a small object in an image counts as part of a scene.
    """
    # What a glance overlooks is too small to count in a place.
    if is_place_expected and not stands_out_at_a_glance(image, networks):
        return None
    image = resize(image, *fit_within(image.shape, _LONGEST_SIDE))
    raw = compute_saliency(image, networks)
    if _is_scattered(raw):
        return None
    alpha = _remove_surroundings(_remove_doubtful(refine_saliency(image, raw), raw))
    if (
        not (_MIN_COVERAGE_IN_PLACE if is_place_expected else _MIN_COVERAGE)
        < measure_coverage(alpha)
        < _MAX_COVERAGE
    ):
        return None
    return _trim_cutout(decontaminate_edges(image, alpha), alpha)


def _trim_cutout(source_image: Frame, alpha: FloatArray) -> Cutout:
    """Crop an image to its opaque part, and note which of its edges cut the subject off."""
    rows = np.flatnonzero((alpha > _MIN_VISIBLE_ALPHA).any(axis=1))
    # It stands on its solid lower end, not on a faint one below that.
    rows = rows[rows <= np.flatnonzero((alpha > _SOLID_ALPHA).any(axis=1))[-1]]
    columns = np.flatnonzero((alpha > _MIN_VISIBLE_ALPHA).any(axis=0))
    high, wide = alpha.shape
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    near_x, near_y = max(wide * _EDGE_TOLERANCE, 2), max(high * _EDGE_TOLERANCE, 2)
    cut = left < near_x, wide - right < near_x, high - bottom < near_y, top < near_y
    if cut[2]:
        bottom = _trim_fringe(alpha, top, bottom)
    # A transparent border lets the cutout's edges be drawn smoothly where it is warped; a cut edge gets none.
    pad = (
        0 if cut[3] else _PADDING,
        0 if cut[2] else 1,
        0 if cut[0] else _PADDING,
        0 if cut[1] else _PADDING,
    )
    image = cv2.copyMakeBorder(source_image[top:bottom, left:right], *pad, cv2.BORDER_REPLICATE)
    opacity = cv2.copyMakeBorder(alpha[top:bottom, left:right], *pad, cv2.BORDER_CONSTANT, value=0.0)
    return Cutout(np.asarray(image, np.uint8), np.asarray(opacity, np.float32), *cut)


def _trim_fringe(alpha: FloatArray, top: int, bottom: int) -> int:
    """Return the lower end without the ragged rows in which a matte frays at its image's edge."""
    widths = (alpha[top:bottom] > _SOLID_ALPHA).sum(axis=1)
    broad = top + int(np.flatnonzero(widths >= _BROAD_ROW_SHARE * widths.max())[-1]) + 1
    return broad if bottom - broad < _MAX_FRINGE * (bottom - top) else bottom


def _is_scattered(raw: FloatArray) -> bool:
    """Say whether the network is undecided on more than it is sure of, as on landscapes and on no subject.

    Measured on the example images: subjects at most 0.5, a mountain landscape 24.
    """
    sure = float((raw > 0.8).sum())
    return float(((raw > 0.15) & (raw < 0.8)).sum()) > _MAX_UNDECIDED_RATIO * sure


def _remove_doubtful(alpha: FloatArray, raw: FloatArray) -> FloatArray:
    """Drop what the network doubts over a wide area: remnants of the surroundings, not ropes or whiskers."""
    doubtful = np.asarray(raw < _MIN_SALIENCY, np.uint8)
    round_brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    wide = cv2.morphologyEx(doubtful, cv2.MORPH_OPEN, round_brush).astype(np.float32)
    kept = smoothstep_array(1 - blur_image(np.asarray(wide, np.float32), 1.0), 0.2, 0.7)
    return _remove_islands(np.asarray(alpha * resize(kept, alpha.shape[1], alpha.shape[0]), np.float32))


def _remove_surroundings(alpha: FloatArray) -> FloatArray:
    """Drop ground and sky that were cut out along: rows from edge to edge, where the body is not so wide."""
    solid = alpha > _SOLID_ALPHA
    widths = solid.sum(axis=1)
    across = widths > _EDGE_TO_EDGE * alpha.shape[1]
    body = widths[(widths > 0) & ~across]
    if (
        not body.size
        or body.size < _MIN_BODY_ROWS * np.count_nonzero(widths)
        or np.median(body) > _MAX_BODY_WIDTH * alpha.shape[1]
    ):
        return alpha
    rows = np.flatnonzero(~across & (widths > 0))
    kept = alpha.copy()
    kept[: int(rows[0])] = 0
    kept[int(rows[-1]) + 1 :] = 0
    return kept


def _remove_islands(alpha: FloatArray) -> FloatArray:
    """Drop small connected components that nothing, not even a rope, joins to the rest."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(alpha > _CONNECTING_ALPHA, np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    joined = (areas >= areas.max() * _MIN_ISLAND_AREA).astype(np.float32)[labels]
    return np.asarray(alpha * blur_image(np.asarray(joined, np.float32), 0.6), np.float32)


def scale_cutout(cutout: Cutout, height: int) -> Cutout:
    """Return the cutout at this height in pixels."""
    high, wide = cutout.shape
    width = max(round(wide * height / high), 1)
    return replace(
        cutout,
        image=resize(cutout.image, width, height, sharp=True),
        alpha=np.clip(resize(cutout.alpha, width, height), 0, 1),
    )


def mirror_cutout(cutout: Cutout) -> Cutout:
    """Return the cutout flipped left to right."""
    return replace(
        cutout,
        image=np.ascontiguousarray(cutout.image[:, ::-1]),
        alpha=np.ascontiguousarray(cutout.alpha[:, ::-1]),
        cut_left=cutout.cut_right,
        cut_right=cutout.cut_left,
    )


def measure_facing(cutout: Cutout) -> float:
    """Return where an animal's silhouette faces: -1.0 left, 1.0 right, 0.0 where that is not plain.

    The head of an animal on four legs is what rises above its back, at one end of it.
    """
    solid = cutout.alpha > _SOLID_ALPHA
    high, wide = cutout.shape
    columns = np.arange(wide, dtype=np.float32)
    upper, whole = (
        part.sum(axis=0).astype(np.float32) for part in (solid[: round(high * _HEAD_ROWS)], solid)
    )
    if wide < _MIN_SIDE_VIEW_RATIO * high or not upper.any():
        return 0.0
    head, body = (float((part * columns).sum() / part.sum()) for part in (upper, whole))
    aside = (head - body) / wide
    return float(np.sign(aside)) if abs(aside) > _MIN_HEAD_OFFSET else 0.0


def fade_top(cutout: Cutout) -> Cutout:
    """Return the cutout with its cut upper edge fading out."""
    ramp = smoothstep_array(np.arange(cutout.shape[0]) / cutout.shape[0], 0.0, _TOP_FADE)
    return replace(cutout, alpha=cutout.alpha * ramp[:, None], cut_above=False)


def harmonise_cutout(cutout: Cutout, surroundings: Frame, darkening: float = 1.0) -> Cutout:
    """Shift the subject's lightness and colour towards its surroundings', in CIELAB, within limits.

    `surroundings` is uint8 [rows, columns, 3], RGB; `darkening` is a factor, 1.0 as a rule.
    """
    own = cv2.cvtColor(cutout.image, cv2.COLOR_RGB2LAB).astype(np.float32)
    around = cv2.cvtColor(surroundings, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
    weight = cutout.alpha / max(float(cutout.alpha.sum()), 1e-3)
    mean = np.array([float((own[..., channel] * weight).sum()) for channel in range(3)])
    shift = (around.mean(axis=0) - mean) * (0.46, 0.30, 0.30)
    brighter, darker = (
        min(max(float(shift[0]), 0), _MAX_BRIGHTENING),
        min(max(-float(shift[0]) * darkening, 0), _MAX_DARKENING * darkening),
    )
    # The darker a colour gets, the more of it is lost already.
    limit = _MAX_CHROMA_SHIFT * (1 - darker / _MAX_DARKENING)
    shift[1:] *= min(1.0, limit / max(float(np.hypot(shift[1], shift[2])), 1e-3))
    # Lightness is moved along a curve, so that black stays black and white does not clip.
    light = own[..., 0] / 255
    own[..., 0] += brighter * (2 * light * (1 - light) + 0.5 * light)
    own[..., 0] *= 1 - darker / max(float(mean[0]), darker * 1.8, 1)
    own[..., 1:] += shift[1:].astype(np.float32)
    image = np.asarray(cv2.cvtColor(to_uint8(own), cv2.COLOR_LAB2RGB), np.uint8)
    return replace(cutout, image=image)


def relight_cutout(cutout: Cutout, light: SceneLight, position_x: float) -> Cutout:
    """Light the subject, at this part of the frame's width, from the scene's side: shading and a rim."""
    high, wide = cutout.shape
    side = float(np.clip((light.x - position_x) * 2.2, -1, 1))
    alpha = cutout.alpha
    radius = max(high * 0.055, 2.0)
    small = resize(alpha, max(wide // 4, 1), max(high // 4, 1))
    body = np.pad(small, 12, mode="edge") if cutout.cut_below else np.pad(small, 12)
    dome = blur_image(np.asarray(body, np.float32), radius / 4)[12:-12, 12:-12]
    slope_y, slope_x = np.gradient(dome)
    # Where the rounded silhouette turns towards the light it is brighter, on the other side darker.
    facing = -(slope_x * side + slope_y * -0.8) * radius / 4 * 2.2
    facing = resize(np.asarray(np.clip(facing, -1, 1), np.float32), wide, high)
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :] * np.float32(side)
    gain = 1 + light.shaping * (0.10 * across + 0.22 * np.minimum(facing, 0) + 0.10 * np.maximum(facing, 0))
    image = cutout.image * gain[..., None].astype(np.float32)
    # Light wrap: the scene's light shows on the very edge of what stands in front of it.
    edge = np.clip(1 - blur_image(alpha, max(high * 0.006, 1.0)), 0, 0.5) * 2 * np.clip(facing + 0.35, 0, 1)
    wrap = (edge * np.float32(light.rim))[..., None]
    image += (np.array(light.glow, np.float32) - image) * wrap
    return replace(cutout, image=to_uint8(image))


def cut_at_waterline(cutout: Cutout, submerged_share: float) -> Cutout:
    """Return the cutout above its waterline; `submerged_share` is the part of its height under water."""
    line = max(round(cutout.shape[0] * (1 - submerged_share)), 2)
    fade = max(round(cutout.shape[0] * 0.012), 1)
    rows = smoothstep_array(np.arange(line, 0, -1) - 0.5, 0.0, fade)
    return replace(cutout, image=cutout.image[:line], alpha=cutout.alpha[:line] * rows[:, None])
