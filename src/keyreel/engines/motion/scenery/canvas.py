"""An easel: a clear canvas at one depth, and the strokes by which what stands in front is drawn on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.scenery.landscapes.ground import draw_polygons
from keyreel.engines.motion.scenery.view import get_canvas_size, get_margins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray
    from keyreel.engines.motion.prompts.vocabulary import Season
    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext
    from keyreel.order import Size


_SUBPIXELS: Final = 16


@dataclass(frozen=True, slots=True)
class ForegroundCanvas:
    """A canvas [height, width, 4] around a frame, the light on it, and the season."""

    image: Frame
    size: Size
    context: DrawingContext
    season: Season
    rng: np.random.Generator

    @property
    def size_unit(self) -> float:
        """What sizes are a part of: the frame's height, less in tall narrow frames."""
        return min(self.size.height, self.size.width * 0.9)

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a place in the frame, given in parts of it."""
        across, down = get_margins(self.size)
        return across + x * self.size.width, down + y * self.size.height

    def light_tone(self, colour: Colour, light: float = 1.0) -> FloatArray:
        """Return a colour, opaque, in the scene's light."""
        return np.append(np.clip(self.context.light_colour(colour) * np.float32(light), 0, 255), 255).astype(
            np.float32
        )

    def fill_polygons(self, corners: FloatingArray, tones: FloatingArray) -> None:
        """Fill small convex polygons [number, corners, 2] with tones [number, 4]."""
        draw_polygons(self.image, corners, tones)

    def fill_outline(self, outline: FloatingArray, tone: FloatArray) -> None:
        """Fill one outline of any form."""
        points = np.round(outline * _SUBPIXELS).astype(np.int32)
        cv2.fillPoly(self.image, [points], tone.tolist(), cv2.LINE_AA, 4)

    def draw_stroke(self, points: FloatingArray, thick: Sequence[float], tone: FloatArray) -> None:
        """Draw a line whose thickness changes along it."""
        for start, end, wide in zip(points[:-1], points[1:], thick, strict=False):
            first, last = ((round(x * _SUBPIXELS), round(y * _SUBPIXELS)) for x, y in (start, end))
            cv2.line(self.image, first, last, tone.tolist(), max(round(wide), 1), cv2.LINE_AA, 4)


def create_canvas(size: Size, context: DrawingContext, season: Season) -> ForegroundCanvas:
    """Put up a clear canvas."""
    wide, high = get_canvas_size(size)
    return ForegroundCanvas(
        np.zeros((high, wide, 4), np.uint8), size, context, season, context.rng.spawn(1)[0]
    )
