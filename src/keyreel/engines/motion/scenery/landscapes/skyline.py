"""What rises over a horizon, drawn as a line of heights: conifers and towers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import smoothstep_array
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def draw_conifer_line(image: FloatArray, context: DrawingContext, *, rise: float, colour: FloatArray) -> None:
    """Draw a line of conifers on the horizon, in place; `rise` is their height in height units.

    `image` is float32 [height, width, 3], RGB 0 … 255.
    """
    width = context.size[0]
    columns = np.arange(width, dtype=np.float32)
    line = generate_noise((width, 1), (9, 1), context.rng, 3)[0] * context.height_unit * rise * 0.35
    spacing = max(context.height_unit * rise * 0.16, 3)
    for centre in np.arange(0, width, spacing):
        tall = context.height_unit * rise * (0.45 + 0.55 * context.rng.random())
        at = centre + (context.rng.random() - 0.5) * spacing
        first, last = max(int(at - tall * 0.3), 0), min(int(at + tall * 0.3) + 1, width)
        if first >= last:
            continue
        near = np.abs(columns[first:last] - at)
        # Boughs: the outline steps outwards as it goes down.
        boughs = tall * 0.05 * ((near / (tall * 0.045)) % 1.0)
        line[first:last] = np.maximum(line[first:last], tall - near * 3.9 + boughs)
    _fill_to_horizon(image, context, line.astype(np.float32), colour)


def draw_towers(
    image: FloatArray, context: DrawingContext, *, rise: float, colour: FloatArray, lights: float
) -> None:
    """Draw a row of buildings on the horizon, in place; their windows are lit by night and glazed by day.

    `image` is float32 [height, width, 3], RGB 0 … 255.
    """
    width, height = context.size
    line = np.zeros(width, np.float32)
    tone = np.ones(width, np.float32)
    at = -int(context.rng.random() * width * 0.03)
    while at < width:
        wide = round(min(width, 1.8 * height) * (0.022 + 0.05 * context.rng.random()))
        tall = context.height_unit * rise * (0.35 + 0.65 * context.rng.random() ** 1.5)
        line[max(at, 0) : at + wide] = tall
        tone[max(at, 0) : at + wide] = 0.86 + 0.24 * context.rng.random()
        if context.rng.random() < 0.3:
            line[max(at + wide // 2 - 1, 0) : at + wide // 2 + 1] = tall * 1.13
        at += wide + (round(wide * 0.4) if context.rng.random() < 0.2 else 0)
    mask = _fill_to_horizon(image, context, line, colour[None, None, :] * tone[None, :, None])
    dark = sum(context.palette.light) < 2.4
    cell = max(round(context.height_unit / 120 * (0.7 + 0.6 * lights)), 4)
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    pane = (rows % cell < cell * 0.55) & (columns % cell < cell * 0.6)
    lit = context.rng.random((height // cell + 1, width // cell + 1)).astype(np.float32)
    chosen = lit[np.minimum(rows // cell, lit.shape[0] - 1), np.minimum(columns // cell, lit.shape[1] - 1)]
    below_roof = rows > context.horizon_row - line[None, :] + cell
    glow = np.where(pane & below_roof, np.where(chosen > (0.62 if dark else 0.5), chosen, 0), 0)
    strength = (0.85 if dark else 0.22) * lights**0.5
    warm = (255, 214, 140) if dark else (214, 230, 244)
    blend_colour(image, warm, (glow * mask * strength).astype(np.float32))


def _fill_to_horizon(
    image: FloatArray, context: DrawingContext, line: FloatArray, colour: FloatArray, *, thick: float = 0.42
) -> FloatArray:
    """Fill from a line of heights to the horizon, thinning into haze at the foot; return the mask."""
    height = context.size[1]
    above = (context.horizon_row - np.arange(height, dtype=np.float32))[:, None]
    mask = smoothstep_array(line[None, :] - above, -0.7, 0.7) * (above >= -2)
    tallest = max(float(line.max()), 1.0)
    haze = np.clip(thick * (1 - above / tallest), 0, thick)[..., None]
    body = np.broadcast_to(colour, (1, 1, 3)) if colour.ndim == 1 else colour
    shown = body * (1 - haze) + np.array(context.palette.horizon, np.float32) * haze * 0.9
    image += (shown - image) * mask[..., None]
    return np.asarray(mask, np.float32)
