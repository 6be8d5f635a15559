"""Cars in a street by night, seen by their lights: white ones approach, red ones recede."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.imaging.glow import add_glow, render_glow_sprite
from keyreel.engines.motion.scenery.cities.facades import EYE_HEIGHT
from keyreel.engines.motion.scenery.view import BACKGROUND_SCALE, get_canvas_size, to_frame_row

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext
    from keyreel.engines.motion.scenery.view import DepthProfile, LayeredBackdrop


_CAR_COUNT: Final = 22
_LANES: Final = (-5.2, -2.0, 2.0, 5.2)
"""Metres aside from the street's middle; cars approach in the left ones."""
_MIN_DISTANCE: Final = 7.0
_MAX_DISTANCE: Final = 150.0
"""Metres from the viewer."""
_SPEED: Final = 11.0
"""Metres a second (40 km/h)."""
_HALF_LAMP_SPACING: Final = 0.72
"""Metres from a car's middle to each of its lamps."""
_LAMP_SIZES: Final = (0.0016, 0.0026, 0.0044, 0.0075, 0.0125)
"""Radii of the lamp sprites, in shorter sides of the frame."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """The cars: `state` is float32 [count, 3], lane in metres aside, metres away, metres a second.

    `focal` is in units of the view; `horizon` is a row as a part of the frame's height.
    """

    state: FloatArray
    headlight_sprites: tuple[Frame, ...]
    tail_light_sprites: tuple[Frame, ...]
    focal: float
    horizon: float
    depth_profile: DepthProfile

    def draw(self, frame: Frame, pose: CameraPose, backdrop: LayeredBackdrop, seconds: float) -> None:
        """Add the cars' lights at a time to a frame, uint8 [height, width, 3], in place."""
        view = backdrop.view
        span = _MAX_DISTANCE - _MIN_DISTANCE
        for lane, start, speed in self.state.tolist():
            direction = -1.0 if lane < 0 else 1.0
            away = (start - _MIN_DISTANCE + direction * speed * seconds) % span + _MIN_DISTANCE
            for lamp in (-_HALF_LAMP_SPACING, _HALF_LAMP_SPACING):
                x = (lane + lamp) * self.focal / away
                y = (self.horizon - 0.5) * 2 * view.half_size[1] + (EYE_HEIGHT - 0.62) * self.focal / away
                near = self.depth_profile.get_disparity(np.array([[[x, y]]], np.float32), view)
                left, top, grown = parallax.project_point((x, y), pose, float(near[0, 0]))
                at = (
                    view.size.width / 2 + left * view.pixels_per_unit,
                    view.size.height / 2 + top * view.pixels_per_unit,
                )
                sprites = self.headlight_sprites if direction < 0 else self.tail_light_sprites
                # Far lights come out of the haze instead of appearing.
                light = min((_MAX_DISTANCE - away) / 40, 1.0) * min((away - _MIN_DISTANCE) / 2, 1.0)
                index = int(np.searchsorted(_LAMP_SIZES, 0.16 * grown / away)) - 1
                add_glow(frame, sprites[min(max(index, 0), len(sprites) - 1)], at, 0.95 * light)


def create_traffic(context: DrawingContext, backdrop: LayeredBackdrop) -> Traffic:
    """Create the cars of a street."""
    rng = context.rng.spawn(1)[0]
    state = np.stack(
        (
            rng.choice(_LANES, _CAR_COUNT),
            rng.uniform(_MIN_DISTANCE, _MAX_DISTANCE, _CAR_COUNT),
            _SPEED * rng.uniform(0.8, 1.2, _CAR_COUNT),
        ),
        axis=-1,
    ).astype(np.float32)
    size, (wide, high) = backdrop.size, get_canvas_size(backdrop.size, BACKGROUND_SCALE)
    short = min(size.width, size.height)
    coming, going = (
        tuple(render_glow_sprite(each * short, np.array(colour, np.float32)) for each in _LAMP_SIZES)
        for colour in ((226, 232, 255), (255, 40, 24))
    )
    focal = (wide * high) ** 0.5 / BACKGROUND_SCALE / backdrop.view.pixels_per_unit
    return Traffic(state, coming, going, focal, to_frame_row(context.horizon, size), backdrop.depth_profile)
