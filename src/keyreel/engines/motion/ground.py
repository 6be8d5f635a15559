"""Ground in perspective: a plain with its texture, and grass along the lower edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.raster import fetched, step
from keyreel.engines.motion.sky import noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.sky import Colour, Sketch

    FloatArray = NDArray[np.float32]


def plain(  # noqa: PLR0913 - a land's look has this many sides
    image: FloatArray, sketch: Sketch, *, far: Colour, near: Colour, contrast: float, stretch: float = 1.6
) -> None:
    """Draw a plain in perspective, far colour at the horizon, its texture growing towards the viewer."""
    width, height = sketch.size
    rows = np.arange(height - sketch.line, dtype=np.float32)
    part = np.asarray(rows / max(height - sketch.line, 1), np.float32)
    texture = perspective(noise((512, 512), (26, 26 * stretch), sketch.rng, 5), part, width)
    colours = sketch.hazy(far, 0.22) * (1 - part[:, None]) + sketch.lit(near) * part[:, None]
    strength = contrast * (0.35 + 0.65 * part)
    shade = 1 + strength[:, None] * (texture - 0.5) * 2
    soft = step(rows, -1.0, height * 0.012)
    drawn = colours[:, None, :] * shade[..., None]
    below = image[sketch.line :]
    below += (drawn - below) * soft[:, None, None]


def perspective(texture: FloatArray, part: FloatArray, width: int) -> FloatArray:
    """Lay a texture on the ground: `part` is how far down from the horizon each row is."""
    distance = 1 / (0.06 + part)
    x = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :] * distance[:, None] * 90 + 256
    y = np.repeat((distance * 90)[:, None], width, axis=1)
    return fetched(texture, np.stack((x, y), axis=-1).astype(np.float32), cv2.BORDER_WRAP)


def blades(image: FloatArray, sketch: Sketch, colour: Colour) -> None:
    """Draw grass and a few flowers along the lower edge."""
    width, height = sketch.size
    rng = sketch.rng
    for _ in range(1500):
        part = rng.random() ** 0.6
        foot = (rng.random() * width, height * (0.66 + 0.34 * part**2))
        tall = height * (0.006 + 0.04 * part**3) * (0.6 + rng.random())
        tip = (foot[0] + (rng.random() - 0.5) * tall * 0.8, foot[1] - tall)
        tone = sketch.lit(colour) * (0.55 + 0.8 * rng.random())
        first, last = ((round(x * 16), round(y * 16)) for x, y in (foot, tip))
        colours = [float(c) for c in tone]
        cv2.line(image, first, last, colours, max(round(height / 700), 1), cv2.LINE_AA, 4)
