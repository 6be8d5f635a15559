"""A drawn view with depth: a background larger and finer than the frame, and planes in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.imaging.pixels import blur_image, to_rgb
from keyreel.engines.motion.layers.visible_patches import (
    OpacityGrid,
    create_full_mask,
    draw_patch,
    sample_patches,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size


_SIDE_MARGIN: Final = 0.22
_VERTICAL_MARGIN: Final = 0.16
"""How far a canvas reaches beyond the frame at the sides, and above and below, as parts of its sides."""
BACKGROUND_SCALE: Final = 1.25
"""Pixels of the background per pixel of the frame: a camera that goes in finds detail, not blur."""
_MIN_DISPARITY: Final = 0.10
"""The disparity of the horizon."""
_DISPARITY_EXPONENT: Final = 1.15
"""How disparity grows from the horizon to the frame's edge, chosen by eye."""
_SWAY_EXPONENT: Final = 1.6
"""How sway grows from a plane's root to its loose end, chosen by eye."""


@dataclass(frozen=True, slots=True)
class DepthProfile:
    """How near each point of a background is, by its distance below, beside or above the horizon's middle.

    `horizon` is a row as a part of the frame's height; `ground`, `side` and `above` are the disparities that
    are added at the frame's lower edge, side edges and upper edge.
    """

    horizon: float
    ground: float = 0.85
    side: float = 0.0
    above: float = 0.0

    def get_disparity(self, coordinates: FloatArray, view: CameraView) -> FloatArray:
        """Return the disparity, float32 [rows, columns], at points [rows, columns, 2], in units."""
        half = view.half_size
        down = coordinates[..., 1] / np.float32(2 * half[1]) + np.float32(0.5)
        below = np.clip((down - self.horizon) / (1 - self.horizon), 0, 1.3) ** np.float32(_DISPARITY_EXPONENT)
        near = below * np.float32(self.ground)
        if self.side:
            aside = np.clip(np.abs(coordinates[..., 0]) / np.float32(half[0]), 0, 1.3) ** np.float32(
                _DISPARITY_EXPONENT
            )
            near = np.maximum(near, aside * np.float32(self.side))
        if self.above:
            over = np.clip((self.horizon - down) / self.horizon, 0, 1.3) ** np.float32(_DISPARITY_EXPONENT)
            near = np.maximum(near, over * np.float32(self.above))
        return np.asarray(np.float32(_MIN_DISPARITY) + near, np.float32)


@dataclass(frozen=True, slots=True)
class Plane:
    """What stands at one depth: uint8 [height, width, 4], premultiplied RGBA, at the frame's resolution.

    `sway` is the amplitude of its loose end in the wind, in units of the view: it stands on the ground at a
    `rooted` of 1.0, hangs from above at -1.0, floats as a whole at 0.0. `heave` is the height of the waves
    that run through it, in units; `drift` is its own velocity (x, y), in units a second; `phase` is in
    radians.
    """

    image: Frame
    opacity: OpacityGrid
    disparity: float
    sway: float = 0.0
    rooted: float = 1.0
    drift: tuple[float, float] = (0.0, 0.0)
    phase: float = 0.0
    heave: float = 0.0

    def displace_coordinates(self, coordinates: FloatArray, view: CameraView, seconds: float) -> FloatArray:
        """Return where on the plane each point [rows, columns, 2] comes from at a time, moved by the wind."""
        x, y = coordinates[..., 0], coordinates[..., 1]
        lever = np.ones((), np.float32)
        if self.rooted:
            tall = np.float32(2 * view.half_size[1])
            away = np.float32(0.5) - np.float32(self.rooted) * y / tall
            lever = np.clip(away, 0, 1.3) ** np.float32(_SWAY_EXPONENT)
        turn = np.float32(tau * 0.21 * seconds + self.phase)
        gust = np.sin(turn + x * np.float32(1.3)) + np.float32(0.4) * np.sin(
            turn * np.float32(2.7) + y * np.float32(3.1) + x * np.float32(2.0)
        )
        bend = gust * lever * np.float32(self.sway)
        across = x - bend - np.float32(self.drift[0] * seconds)
        down = y - np.float32(0.22) * bend - np.float32(self.drift[1] * seconds)
        if self.heave:
            run = x * np.float32(2.4) - np.float32(tau * 0.17 * seconds) + np.float32(self.phase)
            down = down - np.float32(self.heave) * (
                np.sin(run) + np.float32(0.4) * np.sin(run * np.float32(2.3))
            )
        return np.moveaxis(np.stack((across, down)).astype(np.float32), 0, -1)


@dataclass(frozen=True, slots=True)
class RenderedBackground:
    """What the camera sees of a background.

    `frame` is uint8 [height, width, 3], RGB; `materials` is uint8 [height, width]; `coordinates` is float32
    [rows, columns, 2], where each point of the view's grid lies on the background, in units.
    """

    frame: Frame
    materials: NDArray[np.uint8]
    coordinates: FloatArray


@dataclass(frozen=True, slots=True)
class LayeredBackdrop:
    """A background, whose fourth channel is each pixel's material, and the planes drawn over it."""

    background: Frame
    depth_profile: DepthProfile
    planes: tuple[Plane, ...]
    size: Size

    @property
    def view(self) -> CameraView:
        """The camera's window on it."""
        across, down = get_margins(self.size)
        return parallax.create_camera_view(self.size, (across, down, across, down), 1.0)

    def render_background(self, pose: CameraPose) -> RenderedBackground:
        """Return what the camera sees of the background."""
        view = self.view
        coordinates = parallax.unproject_points(
            view.build_grid(), pose, view, partial(self.depth_profile.get_disparity, view=view)
        )
        frame = np.empty((view.size.height, view.size.width, 3), np.uint8)
        material = np.empty((view.size.height, view.size.width), np.uint8)
        for patch, pixels in sample_patches(
            self.background,
            coordinates * np.float32(BACKGROUND_SCALE),
            create_full_mask(view),
            view=view,
            origin=_compute_origin(self.size),
        ):
            to_rgb(pixels, frame[patch])
            cv2.extractChannel(pixels, 3, dst=material[patch])
        return RenderedBackground(frame, material, coordinates)

    def draw_planes(self, frame: Frame, pose: CameraPose, seconds: float) -> None:
        """Draw the planes over a frame, uint8 [height, width, 3], RGB, in place."""
        view = self.view
        points = view.build_grid()
        across, down = get_margins(self.size)
        origin = float(across), float(down)
        for plane in self.planes:
            near = np.float32(plane.disparity)
            coordinates = parallax.unproject_points(points, pose, view, partial(_fill_disparity, near))
            coordinates = plane.displace_coordinates(coordinates, view, seconds)
            filled, shows = plane.opacity.classify_cells(coordinates, view, origin)
            for patch, pixels in sample_patches(plane.image, coordinates, shows, view=view, origin=origin):
                draw_patch(pixels, frame, patch, filled)


def get_margins(size: Size) -> tuple[int, int]:
    """Return how many pixels a canvas reaches beyond the frame on each side, and above and below."""
    return round(size.width * _SIDE_MARGIN), round(size.height * _VERTICAL_MARGIN)


def get_canvas_size(size: Size, scale: float = 1.0) -> tuple[int, int]:
    """Return the width and height of a canvas around a frame."""
    across, down = get_margins(size)
    return round((size.width + 2 * across) * scale), round((size.height + 2 * down) * scale)


def get_canvas_scale() -> tuple[float, float]:
    """Return how many times as wide and as high as its frame a canvas is."""
    return 1 + 2 * _SIDE_MARGIN, 1 + 2 * _VERTICAL_MARGIN


def to_frame_row(row: float, size: Size) -> float:
    """Return a part of a canvas's height as a part of the frame's."""
    _, down = get_margins(size)
    return (row * (size.height + 2 * down) - down) / size.height


def crop_to_frame(background: Frame, size: Size) -> Frame:
    """Return what the camera at rest sees of a background, uint8 [height, width, 3] at the frame's size."""
    across, down = (round(each * BACKGROUND_SCALE) for each in get_margins(size))
    part = background[down : background.shape[0] - down, across : background.shape[1] - across, :3]
    return np.asarray(
        cv2.resize(np.ascontiguousarray(part), (size.width, size.height), interpolation=cv2.INTER_AREA),
        np.uint8,
    )


def prepare_plane(image: Frame, disparity: float, blur: float = 0.0) -> tuple[Frame, OpacityGrid, float]:
    """Return a plane's image, uint8 RGBA, blurred by a sigma in pixels, with its opacity and disparity."""
    image = blur_image(image, blur) if blur > 0.3 else image
    return image, OpacityGrid(np.asarray(cv2.extractChannel(image, 3), np.uint8)), disparity


def _fill_disparity(disparity: np.float32, coordinates: FloatArray) -> FloatArray:
    return np.full_like(coordinates[..., 0], disparity)


def _compute_origin(size: Size) -> tuple[float, float]:
    across, down = get_margins(size)
    # The view counts from the frame's middle in the frame's pixels; the background has more of them.
    return (
        across * BACKGROUND_SCALE + (BACKGROUND_SCALE - 1) * (size.width - 1) / 2,
        down * BACKGROUND_SCALE + (BACKGROUND_SCALE - 1) * (size.height - 1) / 2,
    )
