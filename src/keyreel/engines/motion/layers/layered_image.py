"""A still image as two layers with depth, background and subject, seen by a moving camera.

Knows one image; scenes of several subjects are put together elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.effects.water_and_clouds import detect_ambient_flow
from keyreel.engines.motion.imaging.pixels import (
    resize,
    sample_image,
    to_rgb,
    to_rgba,
    to_uint8,
)
from keyreel.engines.motion.layers import depth
from keyreel.engines.motion.layers.background import DEFAULT_REACH, create_canvas, inpaint_background
from keyreel.engines.motion.layers.crop_focus import choose_crop_focus
from keyreel.engines.motion.layers.graphics import is_page, key_plain_ground
from keyreel.engines.motion.layers.matte_check import is_doubtful
from keyreel.engines.motion.layers.outpainting import limit_reach, outpaint_margins
from keyreel.engines.motion.layers.perspective import Perspective, find_perspective
from keyreel.engines.motion.layers.subject_layer import (
    COARSE_STEP,
    SubjectLayer,
    close_matte,
    cut_out_subject,
)
from keyreel.engines.motion.layers.visible_patches import (
    create_full_mask,
    draw_patch,
    sample_patches,
)
from keyreel.engines.motion.networks.matting import (
    compute_alpha_matte,
    find_centroid,
    measure_coverage,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Frame
    from keyreel.engines.motion.acting.cast import Acting
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.effects.water_and_clouds import AmbientFlow
    from keyreel.engines.motion.effects.wind import Wind
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask
    from keyreel.engines.motion.layers.background import BorderReach, FrameCanvas
    from keyreel.engines.motion.layers.depth import SceneDepth
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import Size


_MIN_COVERAGE: Final = 0.004
_MAX_COVERAGE: Final = 0.82
"""The fractions of the frame between which a matte is that of a subject."""

_CLOSE_UP_COVERAGE: Final = 0.35
"""The fraction of the frame from which a subject is seen close up."""

_MIN_FLOW_SPEED: Final = 0.02
"""Pixels a second below which water counts as still."""


@dataclass(frozen=True, slots=True)
class LayeredImage:
    """An image, separated into layers.

    `image_rgba` and `background_rgba`, uint8 [height, width, 4], are the canvas with the subject and without
    it (four channels are sampled in half the time of three). `subject_centre` is in fractions of the frame;
    `pivot_disparity` is the depth that stays in place in an orbit.
    """

    background: FrameCanvas
    image_rgba: Frame
    background_rgba: Frame
    subject: SubjectLayer | None
    subject_centre: tuple[float, float]
    pivot_disparity: float
    scene_depth: SceneDepth
    ambient_flow: AmbientFlow | None = None
    wind: Wind | None = None
    acting: Acting | None = None

    def render_view(
        self,
        pose: CameraPose,
        view: CameraView,
        draw_behind: Callable[[Frame], None] | None = None,
        *,
        seconds: float = 0.0,
        subject_offset: tuple[float, float] = (0.0, 0.0),
    ) -> Frame:
        """Return what the camera sees at a time, uint8 [height, width, 3].

        `draw_behind` may draw on the background before the subject is drawn over it. `subject_offset` is how
        far the subject has moved by itself, in units, right and down.
        """
        points = view.build_grid()
        if self.acting:
            self.acting.paint(seconds)
        if not self.subject:
            frame = self._render_background(self.background_rgba, points, pose, view, seconds=seconds)
            if draw_behind:
                draw_behind(frame)
            return frame
        layer_points = parallax.unproject_points(
            points, pose, view, partial(_sample_subject_disparity, self.subject, view)
        )
        layer_points = np.asarray(layer_points - np.array(subject_offset, np.float32), np.float32)
        layer_points = self._bend_subject(self.subject, layer_points, view, seconds)
        filled, shows = self.subject.opacity_grid.classify_cells(layer_points, view, self.subject.origin)
        frame = self._render_background(
            self.background_rgba, points, pose, view, seconds=seconds, needed=~filled
        )
        if draw_behind:
            draw_behind(frame)
        for patch, pixels in sample_patches(
            self.subject.image, layer_points, shows, view=view, origin=self.subject.origin
        ):
            draw_patch(pixels, frame, patch, filled)
        return frame

    def _bend_subject(
        self, subject: SubjectLayer, points: FloatArray, view: CameraView, seconds: float
    ) -> FloatArray:
        """Return where what is at points [rows, columns, 2], in units, was before the subject moved."""
        if self.acting and (travel := self.acting.travel):
            points = travel.find_rest_points(points, seconds)
        if self.acting and (motion := self.acting.subject_motion):
            points = points + _sample_rest_map(motion.compute_field(seconds), points, view)
        if self.wind and self.wind.bends_subject:
            points = self.wind.displace_points(points, seconds, _compute_flexibility(subject, points, view))
        return points

    def render_undivided(self, pose: CameraPose, view: CameraView, *, seconds: float = 0.0) -> Frame:
        """Return the view of the image as one layer, with the ground's depth: at rest, exactly the image."""
        return self._render_background(self.image_rgba, view.build_grid(), pose, view, seconds=seconds)

    def _render_background(  # noqa: PLR0913 - what is seen, from where, when, and how much of it
        self,
        image: Frame,
        points: FloatArray,
        pose: CameraPose,
        view: CameraView,
        *,
        seconds: float,
        needed: Mask | None = None,
    ) -> Frame:
        """Return the view of a canvas with the ground's depth; cells that are not needed hold anything."""
        layer_points = parallax.unproject_points(
            points, pose, view, partial(sample_scene_disparity, self.scene_depth, view)
        )
        needed = create_full_mask(view) if needed is None else needed
        if self.acting and (motion := self.acting.background_motion):
            layer_points = layer_points + _sample_rest_map(motion.compute_field(seconds), layer_points, view)
        if self.wind:
            layer_points = self.wind.displace_points(
                layer_points, seconds, _sample_rest_map(self.wind.flexibility, layer_points, view)
            )
        frame = np.empty((view.size.height, view.size.width, 3), np.uint8)
        if self.ambient_flow is not None:
            self._draw_flowing(image, frame, layer_points, needed, view=view, seconds=seconds)
            return frame
        for patch, pixels in sample_patches(image, layer_points, needed, view=view, origin=self._origin):
            to_rgb(pixels, frame[patch])
        return frame

    @property
    def _origin(self) -> tuple[float, float]:
        return float(self.background.left), float(self.background.top)

    def _draw_flowing(  # noqa: PLR0913 - what is seen, from where, when, and how much of it
        self,
        image: Frame,
        frame: Frame,
        layer_points: FloatArray,
        needed: Mask,
        *,
        view: CameraView,
        seconds: float,
    ) -> None:
        """Draw the needed cells as the ambient flow has carried them: two phases, of which one fades in."""
        assert self.ambient_flow is not None
        velocity = _sample_rest_map(self.ambient_flow.velocity, layer_points, view) * np.float32(
            view.half_size[0] * 2
        )
        (shift, weight), (other_shift, other_weight) = self.ambient_flow.compute_phases(seconds)
        points = _advect_points(layer_points, velocity, shift)
        for patch, pixels in sample_patches(image, points, needed, view=view, origin=self._origin):
            to_rgb(pixels, frame[patch])
        if not other_weight:
            return
        points = _advect_points(layer_points, velocity, other_shift)
        flowing = needed & (_find_max_speed(velocity) * view.pixels_per_unit > _MIN_FLOW_SPEED)
        for patch, pixels in sample_patches(image, points, flowing, view=view, origin=self._origin):
            here = frame[patch]
            cv2.addWeighted(here, weight, to_rgb(pixels), other_weight, 0, dst=here)


def separate_layers(
    source_image: Frame, size: Size, nets: Networks, reach: BorderReach | None = None
) -> LayeredImage:
    """Separate an image, uint8 [height, width, 3], into background and subject, for frames of this size.

    `reach` is how far the camera will look beyond the frame: where the image ends before, it is painted on.
    """
    is_flat = is_page(source_image)
    source_image = _downscale_to_cover(source_image, size)
    keyed = key_plain_ground(source_image)
    alpha = compute_alpha_matte(source_image, nets) if keyed is None else keyed
    canvas, opacity = _create_canvases(source_image, alpha, size, reach)
    frame_alpha = opacity[canvas.top : canvas.top + size.height, canvas.left : canvas.left + size.width]
    perspective = find_perspective(canvas.rest_frame) or Perspective(depth.DEFAULT_HORIZON)
    scene_depth = depth.SceneDepth(perspective, is_flat=is_flat)
    if is_flat or not is_subject(frame_alpha):
        return _keep_undivided(canvas, scene_depth, frame_alpha * 0)
    near = depth.estimate_subject_disparity(frame_alpha, perspective.horizon)
    if keyed is None and is_doubtful(canvas.rest_frame, frame_alpha):
        scene_depth = depth.add_subject_relief(scene_depth, frame_alpha, near)
        return _keep_undivided(canvas, scene_depth, frame_alpha)
    if keyed is None and measure_coverage(frame_alpha) > _CLOSE_UP_COVERAGE:
        opacity = close_matte(opacity)
    behind = inpaint_background(canvas, opacity)
    subject = cut_out_subject(canvas, opacity, near, behind if keyed is not None else None)
    return LayeredImage(
        behind,
        to_rgba(canvas.image),
        to_rgba(behind.image),
        subject,
        find_centroid(frame_alpha),
        near,
        scene_depth,
        detect_ambient_flow(canvas.rest_frame, frame_alpha),
    )


def is_subject(alpha: FloatArray) -> bool:
    """Say whether an opacity, float32 [height, width], of the resting frame is that of a subject."""
    return _MIN_COVERAGE < measure_coverage(alpha) < _MAX_COVERAGE


def _keep_undivided(canvas: FrameCanvas, scene_depth: SceneDepth, frame_alpha: FloatArray) -> LayeredImage:
    """Return the image as one layer; `frame_alpha` is the opacity of what is seen in it besides."""
    rgba, centre = to_rgba(canvas.image), find_centroid(frame_alpha)
    flows = detect_ambient_flow(canvas.rest_frame, frame_alpha if frame_alpha.any() else None)
    return LayeredImage(canvas, rgba, rgba, None, centre, 0.5, scene_depth, flows)


def _create_canvases(
    source_image: Frame, alpha: FloatArray, size: Size, reach: BorderReach | None
) -> tuple[FrameCanvas, FloatArray]:
    """Return the image and its subject's opacity, float32 [height, width], on canvases of one shape."""
    centre = choose_crop_focus(alpha, size, reach)
    around = limit_reach(alpha, size, centre, reach) if reach else DEFAULT_REACH
    canvas = create_canvas(source_image, size, centre, around)
    covered = create_canvas(to_uint8(alpha * 255), size, centre, around).image
    opacity = np.asarray(covered / np.float32(255), np.float32)
    return outpaint_margins(canvas, opacity, reach) if reach else canvas, opacity


def _find_max_speed(velocity: FloatArray) -> FloatArray:
    """Return the greatest speed in and around each of the frame's cells, in units a second."""
    speed = np.ascontiguousarray(np.abs(velocity).max(axis=-1), np.float32)
    return np.asarray(cv2.dilate(speed, np.ones((3, 3), np.uint8)), np.float32)[1:-1, 1:-1]


def _advect_points(points: FloatArray, velocity: FloatArray, seconds: float) -> FloatArray:
    return np.asarray(points - velocity * np.float32(seconds), np.float32)


def _compute_flexibility(subject: SubjectLayer, points: FloatArray, view: CameraView) -> FloatArray:
    """Return how far the subject bends in wind, 0.0 … 1.0, at points [rows, columns, 2] in units."""
    top, foot = subject.bounds[1], subject.bounds[3]
    high = np.clip((foot - points[..., 1]) / (foot - top), 0, 1)
    inner = (_sample_subject_disparity(subject, view, points) - np.float32(subject.disparity)) / np.float32(
        depth.MAX_RELIEF
    )
    return np.asarray(high**1.4 * (1 - 0.8 * np.clip(inner, 0, 1)), np.float32)


def _sample_rest_map(rest_map: FloatArray, points: FloatArray, view: CameraView) -> FloatArray:
    """Sample a small map of the resting frame at points [rows, columns, 2] in units."""
    height, width = rest_map.shape[:2]
    frame = np.array((view.size.width, view.size.height), np.float32) / np.float32(view.pixels_per_unit)
    coordinate_map = (points / frame + np.float32(0.5)) * np.array((width, height), np.float32) - np.float32(
        0.5
    )
    return sample_image(rest_map, np.asarray(coordinate_map, np.float32), cv2.BORDER_REPLICATE)


def sample_scene_disparity(scene_depth: SceneDepth, view: CameraView, points: FloatArray) -> FloatArray:
    """Return the background's disparity [rows, columns], 0.0 … 1.0, at points [rows, columns, 2] in units."""
    across, down = (
        np.asarray(points[..., axis] * np.float32(view.pixels_per_unit / side) + np.float32(0.5), np.float32)
        for axis, side in enumerate((view.size.width, view.size.height))
    )
    return scene_depth.compute_disparity(across, down)


def _downscale_to_cover(image: Frame, size: Size) -> Frame:
    """Scale a large image down to where it covers the frame: finer detail cannot be seen."""
    height, width = image.shape[:2]
    scale = max(size.width / width, size.height / height)
    if scale >= 1:
        return image
    target = (max(round(width * scale), size.width), max(round(height * scale), size.height))
    return resize(image, *target)


def _sample_subject_disparity(subject: SubjectLayer, view: CameraView, points: FloatArray) -> FloatArray:
    """Return the disparity [rows, columns] of the subject's surface at points [rows, columns, 2] in units."""
    centre = np.array(
        (subject.origin[0] + view.size.width / 2, subject.origin[1] + view.size.height / 2), np.float32
    )
    coordinate_map = (points * np.float32(view.pixels_per_unit) + centre) / np.float32(
        COARSE_STEP
    ) - np.float32(0.5)
    dome = sample_image(subject.relief, coordinate_map, cv2.BORDER_REPLICATE)
    return np.asarray(dome + np.float32(subject.disparity), np.float32)
