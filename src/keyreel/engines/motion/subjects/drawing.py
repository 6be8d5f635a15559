"""Drawing: one staged subject into a frame, with its shadow and its reflection, as a camera sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.subjects import compositing
from keyreel.engines.motion.subjects.gestures import Footing, Gesture, compute_gesture
from keyreel.engines.motion.subjects.staging import HIDDEN_BELOW_FRAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.effects.steam import Steam
    from keyreel.engines.motion.imaging.arrays import Matrix
    from keyreel.engines.motion.subjects.compositing import SubjectSprite
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.engines.motion.subjects.scene import Scene
    from keyreel.engines.motion.subjects.staging import StagedSubject

_CONTACT_SHADOW_OPACITY: Final = 0.55
"""Opacity of the shadow at a foot that touches the ground, 0.0 … 1.0."""
_WATERLINE_OPACITY: Final = 0.4
"""Opacity of the shadow on the water at a hull."""
_RIM_HEIGHT: Final = 0.86
"""How far up a subject its steam rises, as a part of its height: a cup's rim is below its highest point."""
_STEAM_HEIGHT: Final = 0.75
_MIN_STEAM_HEIGHT: Final = 0.18
"""How high steam rises, in heights of the subject, and at least, in heights of the frame."""
_REFLECTION_OPACITY: Final = 0.62
"""Opacity of a reflection in open water."""


class _Projection(NamedTuple):
    """How a camera sees a subject at one moment. Points are float64 [2], pixels of the frame."""

    ground: NDArray[np.float64]
    """Where its foot stands when no gesture moves it."""
    foot: NDArray[np.float64]
    scale: float
    """Pixels of the frame per pixel of the sprite."""
    gesture: Gesture

    @property
    def stretch(self) -> tuple[float, float]:
        """The scale across and down, with the gesture's squash."""
        return self.scale * self.gesture.scale_x, self.scale * self.gesture.scale_y


def draw_subject(
    subject: StagedSubject, frame: Frame, pose: CameraPose, *, scene: Scene, seconds: float
) -> None:
    """Draw the subject, its shadow and its reflection in place, as the camera sees them at a time.

    `frame` is uint8 [height, width, 3], RGB.
    """
    projection = _project_subject(subject, pose, scene=scene, seconds=seconds)
    rotation = projection.gesture.rotation - pose.roll
    affine = compositing.compute_placement(
        projection.stretch, rotation, subject.sprite.shape, projection.foot
    )
    if subject.footing is Footing.WATER:
        _draw_on_water(subject.sprite, frame, projection, seconds)
    elif subject.footing is Footing.GROUND:
        _draw_on_ground(subject.sprite, frame, projection, scene=scene, seconds=seconds)
    elif subject.footing is Footing.SUBJECT:
        _draw_contact_shadow(subject.sprite, frame, projection)
    compositing.draw_image(subject.sprite.image, frame, _align_cut_edges(affine, subject.cutout, frame))


def draw_steam_over(  # noqa: PLR0913 - what rises, over whom, and how that is seen
    steam: Steam, subject: StagedSubject, frame: Frame, pose: CameraPose, *, scene: Scene, seconds: float
) -> None:
    """Draw steam that rises from a subject's top over a frame, uint8 [height, width, 3], in place."""
    projection = _project_subject(subject, pose, scene=scene, seconds=seconds)
    high = projection.stretch[1] * subject.sprite.shape[0]
    x, foot = (float(each) for each in projection.foot)
    tall = max(high * _STEAM_HEIGHT, _MIN_STEAM_HEIGHT * frame.shape[0])
    steam.draw(frame, seconds, source=(x, foot - high * _RIM_HEIGHT), height=tall)


def _project_subject(
    subject: StagedSubject, pose: CameraPose, *, scene: Scene, seconds: float
) -> _Projection:
    size, view = scene.canvas.frame_size, scene.view
    position = subject.compute_position(seconds)
    gesture = compute_gesture(subject.action, subject.footing, seconds, subject.phase)
    point = (
        (position.x - 0.5) * size.width / view.pixels_per_unit,
        (position.row - 0.5) * size.height / view.pixels_per_unit,
    )
    x, y, enlarged = parallax.project_point(point, pose, position.disparity)
    high = subject.sprite.shape[0]
    scale = position.height * size.height / high * enlarged
    ground = np.array((x * view.pixels_per_unit + size.width / 2, y * view.pixels_per_unit + size.height / 2))
    if subject.footing is Footing.EDGE:
        # A camera that comes nearer enlarges it about its lower end: the face stays in the frame.
        ground[1] = min(ground[1], size.height * 1.02 + HIDDEN_BELOW_FRAME * scale * high)
    foot = ground + np.array((gesture.offset_x, -gesture.offset_up)) * scale * high
    return _Projection(ground, foot, scale, gesture)


def _draw_on_water(sprite: SubjectSprite, frame: Frame, projection: _Projection, seconds: float) -> None:
    """Draw the reflection in rippled water, and the shadow at the waterline."""
    high, wide = sprite.shape
    _, foot, scale, gesture = projection
    # The reflection starts behind the hull, whichever way that leans.
    behind = foot - (0.0, abs(gesture.rotation) * wide * scale * 0.4)
    level = compositing.compute_placement(projection.stretch, 0.0, (high, wide), behind)
    compositing.draw_reflection(
        sprite.reflection, frame, level, seconds, calm=0.0, opacity=_REFLECTION_OPACITY
    )
    dark = compositing.compute_contact_placement(
        scale, gesture.scale_x, sprite.contact_shadow, foot, flat=0.3
    )
    compositing.draw_shadow(sprite.contact_shadow, frame, dark, _WATERLINE_OPACITY)


def _draw_on_ground(
    sprite: SubjectSprite, frame: Frame, projection: _Projection, *, scene: Scene, seconds: float
) -> None:
    """Draw the shadows on the ground, and the reflection where the ground is glossy."""
    _draw_shadows(sprite, frame, projection, scene)
    if scene.gloss > 0:
        mirrored_foot = 2 * projection.ground - projection.foot
        level = compositing.compute_placement(projection.stretch, 0.0, sprite.shape, mirrored_foot)
        compositing.draw_reflection(sprite.reflection, frame, level, seconds, calm=1.0, opacity=scene.gloss)


def _draw_shadows(sprite: SubjectSprite, frame: Frame, projection: _Projection, scene: Scene) -> None:
    """Draw the shadow that the light casts, and the one at the foot."""
    high, wide = sprite.shape
    ground, _, scale, gesture = projection
    if scene.light.shadow_opacity > 0:
        aside = scene.light.get_shadow_slant(ground[0] / scene.canvas.frame_size.width)
        down = scene.light.shadow_length
        at = ground + np.array((aside, down)) * gesture.offset_up * scale * high
        size = wide * scale * gesture.scale_x, high * scale
        cast = compositing.compute_cast_placement(size, (aside, down), sprite.cast_shadow, at)
        compositing.draw_shadow(sprite.cast_shadow, frame, cast, scene.light.shadow_opacity)
    _draw_contact_shadow(sprite, frame, projection)


def _draw_contact_shadow(sprite: SubjectSprite, frame: Frame, projection: _Projection) -> None:
    ground, _, scale, gesture = projection
    contact = compositing.compute_contact_placement(scale, gesture.scale_x, sprite.contact_shadow, ground)
    opacity = _CONTACT_SHADOW_OPACITY / (1 + 6 * gesture.offset_up)
    compositing.draw_shadow(sprite.contact_shadow, frame, contact, opacity)


def _align_cut_edges(affine: Matrix, cutout: Cutout, frame: Frame) -> Matrix:
    """Move a cutout so that every side that its source image cut off touches the frame's edge."""
    box = compositing.transform_corners(affine, cutout.shape)
    shift = np.zeros(2)
    if cutout.cut_below:
        # The lower corners rise by turns when the subject sways: the higher one has to touch.
        shift[1] = max(frame.shape[0] + 1 - float(box[2:, 1].min()), 0)
    elif cutout.cut_above:
        shift[1] = min(-1 - float(box[:2, 1].max()), 0)
    if cutout.cut_left and not cutout.cut_right:
        shift[0] = min(-1 - float(box[(0, 2), 0].max()), 0)
    if cutout.cut_right and not cutout.cut_left:
        shift[0] = max(frame.shape[1] + 1 - float(box[(1, 3), 0].min()), 0)
    return np.column_stack((affine[:, :2], affine[:, 2] + shift))
