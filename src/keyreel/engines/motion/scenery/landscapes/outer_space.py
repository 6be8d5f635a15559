"""Outer space: stars, a nebula, planets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import resize, sample_image, smoothstep_array
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def draw_space(context: DrawingContext) -> FloatArray:
    """Draw stars, a nebula, a distant planet and the curved ground of another.

    Returns float32 [height, width, 3], RGB 0 … 255.
    """
    width, height = context.size
    rng = context.rng
    image = np.empty((height, width, 3), np.float32)
    image[:] = (7, 8, 20)
    short = min(width, height)
    _draw_nebula(image, rng)
    for _ in range(900):
        light = rng.random() ** 4
        at = (round(rng.random() * width * 16), round(rng.random() * height * 16))
        tone = (120 + 135 * light) * np.array((1.0, 0.96, 0.92 + 0.08 * rng.random()))
        radius = max(height / 1100, 0.5) * (0.6 + 1.5 * light)
        cv2.circle(image, at, round(radius * 16), [float(c) for c in tone], -1, cv2.LINE_AA, 4)
    _draw_planet(image, (width * 0.76, height * 0.26), short * 0.15, rng)
    _draw_planet(
        image, (width * 0.45, height * 0.80 + max(width, height) * 1.5), max(width, height) * 1.5, rng
    )
    return image


def _draw_nebula(image: FloatArray, rng: np.random.Generator) -> None:
    """Draw clouds of gas along a band across the sky, with lit edges and dark lanes."""
    height, width = image.shape[:2]
    small = max(width // 2, 8), max(height // 2, 8)
    short = min(small)
    cells = small[0] / short, small[1] / short
    x, y = np.meshgrid(np.arange(small[0], dtype=np.float32), np.arange(small[1], dtype=np.float32))
    bend, lift = (
        generate_noise(small, (2.2 * cells[0], 2.2 * cells[1]), rng, 5) - np.float32(0.5) for _ in range(2)
    )
    # Domain-warped noise swirls as gas does.
    coordinates = np.stack((x + bend * short * 0.9, y + lift * short * 0.9), axis=-1).astype(np.float32)
    gas, veil, dust = (
        sample_image(generate_noise(small, (n * cells[0], n * cells[1]), rng, 7), coordinates)
        for n in (2.0, 3.0, 4.5)
    )
    tilt = (y / small[1] - 0.40) + 0.34 * (x / small[0] - 0.5) + 0.22 * bend
    band = np.exp(-((tilt / 0.26) ** 2))
    lane = smoothstep_array(dust, 0.50, 0.66) * np.exp(-((tilt / 0.12) ** 2))
    edge = np.exp(-(((gas - 0.52) / 0.05) ** 2))
    for colour, cloud in (
        ((58, 44, 128), smoothstep_array(gas, 0.34, 0.72) * (0.25 + 0.75 * band)),
        ((26, 104, 156), smoothstep_array(veil, 0.44, 0.74) * (0.15 + 0.65 * band)),
        ((206, 84, 118), smoothstep_array(gas * veil, 0.24, 0.42) * band * 0.7),
        ((255, 196, 150), edge * smoothstep_array(veil, 0.40, 0.66) * band * 0.30),
        ((8, 7, 16), lane * 0.75),
    ):
        blend_colour(image, colour, resize(np.asarray(np.clip(cloud, 0, 0.85), np.float32), width, height))


def _draw_planet(
    image: FloatArray, centre: tuple[float, float], radius: float, rng: np.random.Generator
) -> None:
    """Draw a planet lit from the upper left, with an atmosphere at its rim."""
    reach = radius * 1.18
    x0, y0 = (max(int(each - reach), 0) for each in centre)
    x1, y1 = (min(int(each + reach) + 1, side) for each, side in zip(centre, image.shape[1::-1], strict=True))
    part = image[y0:y1, x0:x1]
    x = (np.arange(x0, x1, dtype=np.float32)[None, :] - np.float32(centre[0])) / np.float32(radius)
    y = (np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(centre[1])) / np.float32(radius)
    distance = np.sqrt(x * x + y * y)
    z = np.sqrt(np.clip(1 - distance * distance, 0, 1))
    light = np.clip(-0.55 * x - 0.62 * y + 0.56 * z, 0.04, 1)
    size = x1 - x0, y1 - y0
    bands = generate_noise(size, (4, 14), rng, 6)
    spots = generate_noise(size, (18, 18), rng, 4) - np.float32(0.5)
    tilted = sample_image(bands, _map_globe(x, y, z, size, spots), cv2.BORDER_REFLECT_101)
    hue = (
        np.array((150, 128, 146), np.float32)
        + np.array((96, 66, 30), np.float32) * (tilted[..., None] - 0.5) * 2.2
        + 26 * spots[..., None]
    )
    soft = 1.2 / radius
    inside = smoothstep_array(1 - distance, -soft, soft)
    atmosphere = np.exp(-np.clip(distance - 1, 0, None) * 26) * 0.5 * np.clip(light + 0.2, 0, 1)
    blend_colour(part, (120, 170, 255), (atmosphere * (1 - inside)).astype(np.float32))
    rim = np.clip(1 - z, 0, 1) ** 3 * 0.5
    body = (
        hue * light[..., None] * (1 - rim[..., None]) + np.array((120, 170, 255), np.float32) * rim[..., None]
    )
    part += (body - part) * inside[..., None]


def _map_globe(  # noqa: PLR0917 - a point on a ball, and the image it is looked up in
    x: FloatArray, y: FloatArray, z: FloatArray, size: tuple[int, int], spots: FloatArray
) -> FloatArray:
    """Return where a globe's points lie on a map whose bands are tilted."""
    along = x * np.float32(0.92) + y * np.float32(0.39)
    up = y * np.float32(0.92) - x * np.float32(0.39)
    turned = np.arctan2(along, z + np.float32(0.05)) / np.float32(np.pi) + np.float32(0.5)
    coordinates = (
        turned * (size[0] - 1),
        (up * np.float32(0.5) + np.float32(0.5) + spots * 0.03) * (size[1] - 1),
    )
    return np.asarray(np.stack(coordinates, axis=-1), np.float32)
