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
class Anchor:
    """Where something rises: `x` and `row` are parts of the frame's sides, `height` of its height."""

    x: float
    row: float
    height: float
    disparity: float

    def locate(self, pose: CameraPose, view: CameraView) -> tuple[tuple[float, float], float]:
        """Return the pixel at which a pose shows it, x and y, and how high it is there, in pixels."""
        size, unit = view.size, view.pixels_per_unit
        point = (self.x - 0.5) * size.width / unit, (self.row - 0.5) * size.height / unit
        x, y, enlarged = parallax.project_point(point, pose, self.disparity)
        return (x * unit + size.width / 2, y * unit + size.height / 2), self.height * size.height * enlarged


@dataclass(frozen=True, slots=True)
class Hearth:
    """A fire and its wood's place."""

    fire: Campfire
    anchor: Anchor

    def draw(self, frame: Frame, pose: CameraPose, view: CameraView, seconds: float) -> None:
        """Draw the fire over a frame, uint8 [height, width, 3], in place, as seen from a pose at a time."""
        source, height = self.anchor.locate(pose, view)
        self.fire.draw(frame, seconds, 1.0, source=source, height=height)


@dataclass(frozen=True, slots=True)
class Plume:
    """Steam and where it rises."""

    steam: Steam
    anchor: Anchor

    def draw(self, frame: Frame, pose: CameraPose, view: CameraView, seconds: float) -> None:
        """Draw the steam over a frame, uint8 [height, width, 3], in place, as seen from a pose at a time."""
        source, height = self.anchor.locate(pose, view)
        self.steam.draw(frame, seconds, source=source, height=height)
