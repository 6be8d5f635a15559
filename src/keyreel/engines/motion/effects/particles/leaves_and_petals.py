"""Leaves and petals that tumble down, and leaves that the wind tears off where some grow."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin, tau
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion.effects.painters import Painters, split_by_depth
from keyreel.engines.motion.effects.wind import detect_foliage
from keyreel.engines.motion.imaging.pixels import blend, blur_image, to_uint8
from keyreel.engines.motion.prompts.vocabulary import Effect

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size

_COUNT: Final = 60
"""Pieces at a strength of 1."""

_NEAR_DEPTH: Final = 0.6
"""The depth, 0.0 far … 1.0 near, from which a piece falls in front of the subjects."""

_WIND_SPEED: Final = 0.16
"""How fast usual wind carries a piece aside, in parts of the frame's width a second."""

_WINDBLOWN_AMOUNT: Final = 0.2
"""How many leaves wind alone carries, in parts of those that fall in autumn."""

_WINDBORNE_EFFECTS: Final = frozenset({Effect.RAIN, Effect.SNOW, Effect.LEAVES, Effect.PETALS})
"""Effects by which wind is seen already."""

_MIN_FOLIAGE_SHARE: Final = 0.03
"""The part of an image that must be foliage for leaves to fly about."""


class PieceLook(NamedTuple):
    """How pieces look: their colours, RGB 0 … 255, and their width in parts of their length."""

    colours: tuple[tuple[int, int, int], ...]
    aspect_ratio: float


_LEAF: Final = PieceLook(
    ((206, 96, 30), (222, 148, 44), (170, 58, 28), (190, 122, 40), (150, 104, 40)), aspect_ratio=0.5
)
_PETAL: Final = PieceLook(((250, 196, 210), (255, 222, 230), (240, 168, 190)), aspect_ratio=0.62)


@dataclass(frozen=True, slots=True)
class FallingPieces:
    """Leaves or petals over a frame.

    `state` is float32 [count, 7]: x (0 … 1), y (0 … 1), speed in heights a second, depth (0 far … 1 near),
    two phases in radians, and colour (0 … 1 along the look's colours). `wind_speed` is in widths a second.
    """

    state: FloatArray
    look: PieceLook
    size: Size
    wind_speed: float

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Draw the near or the far pieces on the frame, in place, as they stand at a time."""
        for x, y, speed, depth, phase, other, hue in self.state.tolist():
            if (depth >= _NEAR_DEPTH) is not near:
                continue
            down = (y + speed * (0.4 + depth) * seconds) % 1.2 - 0.1
            swing = sin(tau * (0.35 + 0.2 * speed) * seconds + phase)
            across = (x + (0.04 + self.wind_speed) * seconds * (0.5 + depth) + 0.035 * swing) % 1.2 - 0.1
            turn = phase + 1.9 * seconds * (0.5 + speed) + 0.8 * swing
            tilt = sin(tau * 0.45 * seconds * (0.7 + speed) + other)
            at = (across * self.size.width, down * self.size.height)
            reach = min(self.size.height, self.size.width) * (0.011 + 0.032 * depth)
            colour = self.look.colours[int(hue * len(self.look.colours)) % len(self.look.colours)]
            _draw_leaf(
                frame,
                at,
                (reach, reach * self.look.aspect_ratio * (0.25 + 0.75 * abs(tilt))),
                turn,
                _shade_colour(colour, tilt),
                depth * strength,
            )


def create_leaves(context: EffectContext, strength: float) -> Painters:
    """Create falling autumn leaves; their number grows with the strength."""
    return _create_pieces(context, context.wind_strength, strength, _LEAF)


def create_petals(context: EffectContext, strength: float) -> Painters:
    """Create falling petals; their number grows with the strength."""
    return _create_pieces(context, context.wind_strength, strength, _PETAL)


def create_windblown_leaves(context: EffectContext, strength: float) -> Painters:
    """Create the few leaves by which wind of a strength is seen, where foliage grows."""
    if (
        not context.effects.isdisjoint(_WINDBORNE_EFFECTS)
        or float(detect_foliage(context.rest_frame).mean()) <= _MIN_FOLIAGE_SHARE
    ):
        return Painters()
    return _create_pieces(context, strength, _WINDBLOWN_AMOUNT * strength, _LEAF)


def _create_pieces(context: EffectContext, wind: float, amount: float, look: PieceLook) -> Painters:
    state = context.rng.random((round(_COUNT * amount), 7)).astype(np.float32)
    state[:, 2] = 0.10 + 0.12 * state[:, 2]
    state[:, 3] = 0.15 + 0.85 * state[:, 3] ** 1.8
    state[:, 4:6] *= np.float32(tau)
    pieces = FallingPieces(state, look, context.size, _WIND_SPEED * wind)
    return split_by_depth(pieces.draw)


def _shade_colour(colour: tuple[int, int, int], tilt: float) -> FloatArray:
    return np.asarray(np.clip(np.array(colour) * (0.8 + 0.28 * tilt), 0, 255), np.float32)


def _draw_leaf(  # noqa: PLR0913, PLR0917 - a leaf's look has this many sides
    frame: Frame,
    at: tuple[float, float],
    reach: tuple[float, float],
    turn: float,
    colour: FloatArray,
    depth: float,
) -> None:
    """Draw one pointed oval, in place, softer the nearer it is to the lens; lengths are in pixels."""
    margin = int(reach[0] * 1.4) + 3
    left, top = int(at[0]) - margin, int(at[1]) - margin
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + 2 * margin, frame.shape[1]), min(top + 2 * margin, frame.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    around = np.linspace(0, 2 * pi, 25)
    outline = np.stack((np.cos(around) * reach[0], np.sin(around) ** 3 * reach[1]), axis=-1)
    spin = np.array(((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))))
    points = np.asarray(np.round((outline @ spin + at - (left, top)) * 16), np.int32)
    mask = np.zeros((2 * margin, 2 * margin), np.float32)
    cv2.fillPoly(mask, [points], min(0.35 + depth, 0.95), cv2.LINE_AA, 4)
    soft = blur_image(mask, max(reach[0] * 0.06 + (depth > 0.85) * reach[0] * 0.16, 0.5))
    alpha = np.ascontiguousarray(soft[y0 - top : y1 - top, x0 - left : x1 - left])
    over = np.broadcast_to(to_uint8(colour), (*alpha.shape, 3))
    under = np.ascontiguousarray(frame[y0:y1, x0:x1])
    frame[y0:y1, x0:x1] = blend(np.ascontiguousarray(over), under, alpha)
