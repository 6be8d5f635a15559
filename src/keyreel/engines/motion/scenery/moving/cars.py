"""Cars in a street by night, as the lights that they are seen by: white ones come, red ones go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.effects.particles import glow, speck
from keyreel.engines.motion.scenery.cities.facades import EYE
from keyreel.engines.motion.scenery.view import FINER, canvas_of, in_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.path import Pose
    from keyreel.engines.motion.scenery.landscapes.sky import Sketch
    from keyreel.engines.motion.scenery.view import Relief, Vista

    FloatArray = NDArray[np.float32]

_CARS: Final = 22
_LANES: Final = (-5.2, -2.0, 2.0, 5.2)
_NEAREST: Final = 7.0
_FARTHEST: Final = 150.0
_SPEED: Final = 11.0
_APART: Final = 0.72
_SIZES: Final = (0.0016, 0.0026, 0.0044, 0.0075, 0.0125)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The cars: `state` is [count, 3], lane, metres away, speed."""

    state: FloatArray
    coming: tuple[Frame, ...]
    going: tuple[Frame, ...]
    focal: float
    horizon: float
    relief: Relief

    def drive(self, frame: Frame, pose: Pose, vista: Vista, seconds: float) -> None:
        """Add the cars' lights to a frame as they stand at a time."""
        view = vista.view
        span = _FARTHEST - _NEAREST
        for lane, start, speed in self.state.tolist():
            way = -1.0 if lane < 0 else 1.0
            away = (start - _NEAREST + way * speed * seconds) % span + _NEAREST
            for lamp in (-_APART, _APART):
                x = (lane + lamp) * self.focal / away
                y = (self.horizon - 0.5) * 2 * view.half[1] + (EYE - 0.62) * self.focal / away
                near = self.relief.at(np.array([[[x, y]]], np.float32), view)
                left, top, grown = parallax.shown_at((x, y), pose, float(near[0, 0]))
                at = view.size.width / 2 + left * view.unit, view.size.height / 2 + top * view.unit
                sprites = self.coming if way < 0 else self.going
                # Far lights come out of the haze instead of appearing.
                light = min((_FARTHEST - away) / 40, 1.0) * min((away - _NEAREST) / 2, 1.0)
                index = int(np.searchsorted(_SIZES, 0.16 * grown / away)) - 1
                glow(frame, sprites[min(max(index, 0), len(sprites) - 1)], at, 0.95 * light)


def traffic(sketch: Sketch, vista: Vista) -> Traffic:
    """Let cars drive in the street of a sketch."""
    rng = sketch.rng.spawn(1)[0]
    state = np.stack(
        (
            rng.choice(_LANES, _CARS),
            rng.uniform(_NEAREST, _FARTHEST, _CARS),
            _SPEED * rng.uniform(0.8, 1.2, _CARS),
        ),
        axis=-1,
    ).astype(np.float32)
    size, (wide, high) = vista.size, canvas_of(vista.size, FINER)
    short = min(size.width, size.height)
    coming, going = (
        tuple(speck(each * short, np.array(colour, np.float32)) for each in _SIZES)
        for colour in ((226, 232, 255), (255, 40, 24))
    )
    focal = (wide * high) ** 0.5 / FINER / vista.view.unit
    return Traffic(state, coming, going, focal, in_frame(sketch.horizon, size), vista.relief)
