"""Water that mirrors the sky and the land behind it, and the sand of a beach where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import sample_image, smoothstep_array
from keyreel.engines.motion.scenery.landscapes.ground import project_onto_ground
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext


def draw_water(
    image: FloatArray,
    context: DrawingContext,
    *,
    deep: Colour = (22, 92, 122),
    calm: float = 0.4,
    has_lamps: bool = False,
) -> None:
    """Draw water below the horizon, in place: the mirrored sky and land, waves, the sun's glitter path.

    `image` is float32 [height, width, 3], RGB 0 … 255; `deep` is the water's own colour; `calm` is 0.0 … 1.0;
    `has_lamps` keeps lights brighter than the sky in the reflection.
    """
    width, height = context.size
    line, high = context.horizon_row, height - context.horizon_row
    part = np.linspace(0, 1, high, dtype=np.float32)
    waves = project_onto_ground(
        generate_noise((512, 512), (40, 150), context.rng, 5), part * 0.8, width
    ) - np.float32(0.5)
    # A wave's face mirrors what lies higher or lower: the image is sampled from displaced rows.
    rows = line - 1 - np.minimum(np.arange(high, dtype=np.float32) * (line / high) * 0.9, line - 2)
    up = rows[:, None] + waves * (4 + part[:, None] * height * 0.34 * (1.25 - calm))
    across = np.arange(width, dtype=np.float32)[None, :] + waves * (2 + part[:, None] * width * 0.02)
    coordinates = np.stack(np.broadcast_arrays(across, np.clip(up, 0, line - 1)), axis=-1).astype(np.float32)
    soft = cv2.blur(image[:line], (max(width // 160, 1), max(height // 40, 1)))
    mirrored = sample_image(np.asarray(soft, np.float32), coordinates, cv2.BORDER_REPLICATE)
    if not has_lamps:
        # The sun's own image is drawn below, as its glitter path.
        mirrored = np.minimum(mirrored, np.array(context.palette.horizon, np.float32) * np.float32(1.1) + 12)
    depth = context.light_colour(deep) * (1 + 0.5 * waves[..., None])
    clear = (0.82 - 0.62 * part ** (0.5 + calm))[:, None, None]
    drawn = np.asarray(depth + (mirrored * np.float32(0.94) - depth) * clear, np.float32)
    drawn *= 1 + (0.20 + 0.3 * part[:, None, None]) * waves[..., None]
    aside = (np.arange(width, dtype=np.float32) - np.float32(context.get_sun_position()[0])) / width
    path = np.exp(-((aside[None, :] / (0.04 + 0.15 * part[:, None])) ** 2))
    glitter = path * smoothstep_array(waves, 0.0, 0.24) * context.palette.glare * (1.15 - 0.5 * part[:, None])
    blend_colour(drawn, context.palette.glow, np.clip(glitter, 0, 0.9).astype(np.float32))
    edge = smoothstep_array(part, 0.0, 0.012)[:, None, None]
    image[line:] = drawn * (0.9 + 0.1 * edge)


def draw_sand(image: FloatArray, context: DrawingContext, shoreline: float) -> None:
    """Draw the sand in front, in place, with wet sand and foam at the shoreline, a part of the height.

    `image` is float32 [height, width, 3], RGB 0 … 255.
    """
    width, height = context.size
    shore = (
        height * (shoreline + 0.03 * np.sin(np.linspace(0.3, 4.2, width)))
        - height * 0.03 * generate_noise((width, 1), (5, 1), context.rng, 3)[0]
    )
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = (rows - shore[None, :]).astype(np.float32) / height
    part = np.clip((np.arange(height) / height - shoreline + 0.04) / 0.3, 0, 1).astype(np.float32)
    sand = 1 + 0.16 * (
        project_onto_ground(generate_noise((512, 512), (60, 60), context.rng, 4), part, width) - 0.5
    )
    wet = smoothstep_array(below, 0.012, 0.06)[..., None]
    dry = context.light_colour((232, 206, 162)) * sand[..., None]
    # Wet sand is darker and mirrors the sky.
    damp = dry * 0.62 + np.array(context.palette.middle, np.float32) * 0.26
    colour = damp + (dry - damp) * wet
    image += (colour - image) * smoothstep_array(below, 0, 0.004)[..., None]
    lace = generate_noise((width, height), (60, 60), context.rng, 2)
    foam = smoothstep_array(-np.abs(below - 0.002), -0.010, -0.002) * (0.45 + 0.55 * lace)
    foam += (
        smoothstep_array(-np.abs(below + 0.028 + 0.02 * (lace - 0.5)), -0.004, -0.001)
        * 0.5
        * smoothstep_array(lace, 0.35, 0.7)
    )
    white = np.clip(context.light_colour((250, 252, 252)) * 1.05, 0, 255)
    blend_colour(image, white, np.clip(foam * 0.85, 0, 1).astype(np.float32))
