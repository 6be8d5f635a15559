"""Image registration: whether two images show one scene, and the homography from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.warping import to_unit_homography

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, GreyImage, Matrix, Points


_DETECTION_SIDE: Final = 640
"""Pixels of the longer side at which features are detected."""

_MAX_FEATURES: Final = 3000
_LOWE_RATIO: Final = 0.8
"""The ratio test's threshold (Lowe 2004)."""

_TOLERANCE_PX: Final = 2.5
"""Pixels, of the reduced image, by which an inlier may miss a camera move."""

_SAME_SCENE_INLIERS: Final = 28
"""Inliers of one camera move from which two images count as one scene."""

_MIN_MATCHES: Final = 10
"""Matched points below which no camera move is fitted."""

_MIN_HOMOGRAPHY_SHARE: Final = 0.45
"""The share of all inliers from which one homography explains the move."""

_LARGEST_ZOOM: Final = 4.0
"""A homography that enlarges more, or shrinks more, is not believed."""

_TARGET_MEAN: Final = 118.0
_TARGET_DEVIATION: Final = 24.0
"""Mean and standard deviation, in levels of 255, to which dim or hazy images are brought."""

_MAX_CONTRAST_GAIN: Final = 4.0
"""Levels of 255: images of less deviation are matched with more contrast, at most this many times as much."""


@dataclass(frozen=True, slots=True)
class ImageRegistration:
    """What two images have in common.

    `inliers` counts matched points that agree with one camera move. `homography` [3, 3] leads from the first
    image to the second in units of the sides; None where no single one explains the points.
    """

    inliers: int
    homography: Matrix | None = None

    @property
    def is_same_scene(self) -> bool:
        """Whether the matched points are enough to call it one scene."""
        return self.inliers >= _SAME_SCENE_INLIERS


@dataclass(frozen=True, slots=True)
class ImageFeatures:
    """An image's features: keypoints [count, 2] and their descriptors, float32 [count, 128].

    Keypoints are in pixels of a reduced image of `image_size` (width, height).
    """

    keypoints: Points
    descriptors: FloatArray
    image_size: tuple[int, int]


def detect_features(frame: Frame) -> ImageFeatures:
    """Detect the features of a frame, uint8 [height, width, 3], by SIFT (Lowe 2004), in whatever light."""
    grey = _prepare_grey(frame)
    detector = cv2.SIFT.create(nfeatures=_MAX_FEATURES, contrastThreshold=0.02)
    found, described = detector.detectAndCompute(grey, None)
    keypoints = np.array([point.pt for point in found], dtype=np.float32).reshape(-1, 2)
    descriptors = np.asarray(described if found else np.zeros((0, 128)), dtype=np.float32)
    return ImageFeatures(keypoints, _to_root_sift(descriptors), (grey.shape[1], grey.shape[0]))


def register_images(first: ImageFeatures, last: ImageFeatures) -> ImageRegistration:
    """Match two frames' features, and fit a camera move by MAGSAC++ (Barath et al. 2020)."""
    source, target = _match_keypoints(first, last)
    if len(source) < _MIN_MATCHES:
        return ImageRegistration(0)
    epipolar = _count_epipolar_inliers(source, target)
    homography, homography_inliers = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, 2 * _TOLERANCE_PX, maxIters=5000, confidence=0.999
    )
    planar = _count_inliers(homography_inliers)
    inliers = max(epipolar, planar)
    if planar < max(_MIN_MATCHES, _MIN_HOMOGRAPHY_SHARE * inliers):
        return ImageRegistration(inliers)
    unit_homography = to_unit_homography(np.asarray(homography, dtype=np.float64), *first.image_size)
    return ImageRegistration(
        inliers,
        unit_homography / unit_homography[2, 2] if _is_plausible_homography(unit_homography) else None,
    )


def measure_similarity(first: FloatArray, last: FloatArray, weights: FloatArray) -> float:
    """Correlate the directions of two images' gradients: 1 equal structure, 0 nothing in common.

    Images are float32 [h, w, 3], 0 … 255, weights [h, w] their pixels'; exposure and contrast play no part.
    """
    edges: list[FloatArray] = []
    for image in (first, last):
        grey = cv2.GaussianBlur(image.mean(axis=2), (0, 0), 1.5)
        gradient = np.dstack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)])
        edges.append(gradient / (np.linalg.norm(gradient, axis=2, keepdims=True) + 8))
    mass = weights[..., np.newaxis]
    power = sqrt(float((edges[0] ** 2 * mass).sum()) * float((edges[1] ** 2 * mass).sum()))
    common = float(np.vdot(edges[0] * mass, edges[1]))
    return common / max(power, 1e-6)


def _count_epipolar_inliers(source: Points, target: Points) -> int:
    """Count the points that agree with one epipolar geometry."""
    try:
        _, inlier_mask = cv2.findFundamentalMat(source, target, cv2.USAC_MAGSAC, _TOLERANCE_PX, 0.999, 5000)
    except cv2.error:
        # Few points, of which some coincide: OpenCV 5.0's estimator then fails on a model that it never made.
        return 0
    return _count_inliers(inlier_mask)


def _count_inliers(inlier_mask: object) -> int:
    # OpenCV returns None where it found no model, whatever its types say.
    return 0 if inlier_mask is None else int(np.count_nonzero(np.asarray(inlier_mask)))


def _is_plausible_homography(homography: Matrix) -> bool:
    corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], dtype=np.float64) @ homography.T
    if (
        np.any(corners[:, 2] * homography[2, 2] <= 0)
        or np.ptp(corners[:, 2]) > 0.7 * abs(corners[:, 2]).max()
    ):
        return False
    area = float(cv2.contourArea((corners[:, :2] / corners[:, 2:]).astype(np.float32), oriented=True))
    return _LARGEST_ZOOM**-2 < area < _LARGEST_ZOOM**2


def _match_keypoints(first: ImageFeatures, last: ImageFeatures) -> tuple[Points, Points]:
    if min(len(first.descriptors), len(last.descriptors)) <= 1:
        return first.keypoints[:0], last.keypoints[:0]
    similarity = first.descriptors @ last.descriptors.T
    ahead, sure_ahead = _find_best_matches(similarity)
    back, sure_back = _find_best_matches(similarity.T)
    rows = np.arange(len(ahead))
    chosen = rows[sure_ahead & sure_back[ahead] & (back[ahead] == rows)]
    return first.keypoints[chosen], last.keypoints[ahead[chosen]]


def _find_best_matches(similarity: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return each row's best column, and whether it passes the ratio test against the second best."""
    best = np.argmax(similarity, axis=1)
    rows = np.arange(len(similarity))
    nearest = similarity[rows, best]
    similarity[rows, best] = -1
    second = similarity.max(axis=1)
    similarity[rows, best] = nearest
    return best, np.asarray(2 - 2 * nearest < _LOWE_RATIO**2 * (2 - 2 * second))


def _to_root_sift(descriptors: FloatArray) -> FloatArray:
    # Square roots of L1-normalised vectors compare by Hellinger distance (RootSIFT, Arandjelović 2012).
    return np.asarray(
        np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)), np.float32
    )


def _prepare_grey(frame: Frame) -> GreyImage:
    height, width = frame.shape[:2]
    scale = _DETECTION_SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    grey = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    # What is dark or hazy has features as well, but SIFT's contrast threshold is absolute.
    mean, deviation = (float(each[0, 0]) for each in cv2.meanStdDev(grey))
    gain = min(max(_TARGET_DEVIATION / (deviation + 1), 1.0), _MAX_CONTRAST_GAIN)
    levels = np.rint((np.arange(256) - mean) * gain + (mean if gain == 1 else _TARGET_MEAN))
    return np.asarray(cv2.LUT(grey, np.clip(levels, 0, 255).astype(np.uint8)), dtype=np.uint8)
