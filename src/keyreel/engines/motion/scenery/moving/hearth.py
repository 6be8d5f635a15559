"""The fire of a scene: a campfire or a fireplace at one point of a drawn place, as a camera sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyreel.engines.motion.camera import parallax

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.effects.campfire import Campfire


@dataclass(frozen=True, slots=True)
class Hearth:
    """A fire and its wood's place: `x` and `row` are parts of the frame's sides, `height` of its height."""

    fire: Campfire
    x: float
    row: float
    height: float
    disparity: float

    def draw(self, frame: Frame, pose: CameraPose, view: CameraView, seconds: float) -> None:
        """Draw the fire over a frame, uint8 [height, width, 3], in place, as seen from a pose at a time."""
        size, unit = view.size, view.pixels_per_unit
        point = (self.x - 0.5) * size.width / unit, (self.row - 0.5) * size.height / unit
        x, y, enlarged = parallax.project_point(point, pose, self.disparity)
        source = x * unit + size.width / 2, y * unit + size.height / 2
        self.fire.draw(frame, seconds, 1.0, source=source, height=self.height * size.height * enlarged)
