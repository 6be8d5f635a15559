"""Effects that belong to one place of an image: steam rises from the rim of a cup, a fire from the wood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.effects.campfire import create_campfire
from keyreel.engines.motion.effects.steam import create_steam
from keyreel.engines.motion.prompts.vocabulary import Effect

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.effects.campfire import Campfire
    from keyreel.engines.motion.effects.steam import Steam
    from keyreel.engines.motion.layers.layered_image import LayeredImage
    from keyreel.engines.motion.prompts.parser import ParsedPrompt

_STEAM_HEIGHT: Final = 0.75
"""How high steam rises, in heights of the subject."""
_MIN_STEAM_HEIGHT: Final = 0.5
"""How high steam rises at least, in units of the view."""
_RIM_WIDTH: Final = 0.85
"""The part of a subject's greatest width that a row has at the rim of a cup."""
_SOLID_LEVEL: Final = 128
"""The opacity, of 255, from which a pixel is the subject's."""
_MAX_RIM_DEPTH: Final = 0.5
"""How far below its top a rim may be, as a part of its height: else steam rises from the top itself."""
_FIRE_SOURCE_HEIGHT: Final = 0.66
"""How far below the subject's top its wood burns, as a part of its height."""
_FIRE_HEIGHT: Final = 0.95
"""How high the flames are, in heights of the subject."""
_MAX_FIRE_HEIGHT: Final = 0.9
_MIN_FIRE_HEIGHT: Final = 0.4
"""How high at most and at least, in units of the view."""
_DEFAULT_SUBJECT_BOX: Final = (-0.4, -0.2, 0.4, 0.8)
"""Left, top, right and bottom in units of the view, where no subject was found."""


@dataclass(frozen=True, slots=True)
class AnchoredEffects:
    """What rises from places of one image; `box` is the subject's left, top, right and foot, in units.

    `rim` is where steam rises (x, y), in units; `disparity` is how near all of it is.
    """

    steam: Steam | None
    fire: Campfire | None
    box: tuple[float, float, float, float]
    rim: tuple[float, float]
    disparity: float

    def draw(
        self, frame: Frame, seconds: float, strength: float, *, pose: CameraPose, view: CameraView
    ) -> None:
        """Draw it over a frame, uint8 [height, width, 3], in place, at a time; strength is 0.0 … 1.0."""
        left, top, right, foot = self.box
        if self.fire:
            wood = (left + right) / 2, top + (foot - top) * _FIRE_SOURCE_HEIGHT
            high = min(max((foot - top) * _FIRE_HEIGHT, _MIN_FIRE_HEIGHT), _MAX_FIRE_HEIGHT)
            source, scale = self._project(wood, pose, view)
            self.fire.draw(frame, seconds, strength, source=source, height=high * scale)
        if self.steam:
            source, scale = self._project(self.rim, pose, view)
            high = max((foot - top) * _STEAM_HEIGHT, _MIN_STEAM_HEIGHT)
            steam = replace(self.steam, strength=self.steam.strength * strength)
            steam.draw(frame, seconds, source=source, height=high * scale)

    def _project(
        self, point: tuple[float, float], pose: CameraPose, view: CameraView
    ) -> tuple[tuple[float, float], float]:
        """Return where the frame shows a point, and how many pixels a unit is there."""
        x, y, enlarged = parallax.project_point(point, pose, self.disparity)
        unit = view.pixels_per_unit
        return (x * unit + view.size.width / 2, y * unit + view.size.height / 2), unit * enlarged


def create_anchored_effects(
    parsed: ParsedPrompt, seed: int, layered_image: LayeredImage
) -> AnchoredEffects | None:
    """Create what a prompt lets rise from an image's subject; None where it says nothing of that kind."""
    steam, fire = (parsed.get_effect_strength(effect) for effect in (Effect.STEAM, Effect.CAMPFIRE))
    if not (steam or fire):
        return None
    return AnchoredEffects(
        create_steam(np.random.default_rng([seed, 41]), steam) if steam else None,
        create_campfire(np.random.default_rng([seed, 43]), fire) if fire else None,
        layered_image.subject.bounds if layered_image.subject else _DEFAULT_SUBJECT_BOX,
        _find_rim(layered_image),
        layered_image.pivot_disparity,
    )


def _find_rim(layered_image: LayeredImage) -> tuple[float, float]:
    """Return the middle of a cup's or bowl's rim (x, y), in units; of anything else its top."""
    subject = layered_image.subject
    if subject is None:
        left, top, right, _ = _DEFAULT_SUBJECT_BOX
        return (left + right) / 2, top
    left, top, right, foot = subject.bounds
    solid = subject.image[..., 3] > _SOLID_LEVEL
    wide = solid.sum(axis=1)
    rows, columns = np.flatnonzero(wide), np.flatnonzero(solid.any(axis=0))
    if not rows.size:
        return (left + right) / 2, top
    row = int(np.flatnonzero(wide >= _RIM_WIDTH * wide.max())[0])
    depth = (row - int(rows[0])) / max(int(rows[-1] - rows[0]), 1)
    if depth > _MAX_RIM_DEPTH:
        row, depth = int(rows[0]), 0.0
    middle = float(np.flatnonzero(solid[row]).mean())
    part = (middle - int(columns[0])) / max(int(columns[-1] - columns[0]), 1)
    return left + (right - left) * part, top + (foot - top) * depth
