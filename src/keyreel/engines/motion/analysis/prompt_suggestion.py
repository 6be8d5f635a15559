"""A prompt made from a picture: where its subject is, its light and colours, what in it may move.

It says what was measured and nothing else: nobody here knows what the subject is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.water_and_clouds import currents
from keyreel.engines.motion.effects.wind import foliage
from keyreel.engines.motion.imaging.cropping import read
from keyreel.engines.motion.imaging.pixels import resized
from keyreel.engines.motion.networks.matting import coverage, matte

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.order import Order

    FloatArray = NDArray[np.float32]

_LONG_SIDE: Final = 512
_LEAST, _SMALL, _LARGE, _MOST = 0.004, 0.10, 0.35, 0.9
_FLOWS: Final = 0.04
_LEAFY: Final = 0.06
_TALL: Final = 0.85
_LEFT, _HIGH, _LOW = 0.4, 0.36, 0.68
_DARK, _BRIGHT = 78, 172
_WARM, _COOL = 0.10, -0.06
_STRONG, _SOFT = 62, 34
_COLOURFUL: Final = 46
_LIT: Final = 40
_NOTABLE: Final = 0.12
_OWN: Final = 0.3
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
class _Look:
    """What was measured of a picture. Parts are of its area, `at` of its sides."""

    subject: float
    own: str
    """The subject's colour and a blank; empty where it has none."""
    at: tuple[float, float]
    brightness: str
    warmth: str
    contrast: str
    colours: tuple[str, ...]
    water: bool
    clouds: bool
    leaves: bool
    ratio: float
    weight: float
    """Where the busier half is: -1.0 all on the left … 1.0 all on the right."""


def recommended_prompt(order: Order, nets: Nets) -> str:
    """Return the prompt for an order's first picture, and its last one where there is one.

    Raises:
        RenderFailed: a picture cannot be read.
    """
    first, last = order.shots[0].first, order.shots[-1].last
    if first is None:
        return order.shots[0].prompt
    words = _described(_looked_at(read(Path(first)), nets))
    if last is None:
        return words
    end = _looked_at(read(Path(last)), nets)
    return f"{words} It ends in {_light(end)}{_toned(end)}."


def _described(look: _Look) -> str:
    moving = [
        words
        for words, there in (
            ("the water ripples gently", look.water),
            ("the clouds drift by", look.clouds),
            ("a light breeze moves the leaves", look.leaves),
        )
        if there
    ]
    also = f" while {' and '.join(moving)}" if moving else ""
    mood = _MOODS[look.brightness, look.warmth]
    return f"{_camera(look)}{also}, in {_light(look)}{_toned(look)}. The mood is {mood}."


def _camera(look: _Look) -> str:
    place = _place(*look.at)
    if not _LEAST < look.subject < _MOST:
        if look.ratio < _TALL:
            return "The camera rises slowly over the whole scene"
        side = "right" if look.weight >= 0 else "left"
        return f"The camera tracks slowly to the {side} across the whole scene"
    if look.subject < _SMALL:
        return f"The camera pushes in slowly towards the small {look.own}subject {place}"
    if look.subject < _LARGE:
        side = "right" if look.at[0] <= 0.5 else "left"
        return f"The camera orbits slowly to the {side} around the {look.own}subject {place}"
    return f"The camera moves in gently on the large {look.own}subject {place}"


def _place(x: float, y: float) -> str:
    height = "high " if y < _HIGH else "low " if y > _LOW else ""
    if x < _LEFT:
        return f"{height}on the left"
    return f"{height}in the centre" if x <= 1 - _LEFT else f"{height}on the right"


def _light(look: _Look) -> str:
    brightness = {"dark": "dim", "bright": "bright", "mild": "soft"}[look.brightness]
    warmth = {"warm": ", warm", "cool": ", cool", "even": ""}[look.warmth]
    return f"{brightness}{warmth} light{look.contrast}"


def _toned(look: _Look) -> str:
    return f" and tones of {' and '.join(look.colours)}" if look.colours else " and muted tones"


def _looked_at(picture: Frame, nets: Nets) -> _Look:
    height, width = picture.shape[:2]
    scale = min(_LONG_SIDE / max(height, width), 1.0)
    small = resized(picture, max(round(width * scale), 8), max(round(height * scale), 8))
    alpha = matte(small, nets)
    covered = coverage(alpha)
    flows = currents(small, alpha if covered > _LEAST else None)
    across = flows.velocity[..., 0] if flows else np.zeros((1, 1), np.float32)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    light, spread = float(grey.mean()), float(grey.std())
    red, _, blue = (float(each.mean()) for each in cv2.split(small))
    tint = (red - blue) / (light + 20)
    return _Look(
        subject=covered,
        own=_own_colour(small, alpha),
        at=_centre(alpha),
        brightness="dark" if light < _DARK else "bright" if light > _BRIGHT else "mild",
        warmth="warm" if tint > _WARM else "cool" if tint < _COOL else "even",
        contrast=" of strong contrast" if spread > _STRONG else " of low contrast" if spread < _SOFT else "",
        colours=_colours(small),
        # Clouds drift to the right, water runs the other way (see currents).
        water=float((across < 0).mean()) > _FLOWS,
        clouds=float((across > 0).mean()) > _FLOWS,
        leaves=float(foliage(small).mean()) > _LEAFY,
        ratio=width / height,
        weight=_weight(grey),
    )


def _centre(alpha: FloatArray) -> tuple[float, float]:
    moments = cv2.moments(alpha)
    if moments["m00"] < 1:
        return 0.5, 0.5
    height, width = alpha.shape
    return moments["m10"] / moments["m00"] / width, moments["m01"] / moments["m00"] / height


def _weight(grey: FloatArray) -> float:
    """Compare how much there is to see in both halves, by their edges."""
    edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    half = edges.shape[1] // 2
    left, right = float(edges[:, :half].mean()), float(edges[:, -half:].mean())
    return (right - left) / max(left + right, 1e-6)


def _own_colour(small: Frame, alpha: FloatArray) -> str:
    if coverage(alpha) < _LEAST:
        return ""
    shares = _shares(small, alpha / np.float32(alpha.mean()))
    colour = max(shares, key=lambda name: (shares[name], name))
    return f"{colour} " if shares[colour] > _OWN else ""


def _colours(small: Frame) -> tuple[str, ...]:
    """Name the two colours that most of the colourful area has, the larger first."""
    shares = _shares(small, np.ones(small.shape[:2], np.float32))
    ranked = sorted(shares, key=lambda name: (-shares[name], name))
    return tuple(name for name in ranked[:2] if shares[name] > _NOTABLE)


def _shares(small: Frame, weights: FloatArray) -> dict[str, float]:
    """Return how much of the area each colour has."""
    hue, saturation, value = (each.astype(int) for each in cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)))
    counted = (saturation > _COLOURFUL) & (value > _LIT)
    shares: dict[str, float] = {}
    for (start, name), (end, _) in pairwise(_HUES):
        here = (hue >= start) & (hue < end) & counted
        shares[name] = shares.get(name, 0.0) + float((weights * here).mean())
    return shares
