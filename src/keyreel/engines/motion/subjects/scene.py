"""The scene behind reference subjects: a given picture, or a backdrop for the prompt's place and hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.effects import fog_fire_and_grading
from keyreel.engines.motion.imaging.pixels import blurred, four_channels, resized, three_channels
from keyreel.engines.motion.layers import background, depth, visible_patches
from keyreel.engines.motion.prompts.vocabulary import Effect, Place
from keyreel.engines.motion.scenery.backdrop import draw_backdrop
from keyreel.engines.motion.scenery.landscapes.sky import SceneLight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.camera.path import Pose
    from keyreel.engines.motion.layers.background import Canvas
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]

_SQUEEZE: Final = 1.04
_WATERS: Final = (Place.SEA, Place.LAKE)
_DARK: Final = 120
_WARM: Final = 24


@dataclass(frozen=True, slots=True)
class Scene:
    """A plate with depth. `horizon` is its place as a part of the frame's height.

    `pixels` is the plate as RGBA: four channels are fetched in half the time of three. `shore` is the part of
    the frame's height where water ends in front, above 1.0 where it does not, None without water; `gloss` is
    how much the ground mirrors what stands on it.
    """

    canvas: Canvas
    pixels: NDArray[np.uint8]
    horizon: float
    light: SceneLight
    shore: float | None = None
    gloss: float = 0.0
    weightless: bool = False

    @property
    def view(self) -> View:
        """The camera's window on the scene."""
        return parallax.view_of(self.canvas.size, self.canvas.slack, _SQUEEZE)

    def disparity(self, row: float) -> float:
        """Return how near the ground is that shows at this part of the frame's height."""
        return float(depth.ground(np.array([min(row, 1.0)], np.float32), self.horizon)[0])

    def around(self, x: float) -> Frame:
        """Return what lies around this part of the frame's width."""
        window, width = self.canvas.window, self.canvas.size.width
        reach, middle = max(width // 5, 8), round(x * width)
        left = min(max(middle - reach, 0), width - reach)
        return np.ascontiguousarray(window[::4, left : max(middle + reach, left + reach) : 4])

    def seen_by(self, pose: Pose, view: View) -> Frame:
        """Return what the camera sees of the bare scene."""
        origin = (float(self.canvas.left), float(self.canvas.top))
        place = parallax.looked_at(view.points(), pose, view, partial(self._ground, view))
        frame = np.empty((view.size.height, view.size.width, 3), np.uint8)
        for patch, pixels in visible_patches.seen(
            self.pixels, place, visible_patches.everywhere(view), view=view, origin=origin
        ):
            three_channels(pixels, frame[patch])
        return frame

    def _ground(self, view: View, place: FloatArray) -> FloatArray:
        rows = place[..., 1] * np.float32(view.unit / view.size.height) + np.float32(0.5)
        return depth.ground(np.asarray(rows, np.float32), self.horizon)


def pictured(picture: Frame, direction: ParsedPrompt, size: Size) -> Scene:
    """Make a scene of a picture, in the light of the prompt's hour."""
    canvas = background.canvas(_lit(picture, direction), size, (0.5, 0.5))
    shore = 1.2 if direction.place in _WATERS else None
    window = resized(canvas.window, 64, 48).astype(np.float32)
    brightness = blurred(np.asarray(window[:28].mean(axis=(0, 2))[None, :], np.float32), 6)[0]
    glow = np.percentile(window.reshape(-1, 3), 94, axis=0)
    light = SceneLight(
        int(brightness.argmax()) / 63,
        (float(glow[0]), float(glow[1]), float(glow[2])),
        rim=0.3,
        shaping=0.7,
    )
    return Scene(canvas, four_channels(canvas.image), depth.HORIZON, light, shore)


def designed(direction: ParsedPrompt, size: Size, seed: int, *, aerial: bool = False) -> Scene:
    """Make a scene for what the prompt says."""
    canvas = background.blank(size)
    high, wide = canvas.image.shape[:2]
    drawn = draw_backdrop(direction, (wide, high), seed, aerial=aerial)

    def in_frame(row: float) -> float:
        return (row * float(high) - canvas.top) / size.height

    light = replace(drawn.light, x=(drawn.light.x * wide - canvas.left) / size.width)
    return Scene(
        background.painted(canvas, drawn.image),
        four_channels(drawn.image),
        in_frame(drawn.horizon),
        light,
        None if drawn.shore is None else in_frame(drawn.shore),
        drawn.gloss,
        drawn.is_weightless,
    )


def _lit(picture: Frame, direction: ParsedPrompt) -> Frame:
    """Bring night or sunset to a picture that does not show it yet."""
    red, _, blue = (float(each) for each in picture[::8, ::8].reshape(-1, 3).mean(axis=0))
    wanted = (
        (Effect.NIGHT, red + blue > _DARK),
        (Effect.SUNSET, red - blue < _WARM),
    )
    for effect, needed in wanted:
        if direction.get_effect_strength(effect) and needed:
            picture = picture.copy()
            fog_fire_and_grading.grade(effect, 1.0).shine(picture, 1.0)
    return picture
