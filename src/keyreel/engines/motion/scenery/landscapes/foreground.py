"""Foreground elements that are no plants: rocks, dunes, blurred lights, cloud banks, asteroids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import blur_image, premultiply, resize, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import Colour


_BOKEH_COLOURS: Final[tuple[Colour, ...]] = (
    (255, 190, 96),
    (255, 120, 70),
    (255, 232, 190),
    (90, 170, 255),
    (255, 80, 140),
    (110, 240, 210),
)


def draw_rocks(canvas: ForegroundCanvas, *, colour: Colour) -> None:
    """Draw boulders in the lower corner of the canvas's side, lit from the sun's side."""
    rng = canvas.rng
    for number in range(5):
        x = 0.5 + canvas.side * (0.62 - 0.09 * number + rng.normal(0, 0.02))
        radius = canvas.size_unit * (0.24 - 0.038 * number) * rng.uniform(0.8, 1.15)
        _draw_boulder(canvas, canvas.to_pixel(x, 1.10 - 0.02 * number), radius, colour)


def _draw_boulder(canvas: ForegroundCanvas, at: tuple[float, float], radius: float, colour: Colour) -> None:
    """Draw one boulder as a height field, lit by its slopes."""
    rng = canvas.rng
    reach = max(int(radius * 1.5), 4)
    y, x = np.mgrid[-reach:reach, -reach:reach].astype(np.float32) / np.float32(radius)
    size = (2 * reach, 2 * reach)
    lump = generate_noise(size, (3, 3), rng, 5) - np.float32(0.5)
    form = 1 - (np.abs(x / 1.25) ** 2.4 + np.abs(y / 0.86) ** 2.4) + lump * np.float32(0.9)
    high = np.sqrt(np.clip(form, 0, 1)) + lump * np.float32(0.5)
    slope_x, slope_y = np.gradient(high, axis=1) * radius, np.gradient(high, axis=0) * radius
    lit = 1.0 if canvas.context.palette.sun[0] > 0.5 else -1.0
    light = np.clip(0.46 - 0.26 * lit * slope_x + 0.34 * slope_y, 0.14, 1.25)
    grain = 0.8 + 0.4 * generate_noise(size, (26, 26), rng, 3)
    tone = canvas.context.light_colour(colour) * (light * grain)[..., None]
    alpha = smoothstep_array(form, 0.0, 0.03)
    _composite_at(canvas.image, premultiply(to_uint8(tone), alpha), at)


def draw_dunes(canvas: ForegroundCanvas, *, level: float, high: float) -> None:
    """Draw a chain of dunes, one side of each lit and one in shade.

    `level` is their row as a part of the frame's height, `high` their height in size units.
    """
    rng, context = canvas.rng, canvas.context
    height, width = canvas.image.shape[:2]
    x = np.arange(width, dtype=np.float32) / np.float32(canvas.size_unit)
    waves = [
        (each, share, float(rng.random() * 6)) for each, share in ((2.1, 0.62), (4.3, 0.28), (9.1, 0.10))
    ]

    def compute_crest(at: FloatArray) -> FloatArray:
        bends = (share * np.cos(at * np.float32(each) + np.float32(phase)) for each, share, phase in waves)
        return np.asarray(sum(bends), np.float32)

    top = np.float32(canvas.to_pixel(0, level)[1]) - compute_crest(x) * np.float32(
        high * 0.5 * canvas.size_unit
    )
    rows = np.arange(height, dtype=np.float32)[:, None]
    deep = np.asarray((rows - top[None, :]) / np.float32(canvas.size_unit), np.float32)
    lit = 1.0 if context.palette.sun[0] > 0.5 else -1.0
    wander = blur_image(rng.normal(0, 6, (height, width)).astype(np.float32), canvas.size_unit / 36)
    # The edge between light and shade runs down from each crest, aside.
    lean = np.asarray(x[None, :] + lit * deep * 1.5 + wander * 0.04, np.float32)
    rising = (compute_crest(lean + np.float32(0.02)) - compute_crest(lean - np.float32(0.02))) * np.float32(
        lit
    )
    face = np.tanh(-rising * np.float32(34)) * np.exp(-np.clip(deep, 0, None) * 2.2)
    ripple = np.sin(rows / np.float32(canvas.size_unit) * 190 + wander * 7 + x[None, :] * 30)
    light = 0.84 + 0.24 * face + 0.018 * ripple * np.clip(deep * 6, 0, 1)
    colour = context.haze_colour((226, 166, 104), max(0.42 - level * 0.42, 0.02)) * light[..., None]
    rim = np.exp(-((deep / 0.006) ** 2)) * np.float32(0.4)
    colour += (context.light_colour((255, 226, 170)) - colour) * rim[..., None]
    alpha = smoothstep_array(deep, 0.0, 2.0 / canvas.size_unit)
    canvas.image[:] = premultiply(to_uint8(np.asarray(colour, np.float32)), alpha)


def draw_bokeh(canvas: ForegroundCanvas, *, count: int) -> None:
    """Draw lights that are out of focus, as bright discs, mostly towards the sides."""
    rng = canvas.rng
    light = np.zeros((*canvas.image.shape[:2], 3), np.float32)
    for _ in range(count):
        side = rng.choice((-1.0, 1.0))
        x, y = canvas.to_pixel(0.5 + side * (0.66 - 0.30 * rng.random()), rng.uniform(0.05, 1.05))
        radius = canvas.size_unit * rng.uniform(0.018, 0.062)
        disc = np.zeros(light.shape[:2], np.float32)
        centre = round(x * 16), round(y * 16)
        cv2.circle(disc, centre, round(radius * 16), 0.30, -1, cv2.LINE_AA, 4)
        cv2.circle(disc, centre, round(radius * 16), 0.48, max(round(radius * 0.10), 1), cv2.LINE_AA, 4)
        light += disc[..., None] * np.array(
            _BOKEH_COLOURS[int(rng.integers(len(_BOKEH_COLOURS)))], np.float32
        )
    glow = np.clip(light, 0, 255)
    alpha = np.asarray(glow.max(axis=2) / 255 * 0.6, np.float32)
    canvas.image[..., :3] = to_uint8(glow)
    canvas.image[..., 3] = to_uint8(alpha * 255)


def draw_cloud_bank(canvas: ForegroundCanvas, *, level: float, thick: float) -> None:
    """Draw a bank of clouds: `level` is its top as a part of the frame's height, `thick` its opacity."""
    height, width = canvas.image.shape[:2]
    rng, palette = canvas.rng, canvas.context.palette
    small = width // 3, height // 3
    lumps = generate_noise(small, (5, 4), rng, 6)
    across = generate_noise((small[0], 1), (4, 1), rng, 4)[0] - np.float32(0.5)
    top = np.float32(canvas.to_pixel(0, level)[1] / 3) - across[None, :] * np.float32(canvas.size_unit * 0.16)
    rows = np.arange(small[1], dtype=np.float32)[:, None]
    deep = (rows - top) / np.float32(canvas.size_unit / 3) + (lumps - 0.5) * np.float32(0.5)
    alpha = smoothstep_array(deep, 0.0, 0.22) * np.float32(thick)
    light = np.clip(0.95 - 1.1 * deep + 1.5 * (lumps - np.roll(lumps, (5, 4), (0, 1))), 0.1, 1)
    bright = 0.6 * np.array(palette.cloud, np.float32) + 0.4 * np.array(palette.glow, np.float32)
    shaded = 0.62 * np.array(palette.zenith, np.float32) + 0.30 * np.array(palette.cloud, np.float32)
    colour = shaded + (bright * np.float32(max(*palette.light, 0.5)) - shaded) * light[..., None]
    over = premultiply(to_uint8(np.asarray(colour, np.float32)), np.asarray(alpha, np.float32))
    canvas.image[:] = resize(over, width, height)


def draw_asteroids(canvas: ForegroundCanvas, *, count: int) -> None:
    """Draw rocks that drift in space around the middle."""
    rng = canvas.rng
    for _ in range(count):
        side = rng.choice((-1.0, 1.0))
        at = canvas.to_pixel(0.5 + side * (0.20 + 0.44 * rng.random()), rng.uniform(-0.05, 1.05))
        _draw_boulder(canvas, at, canvas.size_unit * rng.uniform(0.012, 0.075), (420, 360, 330))


def _composite_at(image: Frame, over: Frame, at: tuple[float, float]) -> None:
    """Composite a small premultiplied RGBA image over another one, centred at a pixel, in place."""
    high, wide = over.shape[:2]
    x, y = round(at[0] - wide / 2), round(at[1] - high / 2)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + wide, image.shape[1]), min(y + high, image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = over[y0 - y : y1 - y, x0 - x : x1 - x]
    under = image[y0:y1, x0:x1]
    through = 255 - part[..., 3:].astype(np.uint16)
    image[y0:y1, x0:x1] = np.minimum(part + under * through // 255, 255)


def draw_firewood(canvas: ForegroundCanvas, *, x: float, row: float) -> None:
    """Draw logs that lean on each other in a ring of stones, around a point in parts of the frame's sides."""
    unit, rng = canvas.size_unit * 0.10, canvas.rng
    middle = np.array(canvas.to_pixel(x, row))
    ash = np.array(((-1.25, 0.02), (-0.7, 0.24), (0.7, 0.24), (1.25, 0.02), (0.6, -0.16), (-0.6, -0.16)))
    canvas.fill_outline(middle + ash * unit, canvas.light_tone((52, 46, 44), 0.7))
    for angle in np.linspace(0, 2 * np.pi, 13)[:-1]:
        at = middle + np.array((np.cos(angle) * 1.25, np.sin(angle) * 0.27 + 0.05)) * unit
        wide = unit * rng.uniform(0.16, 0.24)
        ring = np.linspace(0, 2 * np.pi, 10)[:-1]
        stone = at + np.stack((np.cos(ring) * wide, np.sin(ring) * wide * 0.66), -1) * rng.uniform(
            0.85, 1.1, (9, 1)
        )
        canvas.fill_outline(stone, canvas.light_tone((128, 122, 118), 0.75 + 0.2 * np.sin(angle)))
    for lean in (-0.95, -0.45, 0.1, 0.55, 1.0):
        foot = middle + np.array((lean, 0.12 + 0.06 * rng.random())) * unit
        top = middle + np.array((-lean * 0.28, -0.46 - 0.12 * rng.random())) * unit
        thick = [unit * 0.20, unit * 0.17, unit * 0.14]
        points = np.linspace(foot, top, 4)
        canvas.draw_stroke(points, thick, canvas.light_tone((86, 56, 36), 0.9))
        shine = canvas.light_tone((140, 96, 62))
        canvas.draw_stroke(points - np.array((unit * 0.03, 0)), [each * 0.35 for each in thick], shine)
