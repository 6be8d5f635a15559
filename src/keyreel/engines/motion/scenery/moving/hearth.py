"""What rises from one point of a scene: the fire of a hearth, the steam of a cup, as a camera sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyreel.engines.motion.camera import parallax

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.effects.campfire import Campfire
    from keyreel.engines.motion.effects.steam import Steam


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
        source, enlarged = _project((self.x, self.row), pose, view, self.disparity)
        self.fire.draw(frame, seconds, 1.0, source=source, height=self.height * view.size.height * enlarged)


@dataclass(frozen=True, slots=True)
class Plume:
    """Steam and where it rises: `x` and `row` are parts of the frame's sides, `height` of its height."""

    steam: Steam
    x: float
    row: float
    height: float
    disparity: float

    def draw(self, frame: Frame, pose: CameraPose, view: CameraView, seconds: float) -> None:
        """Draw the steam over a frame, uint8 [height, width, 3], in place, as seen from a pose at a time."""
        source, enlarged = _project((self.x, self.row), pose, view, self.disparity)
        self.steam.draw(frame, seconds, source=source, height=self.height * view.size.height * enlarged)


def _project(
    at: tuple[float, float], pose: CameraPose, view: CameraView, disparity: float
) -> tuple[tuple[float, float], float]:
    """Return the pixel of a point given in parts of the frame's sides, and how much is enlarged there."""
    size, unit = view.size, view.pixels_per_unit
    point = (at[0] - 0.5) * size.width / unit, (at[1] - 0.5) * size.height / unit
    x, y, enlarged = parallax.project_point(point, pose, disparity)
    return (x * unit + size.width / 2, y * unit + size.height / 2), enlarged
