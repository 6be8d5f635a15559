"""How a video moves where it ends: the camera's velocity, and what the camera does not explain.

Two frames a third of a second apart tell it: the move between them, to the power of one frame's part of it,
is how everything goes on. The camera is fitted to that, by the depths of the last frame's own stage.
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
from keyreel.engines.motion.imaging.warping import create_identity_map, sample_field
from keyreel.engines.motion.interpolation.homography_path import HomographyPath
from keyreel.engines.motion.interpolation.registration import detect_features, register_images
from keyreel.engines.motion.layers.layered_image import sample_ground_disparity
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import Float64Array, FloatArray
    from keyreel.engines.motion.layers.layered_image import LayeredImage


_LONG_SIDE: Final = 640
_ROUNDS: Final = 3
_CONSISTENCY_PX: Final = 1.0
_RESIDUAL_SIGMA: Final = 0.012
"""Of the long side: what moves by itself is no smaller."""

_CUT_DIFFERENCE: Final = 22.0
"""Mean difference in levels of 255 from which two frames, laid over each other, show different things."""

_MAX_REMAINING_DIFFERENCE: Final = 0.8
"""What a move leaves of the difference of both frames where it is believed."""

_NOISE_PX: Final = 0.12
_MAX_SPEED: Final = 0.012
"""Of the long side, in a frame: nothing moves faster that can be told from a cut."""

_MIN_FOUND_SHARE: Final = 0.2
"""The part of what tells of motion that has to be found again."""

_TEXTURE_SIGMA: Final = 3.0
_FLAT_SLOPE: Final = 1.5
"""A slope, in levels a pixel, at which half is believed: noise has less, any edge more."""

_SUBJECT_CLEARANCE: Final = 41
_MIN_CONFIDENCE: Final = 0.4

_SAMPLE_SPACING: Final = 12
_FIT_ITERATIONS: Final = 6
_OUTLIER_SCALE: Final = 0.004
_SUBJECT_WEIGHT: Final = 0.3
"""How much a subject, which may move by itself, counts for the camera's move."""

# What a camera seldom does is believed only when much speaks for it: in, right, down, aside, up, ahead, roll.
_CAMERA_REGULARISATION: Final = np.array((0.0, 0.0, 0.0, 0.02, 0.02, 0.02, 0.0))


@dataclass(frozen=True, slots=True)
class EndVelocity:
    """What goes on in the next frame.

    `camera` is how much of log zoom, pan, tilt, truck, lift, dolly and roll is added in a frame (see Pose).
    `subject` is how far the subject goes by itself, in units, `own` [h,w,2] what else moves, of the frame's
    sides in a frame; None where nothing does.
    """

    camera_velocity: Float64Array
    subject_velocity: tuple[float, float] = (0.0, 0.0)
    residual_velocity: FloatArray | None = None


def measure_end_velocity(
    lead: Frame, last: Frame, layered_image: LayeredImage, view: CameraView
) -> EndVelocity:
    """Measure how the last frame moves on from the one `LEAD_FRAMES` before it; not at all after a cut."""
    images = [_downscale_to_frame(each, view.size) for each in (lead, last)]
    height, width = images[1].shape[:2]
    subject = get_subject_alpha(layered_image, width, height)
    ground = np.asarray(1 - (1 - _SUBJECT_WEIGHT) * subject, np.float32)
    found = _measure_velocity(images[0], images[1], ground)
    if found is None:
        return EndVelocity(np.zeros(7))
    velocity, sure = found
    unit = sqrt(width * height) / 2
    points = (create_identity_map(Size(width, height)) - np.array(((width - 1) / 2, (height - 1) / 2))) / unit
    points = np.asarray(points, np.float32)
    depth = sample_ground_disparity(points, view)
    if layered_image.subject is not None:
        nearer = np.float32(layered_image.subject.disparity) - depth
        depth = np.asarray(depth + nearer * subject, np.float32)
    basis = _build_motion_basis(points, depth)
    camera = _fit_camera_velocity(basis, velocity / np.float32(unit), np.asarray(sure * ground, np.float32))
    residual = np.asarray(velocity - (basis @ camera) * unit, np.float32)
    # A subject keeps its shape; under it, and close to it, there is no ground to be moved.
    clearance = 1 - cv2.dilate(subject, np.ones((_SUBJECT_CLEARANCE, _SUBJECT_CLEARANCE), np.uint8))
    drift = _measure_subject_motion(residual, sure * subject) / unit
    return EndVelocity(
        camera,
        (float(drift[0]), float(drift[1])),
        _smooth_residual(residual, np.asarray(sure * clearance, np.float32)),
    )


def _measure_subject_motion(residual: FloatArray, weights: FloatArray) -> Float64Array:
    """Return the motion [2] on which most of a subject agrees, in pixels; none where that is noise."""
    inside = weights > _MIN_CONFIDENCE
    if not inside.any():
        return np.zeros(2)
    drift = np.median(residual[inside], axis=0).astype(np.float64)
    return drift if float(np.hypot(*drift)) > _NOISE_PX else np.zeros(2)


def _measure_velocity(lead: Frame, last: Frame, ground: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return each pixel's motion in the next frame [h,w,2], and how sure that is [h,w]; None after a cut.

    `ground` [h,w] is how much each pixel tells of the camera.
    """
    size = Size(last.shape[1], last.shape[0])
    grid = create_identity_map(size)
    grey = [np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), np.uint8) for each in (lead, last)]
    homography = _register_frames(lead, last, size)
    if _measure_difference(grey, homography, ground) > _MAX_REMAINING_DIFFERENCE * _measure_difference(
        grey, np.eye(3), ground
    ):
        # Before a plain wall the landmarks are the subject's: the camera stands.
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
    """Return the camera's move from one frame to the other in pixels, as far as landmarks tell it."""
    plane = register_images(detect_features(lead), detect_features(last)).homography
    if plane is None:
        return np.eye(3)
    units = np.diag([size.width, size.height, 1.0])
    return np.asarray(units @ plane @ np.linalg.inv(units), np.float64)


def _is_different_scene(
    grey: list[NDArray[np.uint8]], homography: Float64Array, flow: FloatArray, *, sure: FloatArray
) -> bool:
    """Say whether both frames show different things even when laid over each other."""
    height, width = sure.shape
    moved = cv2.warpPerspective(grey[0], homography, (width, height), borderMode=cv2.BORDER_REPLICATE)
    seen = sample_field(
        np.asarray(moved, np.float32), np.asarray(create_identity_map(Size(width, height)) + flow, np.float32)
    )
    apart = np.abs(seen - grey[1].astype(np.float32))
    return float((apart * sure).sum()) > _CUT_DIFFERENCE * float(sure.sum())


def _measure_texture(grey: NDArray[np.uint8]) -> FloatArray:
    """Return how much each place tells of motion, 0.0 … 1.0: an even wall says what its neighbours say."""
    level = grey.astype(np.float32)
    across, down = cv2.Sobel(level, cv2.CV_32F, 1, 0), cv2.Sobel(level, cv2.CV_32F, 0, 1)
    energy = blur_image(np.asarray((across * across + down * down) / 64, np.float32), _TEXTURE_SIGMA)
    return np.asarray(energy / (energy + _FLAT_SLOPE * _FLAT_SLOPE), np.float32)


def _measure_difference(
    grey: list[NDArray[np.uint8]], homography: Float64Array, weights: FloatArray
) -> float:
    """Return how far the moved lead is from the last frame, in levels of 255."""
    height, width = weights.shape
    moved = cv2.warpPerspective(grey[0], homography, (width, height), borderMode=cv2.BORDER_REPLICATE)
    shown = weights * cv2.warpPerspective(np.ones_like(weights), homography, (width, height))
    return float((cv2.absdiff(grey[1], moved) * shown).sum() / max(float(shown.sum()), 1.0))


def _run_dis_flow(
    grey: list[NDArray[np.uint8]], homography: Float64Array, grid: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where the last frame's pixels are found in the moved lead, off their places, and how surely."""
    height, width = grey[1].shape
    aligned = np.asarray(
        cv2.warpPerspective(grey[0], homography, (width, height), borderMode=cv2.BORDER_REPLICATE)
    )
    shown = cv2.warpPerspective(np.ones((height, width), np.float32), homography, (width, height))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    nothing = np.zeros((height, width, 2), np.float32)
    there = np.asarray(search.calc(grey[1], aligned, nothing.copy()), np.float32)
    back = np.asarray(search.calc(aligned, grey[1], nothing), np.float32)
    returned = there + sample_field(back, np.asarray(grid + there, np.float32))
    doubt = np.linalg.norm(returned, axis=2) / _CONSISTENCY_PX
    sure = np.asarray(shown / (1 + doubt * doubt), np.float32)
    return there, sure


def _fit_affine(grid: FloatArray, flow: FloatArray, sure: FloatArray) -> Float64Array:
    """Fit one affine move to a flow, by what most of it agrees on."""
    spots = np.s_[_SAMPLE_SPACING // 2 :: _SAMPLE_SPACING, _SAMPLE_SPACING // 2 :: _SAMPLE_SPACING]
    places = grid[spots].reshape(-1, 2).astype(np.float64)
    moved = places + flow[spots].reshape(-1, 2)
    trust = sure[spots].reshape(-1).astype(np.float64)
    terms = np.column_stack((places, np.ones(len(places))))
    solved = np.vstack((np.eye(2), np.zeros((1, 2))))
    for _ in range(_FIT_ITERATIONS):
        off = np.linalg.norm(moved - terms @ solved, axis=1)
        weight = np.sqrt(trust / (1 + (off / (1.0 + np.median(off))) ** 2))[:, None]
        solved = np.linalg.lstsq(terms * weight, moved * weight, rcond=None)[0]
    return np.vstack((solved.T, (0.0, 0.0, 1.0)))


def _build_motion_basis(places: FloatArray, depth: FloatArray) -> Float64Array:
    """Return how places [h,w] move when each of a camera's seven values grows: [h,w,2,7] (see looked_at)."""
    x, y = (places[..., axis].astype(np.float64) for axis in (0, 1))
    near, none, one = depth.astype(np.float64), np.zeros_like(x), np.ones_like(x)
    across = np.stack((x, -one, none, -near, none, x * near, y), axis=-1)
    down = np.stack((y, none, -one, none, -near, y * near, -x), axis=-1)
    return np.stack((across, down), axis=-2)


def _fit_camera_velocity(basis: Float64Array, velocity: FloatArray, sure: FloatArray) -> Float64Array:
    """Fit the camera's seven values to a velocity; what disagrees with most of it counts little."""
    spots = np.s_[_SAMPLE_SPACING // 2 :: _SAMPLE_SPACING, _SAMPLE_SPACING // 2 :: _SAMPLE_SPACING]
    terms = basis[spots].reshape(-1, 2, 7)
    wanted = velocity[spots].reshape(-1, 2).astype(np.float64)
    confidence = sure[spots].reshape(-1).astype(np.float64)
    reserve = np.diag(_CAMERA_REGULARISATION * float(confidence.sum()))
    camera = np.zeros(7)
    for number in range(_FIT_ITERATIONS):
        off = np.linalg.norm(wanted - terms @ camera, axis=1)
        scale = _OUTLIER_SCALE if number else max(float(np.median(off)), _OUTLIER_SCALE)
        weight = confidence / (1 + (off / scale) ** 2)
        weighted = terms * weight[:, None, None]
        normal = np.einsum("nai,naj->ij", weighted, terms) + reserve
        camera = np.linalg.solve(normal + 1e-9 * np.eye(7), np.einsum("nai,na->i", weighted, wanted))
    return camera


def _smooth_residual(residual: FloatArray, sure: FloatArray) -> FloatArray | None:
    """Return what is left of a velocity, smooth, without noise, of the frame's sides; None for nothing."""
    height, width = sure.shape
    spread = _RESIDUAL_SIGMA * max(width, height)
    # Where nothing is sure, nothing moves.
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
    """Return the subject's opacity [h,w] in the resting frame, all zeros where there is none."""
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
