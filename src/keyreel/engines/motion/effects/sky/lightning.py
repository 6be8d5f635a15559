"""Lightning: bolts in the sky, and their light on clouds and land; two flashes in a shot of five seconds."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.painters import Painters
from keyreel.engines.motion.imaging.pixels import blur_image, resize, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size

_FIRST_FLASH: Final = (0.9, 1.3)
_INTERVAL: Final = (1.7, 2.3)
"""Seconds until the first flash and between the next ones, each at random between two."""
_MAX_SECONDS: Final = 64.0
"""The longest time of a scene in which it flashes: beyond are only timelapses, where none could be seen."""
# A flash strikes twice: (seconds after the first stroke, brightness, seconds until it has faded to a third).
_STROKES: Final = ((0.0, 1.0, 0.055), (0.14, 0.8, 0.11))
_VISIBLE_SECONDS: Final = 0.6
"""Seconds after its first stroke for which a flash lights anything."""
_BOLT_BRIGHTNESS: Final = 0.28
"""The brightness from which the bolt itself is seen."""
_ROUGHNESS: Final = 0.085
_SEGMENTS: Final = 26
_COARSE_STEP: Final = 2
"""Pixels of the frame for each one in which a bolt is drawn."""
_LIGHT: Final = (176.0, 188.0, 236.0)
"""RGB, 0 … 255, of the light at its brightest."""


@dataclass(frozen=True, slots=True)
class Flash:
    """One flash: when it strikes, in seconds, where, as a part of the width, and its bolt's lines.

    `lines` are float32 [points, 2] in parts of the frame's sides, the main one first.
    """

    seconds: float
    x: float
    lines: tuple[FloatArray, ...]

    def get_brightness(self, seconds: float) -> float:
        """Return its light at a time, 0.0 … 1.0."""
        since = abs(seconds) - self.seconds
        return max(
            (light * exp(-(since - at) / fade) for at, light, fade in _STROKES if since >= at), default=0
        )


@dataclass(frozen=True, slots=True)
class Lightning:
    """The flashes of a shot."""

    flashes: tuple[Flash, ...]
    size: Size
    strength: float

    def draw(self, frame: Frame, seconds: float, strength: float, sky: FloatArray) -> None:
        """Light the frame up, in place, at a time; `sky` is [rows, columns], 0.0 … 1.0."""
        for flash in self.flashes:
            if 0 <= abs(seconds) - flash.seconds < _VISIBLE_SECONDS:
                light = flash.get_brightness(seconds) * strength
                if light > 0.02:
                    self._draw_flash(frame, flash, light, sky)

    def _draw_flash(self, frame: Frame, flash: Flash, light: float, sky: FloatArray) -> None:
        height, width = frame.shape[:2]
        across = np.linspace(0, 1, 64, dtype=np.float32)[None, :] - np.float32(flash.x)
        down = np.linspace(0, 1, 36, dtype=np.float32)[:, None]
        # Clouds around the bolt glow most, the land a little.
        glow = 0.16 + 0.62 * np.exp(-((across / 0.34) ** 2) - (down / 0.5) ** 2)
        glow *= 0.45 + 0.55 * resize(sky, 64, 36)
        added = to_uint8(np.array(_LIGHT, np.float32) * (glow * np.float32(light))[..., None])
        # What is there reflects the light: dark land stays dark, clouds show their forms.
        lit = cv2.multiply(frame, resize(added, width, height), scale=1.6 / 255)
        np.copyto(frame, cv2.add(frame, lit))
        np.copyto(frame, cv2.add(frame, resize(to_uint8(added * np.float32(0.42)), width, height)))
        if light > _BOLT_BRIGHTNESS:
            self._draw_bolt(frame, flash, light, sky)

    def _draw_bolt(self, frame: Frame, flash: Flash, light: float, sky: FloatArray) -> None:
        height, width = frame.shape[:2]
        small = np.zeros((height // _COARSE_STEP, width // _COARSE_STEP), np.uint8)
        side = min(small.shape)
        for number, line in enumerate(flash.lines):
            points = np.round(line * (small.shape[1], small.shape[0]) * 16).astype(np.int32)
            thick = max(round(side * (0.0045 if number == 0 else 0.002)), 1)
            cv2.polylines(
                small,
                [points],
                isClosed=False,
                color=255 if number == 0 else 150,
                thickness=thick,
                lineType=cv2.LINE_AA,
                shift=4,
            )
        bolt = np.asarray(small, np.float32)
        halo = blur_image(bolt, side / 36) * 1.3 + blur_image(bolt, side / 200) * 0.6
        shine = np.clip(bolt + halo, 0, 255) * resize(sky, small.shape[1], small.shape[0]) * np.float32(light)
        colour = to_uint8(shine[..., None] * np.array((0.92, 0.95, 1.0), np.float32))
        np.copyto(frame, cv2.add(frame, resize(colour, width, height)))


def create_lightning(context: EffectContext, strength: float) -> Painters:
    """Create the flashes of a shot, each at a place of its own."""
    rng, flashes = context.rng, []
    seconds = float(rng.uniform(*_FIRST_FLASH))
    while seconds < _MAX_SECONDS:
        x = float(rng.uniform(0.18, 0.82))
        flashes.append(Flash(seconds, x, _grow_bolt(rng, x)))
        seconds += float(rng.uniform(*_INTERVAL))
    return Painters(over_sky=(Lightning(tuple(flashes), context.size, strength).draw,))


def _grow_bolt(rng: np.random.Generator, x: float) -> tuple[FloatArray, ...]:
    """Return a bolt's lines in parts of the frame's sides: from the clouds downward, with branches."""
    main = _wander(rng, (x, -0.02), (x + float(rng.normal(0, 0.10)), float(rng.uniform(0.55, 0.75))))
    branches: list[FloatArray] = []
    for start in rng.choice(np.arange(4, _SEGMENTS - 3), 5, replace=False).tolist():
        at = (float(main[start, 0]), float(main[start, 1]))
        aside = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.05, 0.16))
        branches.append(_wander(rng, at, (at[0] + aside, at[1] + float(rng.uniform(0.08, 0.22)))))
    return (main, *branches)


def _wander(rng: np.random.Generator, start: tuple[float, float], end: tuple[float, float]) -> FloatArray:
    """Return a crooked line between two points, float32 [points, 2]: midpoint displacement."""
    line = np.array((start, end))
    reach = float(np.hypot(*(line[1] - line[0]))) * _ROUGHNESS * 2
    while len(line) < _SEGMENTS:
        middles = (line[:-1] + line[1:]) / 2
        middles[:, 0] += rng.normal(0, reach, len(middles))
        line = np.insert(line, np.arange(1, len(line)), middles, axis=0)
        reach *= 0.55
    return line.astype(np.float32)
