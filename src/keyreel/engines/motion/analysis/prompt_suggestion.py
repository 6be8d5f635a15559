"""A prompt suggested for an image: its subject's position, light and colours, and what in it may move.

It states what was measured and nothing else: what the subject is remains unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.water_and_clouds import detect_ambient_flow
from keyreel.engines.motion.effects.wind import detect_foliage
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.imaging.pixels import resize
from keyreel.engines.motion.networks.matting import compute_alpha_matte, measure_coverage

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import Order


_LONG_SIDE: Final = 512
"""Pixels of the longer side at which an image is measured."""
_MIN_SUBJECT, _SMALL_SUBJECT, _LARGE_SUBJECT, _MAX_SUBJECT = 0.004, 0.10, 0.35, 0.9
"""Parts of the image that a subject covers."""
_MIN_FLOW_SHARE: Final = 0.04
_MIN_FOLIAGE_SHARE: Final = 0.06
"""Least parts of the image that water or clouds, and leaves, cover to be mentioned."""
_PORTRAIT_RATIO: Final = 0.85
"""Width by height below which an image is portrait."""
_LEFT, _HIGH, _LOW = 0.4, 0.36, 0.68
"""Positions as parts of the width and height."""
_DARK_LEVEL, _BRIGHT_LEVEL = 78, 172
"""Mean grey levels of 255."""
_WARM_TINT, _COOL_TINT = 0.10, -0.06
"""Mean red minus blue, in mean grey levels."""
_STRONG_CONTRAST, _LOW_CONTRAST = 62, 34
"""Standard deviations of the grey levels."""
_MIN_SATURATION: Final = 46
_MIN_VALUE: Final = 40
"""Levels of 255 in HSV from which a pixel has a colour."""
_MIN_COLOUR_SHARE: Final = 0.12
_MIN_SUBJECT_COLOUR_SHARE: Final = 0.3
"""Least parts of the image, and of the subject, that a named colour covers."""
# Hues in OpenCV's degrees (half of the usual ones), each up to the next.
_HUES: Final = (
    (0, "red"), (7, "orange"), (19, "golden"), (26, "yellow"), (35, "green"), (78, "teal"), (96, "blue"),
    (128, "violet"), (148, "pink"), (170, "red"), (180, ""),
)  # fmt: skip
_MOODS: Final = {
    ("dark", "warm"): "intimate and mysterious",
    ("dark", "cool"): "quiet and mysterious",
    ("dark", "even"): "dramatic and still",
    ("bright", "warm"): "cheerful and inviting",
    ("bright", "cool"): "fresh and clear",
    ("bright", "even"): "light and airy",
    ("mild", "warm"): "calm and inviting",
    ("mild", "cool"): "calm and cool",
    ("mild", "even"): "calm and natural",
}


@dataclass(frozen=True, slots=True)
class _ImageMeasurements:
    """What was measured of an image. Shares are parts of its area, the position parts of its sides."""

    subject_share: float
    subject_colour: str
    """The subject's colour with a blank after it; empty where it has none."""
    subject_position: tuple[float, float]
    brightness: str
    warmth: str
    contrast: str
    colours: tuple[str, ...]
    water: bool
    clouds: bool
    leaves: bool
    aspect_ratio: float
    balance: float
    """Where the detail is: -1.0 all on the left … 1.0 all on the right."""


def suggest_prompt(order: Order, networks: Networks) -> str:
    """Return a prompt for an order's first image, and its last one where there is one.

    Raises:
        RenderFailed: an image cannot be read.
    """
    first, last = order.shots[0].first, order.shots[-1].last
    if first is None:
        return order.shots[0].prompt
    words = _describe_image(_measure_image(load_image(Path(first)), networks))
    if last is None:
        return words
    end = _measure_image(load_image(Path(last)), networks)
    return f"{words} It ends in {_describe_light(end)}{_describe_tones(end)}."


def _describe_image(measurements: _ImageMeasurements) -> str:
    moving = [
        words
        for words, there in (
            ("the water ripples gently", measurements.water),
            ("the clouds drift by", measurements.clouds),
            ("a light breeze moves the leaves", measurements.leaves),
        )
        if there
    ]
    also = f" while {' and '.join(moving)}" if moving else ""
    mood = _MOODS[measurements.brightness, measurements.warmth]
    light = f"{_describe_light(measurements)}{_describe_tones(measurements)}"
    return f"{_describe_camera(measurements)}{also}, in {light}. The mood is {mood}."


def _describe_camera(measurements: _ImageMeasurements) -> str:
    position = _describe_position(*measurements.subject_position)
    if not _MIN_SUBJECT < measurements.subject_share < _MAX_SUBJECT:
        if measurements.aspect_ratio < _PORTRAIT_RATIO:
            return "The camera rises slowly over the whole scene"
        side = "right" if measurements.balance >= 0 else "left"
        return f"The camera tracks slowly to the {side} across the whole scene"
    if measurements.subject_share < _SMALL_SUBJECT:
        return (
            f"The camera pushes in slowly towards the small {measurements.subject_colour}subject {position}"
        )
    if measurements.subject_share < _LARGE_SUBJECT:
        side = "right" if measurements.subject_position[0] <= 0.5 else "left"
        subject = f"the {measurements.subject_colour}subject"
        return f"The camera orbits slowly to the {side} around {subject} {position}"
    return f"The camera moves in gently on the large {measurements.subject_colour}subject {position}"


def _describe_position(x: float, y: float) -> str:
    height = "high " if y < _HIGH else "low " if y > _LOW else ""
    if x < _LEFT:
        return f"{height}on the left"
    return f"{height}in the centre" if x <= 1 - _LEFT else f"{height}on the right"


def _describe_light(measurements: _ImageMeasurements) -> str:
    brightness = {"dark": "dim", "bright": "bright", "mild": "soft"}[measurements.brightness]
    warmth = {"warm": ", warm", "cool": ", cool", "even": ""}[measurements.warmth]
    return f"{brightness}{warmth} light{measurements.contrast}"


def _describe_tones(measurements: _ImageMeasurements) -> str:
    return (
        f" and tones of {' and '.join(measurements.colours)}" if measurements.colours else " and muted tones"
    )


def _measure_image(image: Frame, networks: Networks) -> _ImageMeasurements:
    height, width = image.shape[:2]
    scale = min(_LONG_SIDE / max(height, width), 1.0)
    small = resize(image, max(round(width * scale), 8), max(round(height * scale), 8))
    alpha = compute_alpha_matte(small, networks)
    covered = measure_coverage(alpha)
    flows = detect_ambient_flow(small, alpha if covered > _MIN_SUBJECT else None)
    across = flows.velocity[..., 0] if flows else np.zeros((1, 1), np.float32)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    light, spread = float(grey.mean()), float(grey.std())
    red, _, blue = (float(each.mean()) for each in cv2.split(small))
    tint = (red - blue) / (light + 20)
    return _ImageMeasurements(
        subject_share=covered,
        subject_colour=_name_subject_colour(small, alpha),
        subject_position=_find_centroid(alpha),
        brightness="dark" if light < _DARK_LEVEL else "bright" if light > _BRIGHT_LEVEL else "mild",
        warmth="warm" if tint > _WARM_TINT else "cool" if tint < _COOL_TINT else "even",
        contrast=" of strong contrast"
        if spread > _STRONG_CONTRAST
        else " of low contrast"
        if spread < _LOW_CONTRAST
        else "",
        colours=_name_main_colours(small),
        # Clouds drift to the right, water flows to the left (see `detect_ambient_flow`).
        water=float((across < 0).mean()) > _MIN_FLOW_SHARE,
        clouds=float((across > 0).mean()) > _MIN_FLOW_SHARE,
        leaves=float(detect_foliage(small).mean()) > _MIN_FOLIAGE_SHARE,
        aspect_ratio=width / height,
        balance=_measure_balance(grey),
    )


def _find_centroid(alpha: FloatArray) -> tuple[float, float]:
    moments = cv2.moments(alpha)
    if moments["m00"] < 1:
        return 0.5, 0.5
    height, width = alpha.shape
    return moments["m10"] / moments["m00"] / width, moments["m01"] / moments["m00"] / height


def _measure_balance(grey: FloatArray) -> float:
    """Compare the detail of both halves by their edges: -1.0 all on the left … 1.0 all on the right."""
    edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    half = edges.shape[1] // 2
    left, right = float(edges[:, :half].mean()), float(edges[:, -half:].mean())
    return (right - left) / max(left + right, 1e-6)


def _name_subject_colour(small: Frame, alpha: FloatArray) -> str:
    if measure_coverage(alpha) < _MIN_SUBJECT:
        return ""
    shares = _measure_colour_shares(small, alpha / np.float32(alpha.mean()))
    colour = max(shares, key=lambda name: (shares[name], name))
    return f"{colour} " if shares[colour] > _MIN_SUBJECT_COLOUR_SHARE else ""


def _name_main_colours(small: Frame) -> tuple[str, ...]:
    """Return the two colours that cover the most of the colourful area, the larger first."""
    shares = _measure_colour_shares(small, np.ones(small.shape[:2], np.float32))
    ranked = sorted(shares, key=lambda name: (-shares[name], name))
    return tuple(name for name in ranked[:2] if shares[name] > _MIN_COLOUR_SHARE)


def _measure_colour_shares(small: Frame, weights: FloatArray) -> dict[str, float]:
    """Return the part of the area that each colour covers; `weights` is float32 [height, width]."""
    hue, saturation, value = (each.astype(int) for each in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)))
    counted = (saturation > _MIN_SATURATION) & (value > _MIN_VALUE)
    shares: dict[str, float] = {}
    for (start, name), (end, _) in pairwise(_HUES):
        here = (hue >= start) & (hue < end) & counted
        shares[name] = shares.get(name, 0.0) + float((weights * here).mean())
    return shares
