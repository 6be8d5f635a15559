"""Particles: rain, snow and sparks as drifting sheets of light, leaves and petals as turning pieces."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin, tau
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blend, blur_image, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size


class ParticleLayer(NamedTuple):
    """One depth of falling things. Lengths are in parts of the frame's height, speeds per second."""

    particle_count: int
    size: float
    streak_length: float
    speed: float
    brightness: float
    blur: float
    near: bool


RAIN_LAYERS: Final = (
    ParticleLayer(620, 0.0011, 0.030, 0.95, 0.20, 0.0006, near=False),
    ParticleLayer(300, 0.0015, 0.055, 1.45, 0.26, 0.0009, near=False),
    ParticleLayer(120, 0.0021, 0.100, 2.10, 0.30, 0.0014, near=True),
    ParticleLayer(22, 0.0038, 0.180, 2.80, 0.20, 0.0036, near=True),
)
SNOW_LAYERS: Final = (
    ParticleLayer(900, 0.0016, 0.0, 0.055, 0.42, 0.0007, near=False),
    ParticleLayer(480, 0.0024, 0.0, 0.085, 0.55, 0.0010, near=False),
    ParticleLayer(260, 0.0034, 0.0, 0.120, 0.70, 0.0014, near=False),
    ParticleLayer(120, 0.0050, 0.0, 0.170, 0.70, 0.0022, near=True),
    ParticleLayer(44, 0.0085, 0.0, 0.240, 0.55, 0.0046, near=True),
    ParticleLayer(11, 0.0170, 0.0, 0.330, 0.34, 0.0100, near=True),
)
_RAIN_SLANT: Final = 0.10
_WIND_SLANT: Final = 0.22


@dataclass(frozen=True, slots=True)
class ParticleSheet:
    """One layer, drawn once as light to be added; it drifts over the frame and begins again at its edges."""

    tile: Frame
    velocity: tuple[float, float]
    sway: tuple[float, float, float]
    near: bool

    def draw(self, frame: Frame, seconds: float, strength: float) -> None:
        """Add the layer's light to the frame as it stands at a time."""
        height, width = self.tile.shape[:2]
        size, rate, phase = self.sway
        x = self.velocity[0] * seconds + size * (sin(tau * rate * seconds + phase) - sin(phase))
        left, top = round(x) % width, round(self.velocity[1] * seconds) % height
        tile = self.tile if strength >= 1 else cv2.convertScaleAbs(self.tile, alpha=strength)
        for rows, source_rows in _wrap_slices(top, height):
            for columns, source_columns in _wrap_slices(left, width):
                if frame[rows, columns].size:
                    part = cv2.add(
                        np.ascontiguousarray(frame[rows, columns]),
                        np.ascontiguousarray(tile[source_rows, source_columns]),
                    )
                    frame[rows, columns] = part


def create_rain(
    size: Size, rng: np.random.Generator, tint: FloatArray, *, wind: float, amount: float
) -> list[ParticleSheet]:
    """Make sheets of rain: thin and slow far away, long and blurred close by."""
    return [
        _render_sheet(layer, size, rng, tint, _RAIN_SLANT + _WIND_SLANT * wind, amount, 0.0)
        for layer in RAIN_LAYERS
    ]


def create_snow(
    size: Size, rng: np.random.Generator, tint: FloatArray, *, wind: float, amount: float
) -> list[ParticleSheet]:
    """Make sheets of snow: small and sharp far away, large and soft close by, each swaying by itself."""
    return [_render_sheet(layer, size, rng, tint, 0.12 + 1.6 * wind, amount, 0.014) for layer in SNOW_LAYERS]


def _wrap_slices(offset: int, length: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    return (slice(offset, length), slice(0, length - offset)), (
        slice(0, offset),
        slice(length - offset, length),
    )


def _render_sheet(  # noqa: PLR0913, PLR0917 - a layer's look has this many sides
    layer: ParticleLayer,
    size: Size,
    rng: np.random.Generator,
    tint: FloatArray,
    slant: float,
    amount: float,
    sway: float,
) -> ParticleSheet:
    width, height = size.width, size.height
    scale = min(height, 1.4 * width)
    mask = np.zeros((height, width), np.float32)
    count = round(layer.particle_count * amount * width / max(height, 1) / 1.78) + 1
    reach = layer.streak_length * scale
    for _ in range(count):
        x, y = rng.random() * width, rng.random() * height
        light = layer.brightness * (0.35 + 0.65 * rng.random())
        thick = max(layer.size * scale * (0.6 + 0.8 * rng.random()), 0.55)
        end = (x + slant * reach, y + reach)
        for dx in (-width, 0) if end[0] >= width else (0,):
            for dy in (-height, 0) if end[1] >= height else (0,):
                _draw_streak(mask, (x + dx, y + dy), (end[0] + dx, end[1] + dy), thick=thick, light=light)
    soft = blur_image(mask, layer.blur * scale)
    tile = to_uint8(soft[..., None] * tint)
    fall = layer.speed * height
    phase = rng.random() * tau
    swing = (sway * height * (0.5 + layer.speed * 4), 0.16 + 0.2 * rng.random(), phase)
    return ParticleSheet(tile, (slant * fall, fall), swing, layer.near)


def _draw_streak(
    mask: FloatArray, start: tuple[float, float], end: tuple[float, float], *, thick: float, light: float
) -> None:
    first, last = ((round(x * 16), round(y * 16)) for x, y in (start, end))
    if first == last:
        cv2.circle(mask, first, max(round(thick * 16), 8), light, -1, cv2.LINE_AA, 4)
        return
    # A drop's trail is brighter where the drop is.
    middle = ((first[0] + last[0]) // 2, (first[1] + last[1]) // 2)
    cv2.line(mask, first, last, light * 0.6, max(round(thick), 1), cv2.LINE_AA, 4)
    cv2.line(mask, middle, last, light, max(round(thick), 1), cv2.LINE_AA, 4)


@dataclass(frozen=True, slots=True)
class Sparks:
    """Glowing specks that rise and flicker. `state` is [count, 7]: x, y, speed, size, two phases, light."""

    state: FloatArray
    sprites: tuple[Frame, ...]
    size: Size
    wander: float

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Add the sparks' light to the frame as they stand at a time."""
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
            at = (x + self.wander * wobble + 0.05 * up) * width % width, (1.03 - up) * height
            add_glow(frame, sprite, at, strength * light * flicker * fade)


_NEAR_SPARK_SIZE: Final = 0.72


def create_sparks(size: Size, rng: np.random.Generator, amount: float, *, fireflies: bool) -> Sparks:
    """Make embers, or, `calm`, fireflies."""
    count = round((70 if fireflies else 210) * amount)
    state = rng.random((count, 7)).astype(np.float32)
    state[:, 2] = (0.012 if fireflies else 0.09) + state[:, 2] * (0.02 if fireflies else 0.24)
    state[:, 3] **= 2.2
    state[:, 4:6] *= np.float32(tau)
    state[:, 6] = 0.45 + 0.55 * state[:, 6]
    colour = np.array((190, 235, 90) if fireflies else (255, 128, 40), np.float32)
    short = min(size.width, size.height)
    radii = (0.0032, 0.0048, 0.0072, 0.0125)
    return Sparks(state, tuple(render_spark_sprite(radius * short, colour) for radius in radii), size, 0.012)


def render_spark_sprite(radius: float, colour: FloatArray) -> Frame:
    """Draw a hot core in a wide glow, as light to be added."""
    reach = max(int(radius * 4), 3)
    line = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = np.hypot(line[None, :], line[:, None]) / np.float32(radius)
    core, halo = np.exp(-((distance / 0.75) ** 2)), np.exp(-((distance / 1.9) ** 2)) * 0.4
    hot = np.array((255, 236, 190), np.float32)
    return to_uint8(core[..., None] * hot + halo[..., None] * colour)


def add_glow(frame: Frame, sprite: Frame, at: tuple[float, float], brightness: float) -> None:
    """Add a small light to a frame, centred at a pixel, in place."""
    reach = sprite.shape[0] // 2
    left, top = round(at[0]) - reach, round(at[1]) - reach
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + sprite.shape[1], frame.shape[1]), min(top + sprite.shape[0], frame.shape[0])
    if x0 >= x1 or y0 >= y1 or brightness <= 0:
        return
    part = np.ascontiguousarray(sprite[y0 - top : y1 - top, x0 - left : x1 - left])
    frame[y0:y1, x0:x1] = cv2.addWeighted(
        np.ascontiguousarray(frame[y0:y1, x0:x1]), 1.0, part, min(brightness, 1.0), 0
    )


@dataclass(frozen=True, slots=True)
class FallingLeaves:
    """Leaves or petals that tumble down. `state` is [count, 7]: x, y, speed, depth, two phases, colour."""

    state: FloatArray
    colours: tuple[tuple[int, int, int], ...]
    size: Size
    wind: float
    aspect_ratio: float

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Draw the pieces as they stand at a time."""
        for x, y, speed, depth, phase, other, hue in self.state.tolist():
            if (depth >= 0.6) is not near:
                continue
            down = (y + speed * (0.4 + depth) * seconds) % 1.2 - 0.1
            swing = sin(tau * (0.35 + 0.2 * speed) * seconds + phase)
            across = (x + (0.04 + self.wind) * seconds * (0.5 + depth) + 0.035 * swing) % 1.2 - 0.1
            turn = phase + 1.9 * seconds * (0.5 + speed) + 0.8 * swing
            tilt = sin(tau * 0.45 * seconds * (0.7 + speed) + other)
            at = (across * self.size.width, down * self.size.height)
            reach = min(self.size.height, self.size.width) * (0.011 + 0.032 * depth)
            colour = self.colours[int(hue * len(self.colours)) % len(self.colours)]
            _draw_leaf(
                frame,
                at,
                (reach, reach * self.aspect_ratio * (0.25 + 0.75 * abs(tilt))),
                turn,
                _shade_colour(colour, tilt),
                depth * strength,
            )


def create_falling_leaves(
    size: Size, rng: np.random.Generator, wind: float, amount: float, *, petals: bool
) -> FallingLeaves:
    """Make falling leaves, or petals."""
    state = rng.random((round(60 * amount), 7)).astype(np.float32)
    state[:, 2] = 0.10 + 0.12 * state[:, 2]
    state[:, 3] = 0.15 + 0.85 * state[:, 3] ** 1.8
    state[:, 4:6] *= np.float32(tau)
    autumn = ((206, 96, 30), (222, 148, 44), (170, 58, 28), (190, 122, 40), (150, 104, 40))
    pink = ((250, 196, 210), (255, 222, 230), (240, 168, 190))
    return FallingLeaves(state, pink if petals else autumn, size, 0.16 * wind, 0.62 if petals else 0.5)


def _shade_colour(colour: tuple[int, int, int], tilt: float) -> FloatArray:
    return np.asarray(np.clip(np.array(colour) * (0.8 + 0.28 * tilt), 0, 255), np.float32)


def _draw_leaf(  # noqa: PLR0913, PLR0917 - a leaf's bearing has this many sides
    frame: Frame,
    at: tuple[float, float],
    reach: tuple[float, float],
    turn: float,
    colour: FloatArray,
    depth: float,
) -> None:
    """Draw one pointed oval, softer the nearer it is to the lens."""
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
