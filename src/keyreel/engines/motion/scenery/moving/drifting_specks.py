"""Specks of light in depth that drift past the camera: stars, bubbles, motes, fireflies."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin, tau
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.imaging.glow import add_glow, render_glow_sprite

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import Colour
    from keyreel.order import Size


_MAX_DISPARITY: Final = 1.25
"""Of the nearest specks."""
_WIDE: Final = 2.9
_TALL: Final = 2.1
"""Sides of the box in which specks wrap around, in units of the view."""
_SPRITE_COUNT: Final = 4
"""Sizes in which each kind of speck is drawn."""


@dataclass(frozen=True, slots=True)
class SwarmKind:
    """What the specks are like. `radius` is in shorter sides of the frame; `light` is 0.0 … 1.0.

    Speeds are in units of the view a second at the nearest depth, `ahead` in depths of their box; `flicker`
    is the part of their light that comes and goes, `twinkle` how often a second.
    """

    colour: Colour
    count: int
    radius: float
    light: float
    aside: float = 0.0
    up: float = 0.0
    ahead: float = 0.0
    wander: float = 0.0
    flicker: float = 0.0
    twinkle: float = 0.5


STARS: Final = SwarmKind((214, 226, 255), 420, 0.0030, 0.9, ahead=0.075)
BUBBLES: Final = SwarmKind((150, 220, 236), 120, 0.0042, 0.36, up=0.10, wander=0.03, flicker=0.3)
FIREFLIES: Final = SwarmKind((214, 240, 96), 70, 0.0050, 0.95, wander=0.10, flicker=0.9, twinkle=0.35)
MOTES: Final = SwarmKind((255, 236, 196), 90, 0.0034, 0.34, aside=0.03, up=-0.01, wander=0.05, flicker=0.6)


@dataclass(frozen=True, slots=True)
class Swarm:
    """The specks of a shot: `state` is float32 [count, 6], x, y, nearness, two phases, size.

    Positions are in units of the view, phases in radians, nearness and size 0.0 … 1.0.
    """

    kind: SwarmKind
    state: FloatArray
    sprites: tuple[Frame, ...]

    def draw(self, frame: Frame, pose: CameraPose, view: CameraView, seconds: float) -> None:
        """Add the specks' light at a time to a frame, uint8 [height, width, 3], in place."""
        kind = self.kind
        for x, y, start, phase, other, size in self.state.tolist():
            nearness = (start + kind.ahead * seconds) % 1.0
            disparity = 0.12 + (_MAX_DISPARITY - 0.12) * nearness * nearness
            turn = tau * 0.17 * seconds
            aside = x + kind.aside * seconds + kind.wander * sin(turn + phase)
            down = y - kind.up * seconds * (0.5 + size) + kind.wander * sin(0.83 * turn + other)
            position = (aside + _WIDE / 2) % _WIDE - _WIDE / 2, (down + _TALL / 2) % _TALL - _TALL / 2
            spread = 1 + 2.2 * nearness * nearness if kind.ahead else 1.0
            left, top, grown = parallax.project_point(
                (position[0] * spread, position[1] * spread), pose, disparity
            )
            at = (
                view.size.width / 2 + left * view.pixels_per_unit,
                view.size.height / 2 + top * view.pixels_per_unit,
            )
            light = 1 - kind.flicker * (0.5 + 0.5 * sin(tau * kind.twinkle * seconds * (0.6 + size) + phase))
            # Specks that pass the lens fade before they grow too large, and appear out of the dark.
            fade = min(sin(pi * nearness) * 3, 1.0) if kind.ahead else 1.0
            which = (0.25 + 0.75 * nearness) * (0.4 + 0.6 * size) * grown
            sprite = self.sprites[min(int(which * _SPRITE_COUNT), _SPRITE_COUNT - 1)]
            add_glow(frame, sprite, at, kind.light * light * fade)


def create_swarm(kind: SwarmKind, size: Size, rng: np.random.Generator) -> Swarm:
    """Create a swarm scattered at random."""
    state = rng.random((kind.count, 6)).astype(np.float32)
    state[:, 0] = (state[:, 0] - 0.5) * np.float32(_WIDE)
    state[:, 1] = (state[:, 1] - 0.5) * np.float32(_TALL)
    state[:, 3:5] *= np.float32(tau)
    short = min(size.width, size.height)
    colour = np.array(kind.colour, np.float32)
    sprites = tuple(
        render_glow_sprite(kind.radius * short * (0.35 + 0.45 * shade), colour)
        for shade in range(1, _SPRITE_COUNT + 1)
    )
    return Swarm(kind, state, sprites)
