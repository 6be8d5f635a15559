"""Whether two pictures show the same scene, and the camera move that leads from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame

    Matrix = NDArray[np.float64]
    Points = NDArray[np.float32]

_SIDE: Final = 640
_FEATURES: Final = 3000
_RATIO: Final = 0.8
_TOLERANCE_PX: Final = 2.5
_RELATED: Final = 28
"""Inliers of one epipolar geometry from which two pictures count as one scene."""

_FEWEST: Final = 10
_PLANE_SHARE: Final = 0.45
_LARGEST_ZOOM: Final = 4.0

_GREY: Final = 118.0
_SPREAD: Final = 24.0
_STEEPEST: Final = 4.0
"""Pictures of less spread than this, in levels of 255, are matched with more contrast, up to this often."""


@dataclass(frozen=True, slots=True)
class Match:
    """What two pictures have in common.

    `inliers` counts matched points that agree with one camera move. `plane` is the homography from the
    first picture to the second in units of the frame's sides, None where no single one explains the points.
    """

    inliers: int
    plane: Matrix | None = None

    @property
    def related(self) -> bool:
        """Whether the points alone show one scene."""
        return self.inliers >= _RELATED


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The points by which a picture is known again: where they are, how they look, and the picture's size.

    Places are pixels of a reduced picture of that size (width, height).
    """

    places: Points
    looks: NDArray[np.float32]
    size: tuple[int, int]


def landmarks(frame: Frame) -> Landmarks:
    """Find a frame's landmarks by SIFT, in whatever light it is."""
    grey = _scaled(frame)
    finder = cv2.SIFT.create(nfeatures=_FEATURES, contrastThreshold=0.02)
    found, described = finder.detectAndCompute(grey, None)
    places = np.array([point.pt for point in found], dtype=np.float32).reshape(-1, 2)
    rows = np.asarray(described if found else np.zeros((0, 128)), dtype=np.float32)
    return Landmarks(places, _normalised(rows), (grey.shape[1], grey.shape[0]))


def match(first: Landmarks, last: Landmarks) -> Match:
    """Match the landmarks of two frames of one size by MAGSAC."""
    source, target = _matched_points(first, last)
    if len(source) < _FEWEST:
        return Match(0)
    epipolar = _epipolar(source, target)
    homography, planar = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, 2 * _TOLERANCE_PX, maxIters=5000, confidence=0.999
    )
    on_plane = _count(planar)
    inliers = max(epipolar, on_plane)
    if on_plane < max(_FEWEST, _PLANE_SHARE * inliers):
        return Match(inliers)
    units = np.diag([*first.size, 1.0])
    plane = np.linalg.inv(units) @ np.asarray(homography, dtype=np.float64) @ units
    return Match(inliers, plane / plane[2, 2] if _is_camera_move(plane) else None)


def _epipolar(source: Points, target: Points) -> int:
    """Count the points that agree with one epipolar geometry."""
    try:
        _, agreeing = cv2.findFundamentalMat(source, target, cv2.USAC_MAGSAC, _TOLERANCE_PX, 0.999, 5000)
    except cv2.error:
        # Few points of which some lie on each other: OpenCV 5.0's estimator meets a model that it never made.
        return 0
    return _count(agreeing)


def _count(inside: object) -> int:
    # OpenCV gives None where it found no model, whatever its types say.
    return 0 if inside is None else int(np.count_nonzero(np.asarray(inside)))


def _is_camera_move(plane: Matrix) -> bool:
    corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], dtype=np.float64) @ plane.T
    if np.any(corners[:, 2] * plane[2, 2] <= 0) or np.ptp(corners[:, 2]) > 0.7 * abs(corners[:, 2]).max():
        return False
    area = float(cv2.contourArea((corners[:, :2] / corners[:, 2:]).astype(np.float32), oriented=True))
    return _LARGEST_ZOOM**-2 < area < _LARGEST_ZOOM**2


def _matched_points(first: Landmarks, last: Landmarks) -> tuple[Points, Points]:
    if min(len(first.looks), len(last.looks)) <= 1:
        return first.places[:0], last.places[:0]
    alike = first.looks @ last.looks.T
    ahead, sure_ahead = _best(alike)
    back, sure_back = _best(alike.T)
    rows = np.arange(len(ahead))
    chosen = rows[sure_ahead & sure_back[ahead] & (back[ahead] == rows)]
    return first.places[chosen], last.places[ahead[chosen]]


def _best(alike: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return each row's best column, and whether it is clearly better than the second."""
    best = np.argmax(alike, axis=1)
    rows = np.arange(len(alike))
    nearest = alike[rows, best]
    alike[rows, best] = -1
    second = alike.max(axis=1)
    alike[rows, best] = nearest
    return best, np.asarray(2 - 2 * nearest < _RATIO**2 * (2 - 2 * second))


def _normalised(features: NDArray[np.float32]) -> NDArray[np.float32]:
    # Square roots of L1-normalised vectors compare by Hellinger distance (RootSIFT, Arandjelović 2012).
    return np.asarray(np.sqrt(features / np.maximum(features.sum(axis=1, keepdims=True), 1e-6)), np.float32)


def _scaled(frame: Frame) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    scale = _SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    grey = cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    # What is dark or hazy has landmarks as well: SIFT's threshold counts in levels of light.
    mean, spread = (float(each[0, 0]) for each in cv2.meanStdDev(grey))
    gain = min(max(_SPREAD / (spread + 1), 1.0), _STEEPEST)
    levels = np.rint((np.arange(256) - mean) * gain + (mean if gain == 1 else _GREY))
    return np.asarray(cv2.LUT(grey, np.clip(levels, 0, 255).astype(np.uint8)), dtype=np.uint8)
