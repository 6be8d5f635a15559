"""The scene behind reference subjects: a given image, or a drawn backdrop; knows no subjects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.effects.colour_grading import create_colour_grade
from keyreel.engines.motion.imaging.pixels import blur_image, resize, to_rgb, to_rgba
from keyreel.engines.motion.layers import background, depth, visible_patches
from keyreel.engines.motion.prompts.vocabulary import Effect, Place
from keyreel.engines.motion.scenery.backdrop import draw_backdrop
from keyreel.engines.motion.scenery.landscapes.sky import SceneLight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.layers.background import FrameCanvas
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.scenery.place_recipe import EffectSpot
    from keyreel.order import Size


_BORDER_COMPRESSION: Final = 1.04
"""How far the canvas's border zone may be compressed: see `create_camera_view`."""
_WATER_PLACES: Final = (Place.SEA, Place.LAKE)
_NIGHT_BRIGHTNESS: Final = 120
"""Mean red plus blue, of 510, above which an image is no night."""
_SUNSET_WARMTH: Final = 24
"""Mean red minus blue, of 255, from which an image shows a sunset."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A background with depth. `horizon` is a row as a part of the frame's height.

    `image_rgba` is the background as RGBA: four channels are sampled in half the time of three. `shore` is
    the part of the frame's height where water ends in front, above 1.0 where it does not, None without water;
    `gloss` is how much the ground mirrors what stands on it; `hearth` is where its
    fire burns, in parts of the frame.
    """

    canvas: FrameCanvas
    image_rgba: NDArray[np.uint8]
    horizon: float
    light: SceneLight
    shore: float | None = None
    gloss: float = 0.0
    weightless: bool = False
    hearth: EffectSpot | None = None

    @property
    def view(self) -> CameraView:
        """The camera's window on the scene."""
        return parallax.create_camera_view(self.canvas.frame_size, self.canvas.margins, _BORDER_COMPRESSION)

    def compute_disparity(self, row: float) -> float:
        """Return the disparity of the ground at this part of the frame's height."""
        return float(depth.compute_ground_disparity(np.array([min(row, 1.0)], np.float32), self.horizon)[0])

    def sample_surroundings(self, x: float) -> Frame:
        """Return the background around this part of the frame's width, uint8, every fourth pixel."""
        window, width = self.canvas.rest_frame, self.canvas.frame_size.width
        reach, middle = max(width // 5, 8), round(x * width)
        left = min(max(middle - reach, 0), width - reach)
        return np.ascontiguousarray(window[::4, left : max(middle + reach, left + reach) : 4])

    def render_view(self, pose: CameraPose, view: CameraView) -> Frame:
        """Return what the camera sees of the scene without subjects, uint8 [height, width, 3], RGB."""
        origin = (float(self.canvas.left), float(self.canvas.top))
        layer_points = parallax.unproject_points(
            view.build_grid(), pose, view, partial(self._compute_ground_disparity, view)
        )
        frame = np.empty((view.size.height, view.size.width, 3), np.uint8)
        for patch, pixels in visible_patches.sample_patches(
            self.image_rgba, layer_points, visible_patches.create_full_mask(view), view=view, origin=origin
        ):
            to_rgb(pixels, frame[patch])
        return frame

    def _compute_ground_disparity(self, view: CameraView, points: FloatArray) -> FloatArray:
        rows = points[..., 1] * np.float32(view.pixels_per_unit / view.size.height) + np.float32(0.5)
        return depth.compute_ground_disparity(np.asarray(rows, np.float32), self.horizon)


def create_scene_from_image(image: Frame, parsed: ParsedPrompt, size: Size) -> Scene:
    """Create a scene from an image, uint8 [height, width, 3], graded for the prompt's time of day."""
    canvas = background.create_canvas(_grade_image(image, parsed), size, (0.5, 0.5))
    shore = 1.2 if parsed.place in _WATER_PLACES else None
    window = resize(canvas.rest_frame, 64, 48).astype(np.float32)
    brightness = blur_image(np.asarray(window[:28].mean(axis=(0, 2))[None, :], np.float32), 6)[0]
    glow = np.percentile(window.reshape(-1, 3), 94, axis=0)
    light = SceneLight(
        int(brightness.argmax()) / 63,
        (float(glow[0]), float(glow[1]), float(glow[2])),
        rim=0.3,
        shaping=0.7,
    )
    return Scene(canvas, to_rgba(canvas.image), depth.DEFAULT_HORIZON, light, shore)


def create_scene_from_prompt(parsed: ParsedPrompt, size: Size, seed: int, *, aerial: bool = False) -> Scene:
    """Create a scene for the place, time of day and weather of a prompt."""
    canvas = background.create_blank_canvas(size)
    high, wide = canvas.image.shape[:2]
    drawn = draw_backdrop(parsed, (wide, high), seed, aerial=aerial)

    def in_frame(row: float) -> float:
        return (row * float(high) - canvas.top) / size.height

    hearth = drawn.hearth and drawn.hearth._replace(
        x=(drawn.hearth.x * wide - canvas.left) / size.width, row=in_frame(drawn.hearth.row)
    )
    light = replace(drawn.light, x=(drawn.light.x * wide - canvas.left) / size.width)
    return Scene(
        background.replace_canvas_image(canvas, drawn.image),
        to_rgba(drawn.image),
        in_frame(drawn.horizon),
        light,
        None if drawn.shore is None else in_frame(drawn.shore),
        drawn.gloss,
        drawn.is_weightless,
        hearth,
    )


def _grade_image(image: Frame, parsed: ParsedPrompt) -> Frame:
    """Grade an image for night or sunset if the prompt asks for it and the image does not show it."""
    red, _, blue = (float(each) for each in image[::8, ::8].reshape(-1, 3).mean(axis=0))
    wanted = (
        (Effect.NIGHT, red + blue > _NIGHT_BRIGHTNESS),
        (Effect.SUNSET, red - blue < _SUNSET_WARMTH),
    )
    for effect, needed in wanted:
        if parsed.get_effect_strength(effect) and needed:
            image = image.copy()
            create_colour_grade(effect, 1.0).apply(image, 1.0)
    return image
