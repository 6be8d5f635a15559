"""Ambient flow: water that runs and clouds that drift, where an image surely shows them.

The image is moved by two-phase advection (Max and Becker 1995): two phases fade into each other, so that it
flows on without end and no texture is stretched far.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize, smoothstep_array

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask


_ANALYSIS_WIDTH: Final = 192
"""Pixels of the width at which water and clouds are looked for."""

_EDGE_OVERSAMPLING: Final = 4
"""Edges are measured at this many times that width."""

_PHASE_SECONDS: Final = 3.6
"""Seconds after which a phase starts again from the image itself."""

_WATER_SPEED: Final = 0.014
_CLOUD_SPEED: Final = 0.011
"""In parts of the frame's width a second."""

_MIN_LEVELNESS: Final = 0.66
"""Levelness, 0 … 1, from which a pixel may be water."""

_WATER_THRESHOLDS: Final = ((0.7, 0.05), (0.85, -0.45))
"""Least (levelness, blueness) of water: the bluer, the less level it must be."""

_MAX_SKY_TEXTURE: Final = 55.0
"""Edge strength, in levels of 255, up to which an area may be sky."""


@dataclass(frozen=True, slots=True)
class AmbientFlow:
    """How fast each place flows, float32 [height, width, 2], in parts of the frame's width a second."""

    velocity: FloatArray

    def compute_phases(self, seconds: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return, for both phases at a time, by how many seconds of flow each is moved, and its weight."""
        return _compute_phase(seconds, 0.5), _compute_phase(seconds, 0.0)


def _compute_phase(seconds: float, ahead: float) -> tuple[float, float]:
    turn = seconds / _PHASE_SECONDS + ahead
    part = turn - floor(turn)
    # The phase that a shot begins with is at its middle there: nothing is moved, and it alone counts.
    return (part - 0.5) * _PHASE_SECONDS, 1 - abs(2 * part - 1)


def detect_ambient_flow(rest_frame: Frame, subject: FloatArray | None) -> AmbientFlow | None:
    """Find what flows in the resting frame, uint8 [h, w, 3], outside its subject's opacity [h, w]."""
    texture = _measure_texture(rest_frame)
    free = np.ones_like(texture.levelness)
    if subject is not None:
        covered = resize(subject, texture.levelness.shape[1], texture.levelness.shape[0])
        free = np.asarray(1 - cv2.dilate(covered, np.ones((5, 5), np.uint8)), np.float32)
    water = _detect_water(texture, free)
    sky = _detect_clouds(texture, free, by_water=bool(water.any()))
    if not (water.any() or sky.any()):
        return None
    rows = np.linspace(0, 1, texture.levelness.shape[0], dtype=np.float32)[:, None]
    # Nearer water runs faster, and so do the clouds above than those far away over the horizon.
    run = _soften_edges(water) * (0.15 + 0.85 * smoothstep_array(rows, 0.48, 1.0)) * _WATER_SPEED
    drift = _soften_edges(sky) * (0.1 + 0.9 * smoothstep_array(1 - rows, 0.42, 1.0)) * _CLOUD_SPEED
    across = (drift - 0.6 * run) * free.clip(0, 1)
    down = run * np.float32(0.3)
    return AmbientFlow(np.asarray(np.dstack((across, down)), np.float32))


@dataclass(frozen=True, slots=True)
class _ImageTexture:
    """A small image's texture and colour, each float32 [height, width].

    `levelness` is how level its lines are, 0 … 1; `strength` and `brightness` are in levels of 255;
    `greenness` and `blueness` are relative to brightness; `rows` run from 0 (top) to 1.
    """

    levelness: FloatArray
    strength: FloatArray
    greenness: FloatArray
    blueness: FloatArray
    brightness: FloatArray
    rows: FloatArray


def _measure_texture(image: Frame) -> _ImageTexture:
    height = max(round(image.shape[0] * _ANALYSIS_WIDTH / image.shape[1]), 8)
    grey = cv2.cvtColor(
        resize(image, _ANALYSIS_WIDTH * _EDGE_OVERSAMPLING, height * _EDGE_OVERSAMPLING), cv2.COLOR_RGB2GRAY
    )
    edges = [cv2.Sobel(grey, cv2.CV_32F, *way) for way in ((1, 0), (0, 1))]
    across, down = (
        cv2.blur(
            resize(np.asarray(cv2.blur(each * each, (9, 9)), np.float32), _ANALYSIS_WIDTH, height), (9, 9)
        )
        for each in edges
    )
    small = cv2.blur(resize(image, _ANALYSIS_WIDTH, height), (5, 5)).astype(np.float32)
    red, green, blue = cv2.split(small)
    light = np.asarray(small.mean(axis=2), np.float32)
    rows = np.broadcast_to(np.linspace(0, 1, height, dtype=np.float32)[:, None], light.shape)
    return _ImageTexture(
        np.asarray(down / (across + down + 20), np.float32),
        np.asarray(np.sqrt(np.maximum(across + down, 0)), np.float32),
        np.asarray((green - np.maximum(red, blue)) / (light + 20), np.float32),
        np.asarray((blue - red) / (light + 20), np.float32),
        light,
        np.asarray(rows, np.float32),
    )


def _detect_water(texture: _ImageTexture, free: FloatArray) -> FloatArray:
    """Find water: low in the image, wide, with nearly level lines, as waves seen from the shore have."""
    here = (
        (texture.levelness > _MIN_LEVELNESS)
        & (texture.rows > 0.46)
        & (texture.greenness < 0.16)
        & (texture.strength > 3)
    )
    found = cv2.morphologyEx(
        np.asarray(here & (free > 0.5), np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
    )
    found = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    kept = np.zeros(found.shape, np.float32)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(found)
    height, width = found.shape
    for label in range(1, count):
        left, top, wide, high, area = boxes[label].tolist()
        part = labels == label
        cut = left <= 1 or left + wide >= width - 1 or top + high >= height - 1
        if cut and area > 0.06 * found.size and wide > 0.4 * width and _is_water_like(texture, part):
            kept[part] = 1
    return kept


def _is_water_like(texture: _ImageTexture, part: Mask) -> bool:
    """Say whether a region is level enough for its colour: fur and wood may be level too, but are warm."""
    level, cool = (float(np.median(each[part])) for each in (texture.levelness, texture.blueness))
    return any(level > least and cool > coldest for least, coldest in _WATER_THRESHOLDS)


def _detect_clouds(texture: _ImageTexture, free: FloatArray, *, by_water: bool) -> FloatArray:
    """Find a clouded sky: smooth, along the whole upper edge, and blue, or seen by water."""
    here = (
        (texture.strength < _MAX_SKY_TEXTURE)
        & (texture.rows < 0.62)
        & (texture.greenness < 0.08)
        & (texture.brightness > 20)
    )
    found = cv2.morphologyEx(
        np.asarray(here & (free > 0.5), np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
    )
    _, labels = cv2.connectedComponents(found)
    above = np.unique(labels[0][labels[0] > 0])
    sky = np.isin(labels, above)
    nothing = np.zeros(sky.shape, np.float32)
    wide = float(sky[0].sum()) / max(float((free[0] > 0.5).sum()), 1)
    if wide < 0.8 or sky.mean() < 0.08 or float(texture.strength[sky].mean()) < 8:
        return nothing
    blue = float(np.percentile(texture.blueness[sky], 20)) > 0.02
    return sky.astype(np.float32) if by_water or blue else nothing


def _soften_edges(mask: FloatArray) -> FloatArray:
    """Slow the flow down towards shores and the horizon: what does not flow must not be dragged along."""
    inner = cv2.erode(mask, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return blur_image(np.asarray(inner, np.float32), 2.0)
