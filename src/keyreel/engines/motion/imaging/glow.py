"""Small glowing lights, as light to be added to a frame. Knows nothing of what glows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray


def render_glow_sprite(radius: float, colour: FloatArray) -> Frame:
    """Draw a hot core in a wide glow, uint8 [side, side, 3], as light to be added.

    `radius` is the core's, in pixels; `colour` is the glow's, float32 [3], RGB 0 … 255.
    """
    reach = max(int(radius * 4), 3)
    line = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = np.hypot(line[None, :], line[:, None]) / np.float32(radius)
    core, halo = np.exp(-((distance / 0.75) ** 2)), np.exp(-((distance / 1.9) ** 2)) * 0.4
    hot = np.array((255, 236, 190), np.float32)
    return to_uint8(core[..., None] * hot + halo[..., None] * colour)


def add_glow(frame: Frame, sprite: Frame, at: tuple[float, float], brightness: float) -> None:
    """Add a sprite's light to a frame, in place, centred at a pixel (x, y); brightness is 0.0 … 1.0."""
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
