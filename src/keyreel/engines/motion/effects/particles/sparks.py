"""Sparks: glowing specks that rise from below, drift and flicker."""

from __future__ import annotations

from dataclasses import dataclass
from math import sin, tau
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.effects.painters import split_by_depth
from keyreel.engines.motion.imaging.glow import add_glow, render_glow_sprite

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext, Painters
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size

_COUNT: Final = 210
"""Sparks at a strength of 1."""

_COLOUR: Final = (255, 128, 40)
"""RGB, 0 … 255."""

_CORE_RADII: Final = (0.0032, 0.0048, 0.0072, 0.0125)
"""In parts of the frame's shorter side, from the smallest specks to the largest."""

_NEAR_SPARK_SIZE: Final = 0.72
"""The size, 0.0 … 1.0, from which a spark is in front of the subjects."""

_WANDER: Final = 0.012
"""How far a spark drifts to each side, in parts of the frame's width."""


@dataclass(frozen=True, slots=True)
class Sparks:
    """Sparks over a frame.

    `state` is float32 [count, 7]: x (0 … 1), y (0 … 1), speed in heights a second, size (0 … 1), two phases
    in radians, and brightness (0 … 1). `sprites` go from the smallest to the largest.
    """

    state: FloatArray
    sprites: tuple[Frame, ...]
    size: Size

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Add the light of the near or the far sparks to the frame, in place, at a time."""
        width, height = self.size.width, self.size.height
        chosen = (
            self.state[self.state[:, 3] >= _NEAR_SPARK_SIZE]
            if near
            else self.state[self.state[:, 3] < _NEAR_SPARK_SIZE]
        )
        for x, y, speed, scale, phase, other, light in chosen.tolist():
            up = (y + speed * seconds) % 1.1
            wobble = sin(tau * 0.21 * seconds + phase) + 0.5 * sin(tau * 0.53 * seconds + other)
            flicker = 0.55 + 0.45 * sin(tau * 1.7 * seconds * (0.6 + scale) + other)
            fade = min(up * 8, 1.0) * (1.0 - 0.55 * up)
            sprite = self.sprites[min(int(scale * len(self.sprites)), len(self.sprites) - 1)]
            at = (x + _WANDER * wobble + 0.05 * up) * width % width, (1.03 - up) * height
            add_glow(frame, sprite, at, strength * light * flicker * fade)


def create_sparks(context: EffectContext, strength: float) -> Painters:
    """Create sparks; their number grows with the strength."""
    state = context.rng.random((round(_COUNT * strength), 7)).astype(np.float32)
    state[:, 2] = 0.09 + state[:, 2] * 0.24
    state[:, 3] **= 2.2
    state[:, 4:6] *= np.float32(tau)
    state[:, 6] = 0.45 + 0.55 * state[:, 6]
    colour = np.array(_COLOUR, np.float32)
    short = min(context.size.width, context.size.height)
    sprites = tuple(render_glow_sprite(radius * short, colour) for radius in _CORE_RADII)
    return split_by_depth(Sparks(state, sprites, context.size).draw)
