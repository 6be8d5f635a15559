"""Backdrops without a landscape: a room with a window, and space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import blur_image, resize, sample_image, smoothstep_array
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour, draw_sky

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def draw_room(context: DrawingContext) -> FloatArray:
    """Draw a quiet room: a wall with a window, a wooden floor with the window's light on it."""
    width, height = context.size
    image = np.empty((height, width, 3), np.float32)
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    falloff = 1.08 - 0.42 * np.hypot(x - 0.3, (y - 0.3) * 0.8)
    warm = context.light_colour((226, 214, 198)) * 0.75 + np.array((52, 44, 40), np.float32)
    image[:] = warm * falloff[..., None]
    _draw_floor(image, context)
    board = smoothstep_array(y * height - context.horizon_row + height * 0.035, 0, 1.5) * smoothstep_array(
        context.horizon_row - y * height, 0, 1.5
    )
    blend_colour(image, warm * 1.06, np.repeat(board, width, axis=1))
    _draw_window(image, context)
    return image


def _draw_floor(image: FloatArray, context: DrawingContext) -> None:
    width, height = context.size
    part = np.linspace(0, 1, height - context.horizon_row, dtype=np.float32)[:, None]
    distance = 1 / (0.35 + part)
    across = (np.arange(width, dtype=np.float32)[None, :] / width - 0.5) * distance * width / height * 7
    plank = np.floor(across)
    tones = context.rng.random(512).astype(np.float32)
    tone = 0.86 + 0.22 * tones[(plank + 256).astype(np.int32) % 512]
    grain = generate_noise((width, height - context.horizon_row), (90, 8), context.rng, 3)
    gap = smoothstep_array(np.abs(across - plank - 0.5), 0.47, 0.5)
    wood = context.light_colour((168, 118, 76)) * 0.85 + np.array((22, 16, 12), np.float32)
    shade = (tone * (0.92 + 0.16 * grain) * (1 - 0.4 * gap) * (0.82 + 0.25 * part))[..., None]
    image[context.horizon_row :] = wood * shade


def _draw_window(image: FloatArray, context: DrawingContext) -> None:
    width, height = context.size
    side = min(width * 0.30, height * 0.42)
    left, top = width * 0.16, context.horizon_row * 0.22
    right, bottom = left + side, min(top + side * 1.15, context.horizon_row * 0.86)
    box = tuple(round(value) for value in (left, top, right, bottom))
    frame_width = max(round(side * 0.035), 2)
    outside = draw_sky(context, 0.5)
    view = cv2.resize(
        outside[: context.horizon_row], (box[2] - box[0], box[3] - box[1]), interpolation=cv2.INTER_AREA
    )
    white = [float(c) for c in np.clip(context.light_colour((250, 246, 240)) * 0.9 + 20, 0, 255)]
    outer = (box[0] - frame_width, box[1] - frame_width), (box[2] + frame_width, box[3] + frame_width)
    cv2.rectangle(image, *outer, white, -1, cv2.LINE_AA)
    image[box[1] : box[3], box[0] : box[2]] = view
    middle = (box[0] + box[2]) // 2
    cv2.rectangle(image, (middle - frame_width // 2, box[1]), (middle + frame_width // 2, box[3]), white, -1)
    _draw_window_light(image, context, box)


def _draw_window_light(image: FloatArray, context: DrawingContext, box: tuple[int, ...]) -> None:
    width, height = context.size
    lane = np.zeros((height, width), np.float32)
    wide, deep = box[2] - box[0], height - context.horizon_row
    start = box[0] + wide * 0.5
    for first, last in ((0.0, 0.46), (0.54, 1.0)):
        corners = [
            (start + wide * first, context.horizon_row + deep * 0.16),
            (start + wide * last, context.horizon_row + deep * 0.16),
            (start + wide * (last * 1.35 + 0.45), context.horizon_row + deep * 0.72),
            (start + wide * (first * 1.35 + 0.45), context.horizon_row + deep * 0.72),
        ]
        cv2.fillPoly(lane, [np.array(corners, np.int32)], 1.0, cv2.LINE_AA)
    blend_colour(image, context.palette.glow, blur_image(lane, height * 0.008) * np.float32(0.30))


def draw_space(context: DrawingContext) -> FloatArray:
    """Draw the stars, a nebula, a planet in the distance and the curved ground of another."""
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
    """Draw clouds of gas along a band across the sky: lit edges, dark lanes, stars shining through."""
    height, width = image.shape[:2]
    small = max(width // 2, 8), max(height // 2, 8)
    short = min(small)
    cells = small[0] / short, small[1] / short
    x, y = np.meshgrid(np.arange(small[0], dtype=np.float32), np.arange(small[1], dtype=np.float32))
    bend, lift = (
        generate_noise(small, (2.2 * cells[0], 2.2 * cells[1]), rng, 5) - np.float32(0.5) for _ in range(2)
    )
    # Noise that is fetched through noise swirls as gas does.
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
    """Draw a ball lit from the upper left, with a rim of air, only where it is."""
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
    air = np.exp(-np.clip(distance - 1, 0, None) * 26) * 0.5 * np.clip(light + 0.2, 0, 1)
    blend_colour(part, (120, 170, 255), (air * (1 - inside)).astype(np.float32))
    rim = np.clip(1 - z, 0, 1) ** 3 * 0.5
    body = (
        hue * light[..., None] * (1 - rim[..., None]) + np.array((120, 170, 255), np.float32) * rim[..., None]
    )
    part += (body - part) * inside[..., None]


def _map_globe(  # noqa: PLR0917 - a point on a ball, and the image it is looked up in
    x: FloatArray, y: FloatArray, z: FloatArray, size: tuple[int, int], spots: FloatArray
) -> FloatArray:
    """Return where a ball's points lie on a map whose bands lean."""
    along = x * np.float32(0.92) + y * np.float32(0.39)
    up = y * np.float32(0.92) - x * np.float32(0.39)
    turned = np.arctan2(along, z + np.float32(0.05)) / np.float32(np.pi) + np.float32(0.5)
    where = (turned * (size[0] - 1), (up * np.float32(0.5) + np.float32(0.5) + spots * 0.03) * (size[1] - 1))
    return np.asarray(np.stack(where, axis=-1), np.float32)
