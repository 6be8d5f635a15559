"""The scene behind reference subjects: a given picture, or a backdrop for the prompt's place and hour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion import depth, layers, plate
from keyreel.engines.motion.backdrop import backdrop
from keyreel.engines.motion.raster import fetched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera import Pose
    from keyreel.engines.motion.layers import View
    from keyreel.engines.motion.plate import Canvas
    from keyreel.engines.motion.prompt import Direction
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]

_SQUEEZE: Final = 1.04


@dataclass(frozen=True, slots=True)
class Scene:
    """A plate with depth. `horizon` is its place as a part of the frame's height."""

    canvas: Canvas
    horizon: float

    @property
    def view(self) -> View:
        """The camera's window on the scene."""
        return layers.view_of(self.canvas.size, self.canvas.slack, _SQUEEZE)

    def disparity(self, row: float) -> float:
        """Return how near the ground is that shows at this part of the frame's height."""
        return float(depth.ground(np.array([row], np.float32), self.horizon)[0])

    def seen_by(self, pose: Pose, view: View) -> Frame:
        """Return what the camera sees of the bare scene."""
        origin = (float(self.canvas.left), float(self.canvas.top))
        place = layers.looked_at(view.points(), pose, view, partial(self._ground, view))
        return fetched(self.canvas.image, layers.pixels(place, view, origin))

    def _ground(self, view: View, place: FloatArray) -> FloatArray:
        rows = place[..., 1] * np.float32(view.unit / view.size.height) + np.float32(0.5)
        return depth.ground(np.asarray(rows, np.float32), self.horizon)


def pictured(picture: Frame, size: Size) -> Scene:
    """Make a scene of a picture."""
    return Scene(plate.canvas(picture, size, (0.5, 0.5)), depth.HORIZON)


def designed(direction: Direction, size: Size, seed: int) -> Scene:
    """Make a scene for what the prompt says."""
    canvas = plate.blank(size)
    drawn = backdrop(direction, (canvas.image.shape[1], canvas.image.shape[0]), seed)
    horizon = (drawn.horizon * canvas.image.shape[0] - canvas.top) / size.height
    return Scene(plate.painted(canvas, drawn.image), horizon)
