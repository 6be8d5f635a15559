"""How a video moves where it ends: the camera's velocity, and what the camera does not explain.

It is measured between two frames a third of a second apart: the homography between them, to the power of one
frame's part of that time, is how everything moves on. The camera is fitted to that motion with the depth of
the last frame's layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.timing import LEAD_FRAMES
from keyreel.engines.motion.imaging.cropping import crop_to_cover
from keyreel.engines.motion.imaging.pixels import blur_image, resize
from keyreel.engines.motion.imaging.warping import create_identity_map, sample_field, to_pixel_homography
from keyreel.engines.motion.interpolation.flow_refinement import measure_flow_inconsistency
from keyreel.engines.motion.interpolation.homography_path import HomographyPath
from keyreel.engines.motion.interpolation.registration import detect_features, register_images
from keyreel.engines.motion.layers.layered_image import sample_scene_disparity
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import Float64Array, FloatArray
    from keyreel.engines.motion.layers.layered_image import LayeredImage


_LONG_SIDE: Final = 640
"""Pixels of the longer side at which motion is measured."""

_ROUNDS: Final = 3
"""How often the camera's move is refined by the flow that it leaves."""

_CONSISTENCY_PX: Final = 1.0
"""The forward-backward error at which a flow is believed by half."""

_RESIDUAL_SIGMA: Final = 0.012
"""In parts of the longer side: what moves by itself is no smaller."""

_CUT_DIFFERENCE: Final = 22.0
"""Mean difference in levels of 255 from which two frames, aligned, show different scenes."""

_MAX_REMAINING_DIFFERENCE: Final = 0.8
"""The part of both frames' difference that a homography may leave for it to be believed."""

_NOISE_PX: Final = 0.12
"""Residual motion, in pixels a frame, up to which it counts as noise."""

_MAX_SPEED: Final = 0.012
"""In parts of the longer side a frame: nothing moves faster that can be told from a cut."""

_MIN_FOUND_SHARE: Final = 0.2
"""The part of the textured area in which the flow must be consistent."""

_TEXTURE_SIGMA: Final = 3.0
"""Pixels."""

_FLAT_SLOPE: Final = 1.5
"""A gradient, in levels a pixel, at which flow is believed by half: noise has less, any edge more."""

_SUBJECT_CLEARANCE: Final = 41
"""Side, in pixels, of the square around a subject's pixels in which no residual is believed."""

_MIN_CONFIDENCE: Final = 0.4
"""The confidence, 0 … 1, from which a pixel counts for the subject's motion."""

_SAMPLE_SPACING: Final = 12
"""Pixels between the samples to which moves are fitted."""

_FIT_ITERATIONS: Final = 6
_OUTLIER_SCALE: Final = 0.004
"""Units a frame by which a sample may miss the fit and still count half."""

_SUBJECT_WEIGHT: Final = 0.3
"""How much a subject, which may move by itself, counts in the fit of the camera."""

# Ridge terms for log zoom, pan, tilt, truck, pedestal, dolly, roll: moves with parallax need more evidence.
_CAMERA_REGULARISATION: Final = np.array((0.0, 0.0, 0.0, 0.02, 0.02, 0.02, 0.0))


@dataclass(frozen=True, slots=True)
class EndVelocity:
    """The velocity at a video's end, for each frame.

    `camera_velocity`, float64 [7], is what a frame adds to log zoom, pan, tilt, truck, pedestal, dolly and
    roll (see `CameraPose`). `subject_velocity` is how far the subject moves by itself, in units, right and
    down. `residual_velocity`, float32 [h, w, 2], is what else moves, in fractions of the frame's sides; None
    where nothing does.
    """

    camera_velocity: Float64Array
    subject_velocity: tuple[float, float] = (0.0, 0.0)
    residual_velocity: FloatArray | None = None


def measure_end_velocity(
    lead: Frame, last: Frame, layered_image: LayeredImage, view: CameraView
) -> EndVelocity:
    """Measure the velocity from two frames, uint8 [h, w, 3], `LEAD_FRAMES` apart; it is zero after a cut.

    `layered_image` is the last frame's.
    """
    images = [_downscale_to_frame(each, view.size) for each in (lead, last)]
    height, width = images[1].shape[:2]
    subject = get_subject_alpha(layered_image, width, height)
    ground = np.asarray(1 - (1 - _SUBJECT_WEIGHT) * subject, np.float32)
    measured = _measure_velocity(images[0], images[1], ground)
    if measured is None:
        return EndVelocity(np.zeros(7))
    velocity, sure = measured
    unit = sqrt(width * height) / 2
    points = (create_identity_map(Size(width, height)) - np.array(((width - 1) / 2, (height - 1) / 2))) / unit
    points = np.asarray(points, np.float32)
    depth = sample_scene_disparity(layered_image.scene_depth, view, points)
    if layered_image.subject is not None:
        nearer = np.float32(layered_image.subject.disparity) - depth
        depth = np.asarray(depth + nearer * subject, np.float32)
    basis = _build_motion_basis(points, depth)
    camera = _fit_camera_velocity(basis, velocity / np.float32(unit), np.asarray(sure * ground, np.float32))
    residual = np.asarray(velocity - (basis @ camera) * unit, np.float32)
    # A subject keeps its shape; behind it, and close to it, no background is seen to move.
    clearance = 1 - cv2.dilate(subject, np.ones((_SUBJECT_CLEARANCE, _SUBJECT_CLEARANCE), np.uint8))
    drift = _measure_subject_motion(residual, sure * subject) / unit
    return EndVelocity(
        camera,
        (float(drift[0]), float(drift[1])),
        _smooth_residual(residual, np.asarray(sure * clearance, np.float32)),
    )


def _measure_subject_motion(residual: FloatArray, weights: FloatArray) -> Float64Array:
    """Return the median motion [2] of a subject, in pixels a frame; zero where that is noise."""
    inside = weights > _MIN_CONFIDENCE
    if not inside.any():
        return np.zeros(2)
    drift = np.median(residual[inside], axis=0).astype(np.float64)
    return drift if float(np.hypot(*drift)) > _NOISE_PX else np.zeros(2)


def _measure_velocity(lead: Frame, last: Frame, ground: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return each pixel's motion a frame [h, w, 2], in pixels, and its confidence [h, w]; None after a cut.

    `ground` [h, w], 0 … 1, is how much each pixel counts for the camera.
    """
    size = Size(last.shape[1], last.shape[0])
    grid = create_identity_map(size)
    grey = [np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), np.uint8) for each in (lead, last)]
    homography = _register_frames(lead, last, size)
    if _measure_difference(grey, homography, ground) > _MAX_REMAINING_DIFFERENCE * _measure_difference(
        grey, np.eye(3), ground
    ):
        # In front of a plain wall the features are the subject's: the camera stands still.
        homography = np.eye(3)
    texture = _measure_texture(grey[1])
    for _ in range(_ROUNDS - 1):
        flow, sure = _run_dis_flow(grey, homography, grid)
        homography = (
            np.linalg.inv(_fit_affine(grid, flow, np.asarray(sure * texture * ground, np.float32)))
            @ homography
        )
    flow, sure = _run_dis_flow(grey, homography, grid)
    sure = np.asarray(sure * texture, np.float32)
    if float(sure.sum()) < _MIN_FOUND_SHARE * float(texture.sum()) or _is_different_scene(
        grey, homography, flow, sure=sure
    ):
        return None
    step = HomographyPath(homography).evaluate(1 / LEAD_FRAMES)
    ahead = cv2.perspectiveTransform(grid.reshape(1, -1, 2), step).reshape(grid.shape)
    return np.asarray(ahead - grid - flow / LEAD_FRAMES, np.float32), sure


def _register_frames(lead: Frame, last: Frame, size: Size) -> Float64Array:
    """Return the homography [3, 3] of pixels by two frames' features; the identity without one."""
    homography = register_images(detect_features(lead), detect_features(last)).homography
    if homography is None:
        return np.eye(3)
    return to_pixel_homography(homography, size.width, size.height)


def _is_different_scene(
    grey: list[NDArray[np.uint8]], homography: Float64Array, flow: FloatArray, *, sure: FloatArray
) -> bool:
    """Say whether both frames differ even when they are aligned."""
    height, width = sure.shape
    moved = cv2.warpPerspective(grey[0], homography, (width, height), borderMode=cv2.BORDER_REPLICATE)
    aligned = sample_field(
        np.asarray(moved, np.float32), np.asarray(create_identity_map(Size(width, height)) + flow, np.float32)
    )
    difference = np.abs(aligned - grey[1].astype(np.float32))
    return float((difference * sure).sum()) > _CUT_DIFFERENCE * float(sure.sum())


def _measure_texture(grey: NDArray[np.uint8]) -> FloatArray:
    """Return how much each pixel tells of motion [h, w], 0.0 … 1.0: flow in flat areas is a guess."""
    level = grey.astype(np.float32)
    across, down = cv2.Sobel(level, cv2.CV_32F, 1, 0), cv2.Sobel(level, cv2.CV_32F, 0, 1)
    energy = blur_image(np.asarray((across * across + down * down) / 64, np.float32), _TEXTURE_SIGMA)
    return np.asarray(energy / (energy + _FLAT_SLOPE * _FLAT_SLOPE), np.float32)


def _measure_difference(
    grey: list[NDArray[np.uint8]], homography: Float64Array, weights: FloatArray
) -> float:
    """Return the mean difference of the warped lead and the last frame, in levels of 255."""
    height, width = weights.shape
    moved = cv2.warpPerspective(grey[0], homography, (width, height), borderMode=cv2.BORDER_REPLICATE)
    overlap = weights * cv2.warpPerspective(np.ones_like(weights), homography, (width, height))
    return float((cv2.absdiff(grey[1], moved) * overlap).sum() / max(float(overlap.sum()), 1.0))


def _run_dis_flow(
    grey: list[NDArray[np.uint8]], homography: Float64Array, grid: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the flow [h, w, 2] from the last frame to the warped lead, in pixels, and its confidence."""
    height, width = grey[1].shape
    aligned = np.asarray(
        cv2.warpPerspective(grey[0], homography, (width, height), borderMode=cv2.BORDER_REPLICATE)
    )
    overlap = cv2.warpPerspective(np.ones((height, width), np.float32), homography, (width, height))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    start = np.zeros((height, width, 2), np.float32)
    ahead = np.asarray(search.calc(grey[1], aligned, start.copy()), np.float32)
    back = np.asarray(search.calc(aligned, grey[1], start), np.float32)
    doubt = measure_flow_inconsistency(ahead, back, grid) / _CONSISTENCY_PX
    sure = np.asarray(overlap / (1 + doubt * doubt), np.float32)
    return ahead, sure


def _fit_affine(grid: FloatArray, flow: FloatArray, sure: FloatArray) -> Float64Array:
    """Fit an affine map, as a homography [3, 3], to a flow by iteratively reweighted least squares."""
    samples = np.s_[_SAMPLE_SPACING // 2 :: _SAMPLE_SPACING, _SAMPLE_SPACING // 2 :: _SAMPLE_SPACING]
    points = grid[samples].reshape(-1, 2).astype(np.float64)
    moved = points + flow[samples].reshape(-1, 2)
    trust = sure[samples].reshape(-1).astype(np.float64)
    terms = np.column_stack((points, np.ones(len(points))))
    solved = np.vstack((np.eye(2), np.zeros((1, 2))))
    for _ in range(_FIT_ITERATIONS):
        off = np.linalg.norm(moved - terms @ solved, axis=1)
        weight = np.sqrt(trust / (1 + (off / (1.0 + np.median(off))) ** 2))[:, None]
        solved = np.linalg.lstsq(terms * weight, moved * weight, rcond=None)[0]
    return np.vstack((solved.T, (0.0, 0.0, 1.0)))


def _build_motion_basis(points: FloatArray, depth: FloatArray) -> Float64Array:
    """Return how points [h, w, 2], in units, move with each of a camera's seven values: [h, w, 2, 7].

    It is the derivative of `project_point` at rest; `depth` [h, w] is their disparity.
    """
    x, y = (points[..., axis].astype(np.float64) for axis in (0, 1))
    near, zero, one = depth.astype(np.float64), np.zeros_like(x), np.ones_like(x)
    across = np.stack((x, -one, zero, -near, zero, x * near, y), axis=-1)
    down = np.stack((y, zero, -one, zero, -near, y * near, -x), axis=-1)
    return np.stack((across, down), axis=-2)


def _fit_camera_velocity(basis: Float64Array, velocity: FloatArray, sure: FloatArray) -> Float64Array:
    """Fit the camera's seven values to a velocity [h, w, 2], in units a frame, robustly (Cauchy weights)."""
    samples = np.s_[_SAMPLE_SPACING // 2 :: _SAMPLE_SPACING, _SAMPLE_SPACING // 2 :: _SAMPLE_SPACING]
    terms = basis[samples].reshape(-1, 2, 7)
    target = velocity[samples].reshape(-1, 2).astype(np.float64)
    confidence = sure[samples].reshape(-1).astype(np.float64)
    ridge = np.diag(_CAMERA_REGULARISATION * float(confidence.sum()))
    camera = np.zeros(7)
    for number in range(_FIT_ITERATIONS):
        off = np.linalg.norm(target - terms @ camera, axis=1)
        scale = _OUTLIER_SCALE if number else max(float(np.median(off)), _OUTLIER_SCALE)
        weight = confidence / (1 + (off / scale) ** 2)
        weighted = terms * weight[:, None, None]
        normal = np.einsum("nai,naj->ij", weighted, terms) + ridge
        camera = np.linalg.solve(normal + 1e-9 * np.eye(7), np.einsum("nai,na->i", weighted, target))
    return camera


def _smooth_residual(residual: FloatArray, sure: FloatArray) -> FloatArray | None:
    """Return a residual [h, w, 2], smooth and without noise, in fractions of the sides; None for nothing."""
    height, width = sure.shape
    spread = _RESIDUAL_SIGMA * max(width, height)
    # Where the confidence is low, nothing moves.
    mass = blur_image(sure, spread) + np.float32(0.25)
    smooth = blur_image(np.asarray(residual * sure[..., None], np.float32), spread) / mass[..., None]
    speed = np.linalg.norm(smooth, axis=2)
    most = _MAX_SPEED * max(width, height)
    kept = np.clip(speed - _NOISE_PX, 0, most) / np.maximum(speed, 1e-6)
    if float(kept.max()) == 0:
        return None
    own = smooth * kept[..., None] / np.array((width, height))
    return np.asarray(own, np.float32)


def get_subject_alpha(layered_image: LayeredImage, width: int, height: int) -> FloatArray:
    """Return the subject's opacity at rest, float32 [h, w], 0.0 … 1.0; zeros without a subject."""
    if layered_image.subject is None:
        return np.zeros((height, width), np.float32)
    left, top = (round(each) for each in layered_image.subject.origin)
    frame = layered_image.background.frame_size
    alpha = cv2.extractChannel(layered_image.subject.image, 3)[
        top : top + frame.height, left : left + frame.width
    ]
    return resize(np.asarray(alpha / np.float32(255), np.float32), width, height)


def _downscale_to_frame(frame: Frame, size: Size) -> Frame:
    scale = min(_LONG_SIDE / max(size.width, size.height), 1.0)
    return resize(crop_to_cover(frame, size), round(size.width * scale), round(size.height * scale))
