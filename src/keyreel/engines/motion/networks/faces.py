"""Faces in an image: found by BlazeFace, with the 468 landmarks of MediaPipe's face mesh.

Images are RGB, uint8 [height, width, 3]. Knows nothing of what becomes of the faces.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, ceil, cos, degrees, hypot, sin
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import resize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Matrix
    from keyreel.engines.motion.networks.models import Networks


_DETECTOR_SIDE: Final = 128
_LANDMARK_SIDE: Final = 192
"""Pixels of the two networks' square inputs."""

_SEARCH_SIDE: Final = 256
"""Pixels of an image's shorter side when faces are looked for."""

_TILE_SHARES: Final = (1.0, 0.7)
"""Sides of the square tiles that are looked at besides the whole image, in parts of its shorter side."""

_MIN_ELONGATION: Final = 1.15
"""Longer side over shorter side from which an image is looked at in squares as well."""

_MIN_SCORE: Final = 0.6
_MIN_PRESENCE: Final = 0.9
"""Of detector and landmarks, 0 … 1: photographed faces have 0.66 and 0.98 up, nothing else has both."""

_MAX_DISAGREEMENT: Final = 0.06
"""How far, in widths of the face, two looks at the same face may place its landmarks apart."""

_CROP_ENLARGEMENT: Final = 1.5
"""Side of the landmarks' crop, in sides of the box around a face."""

_MAX_FACES: Final = 6

RIGHT_CHEEK, LEFT_CHEEK, FOREHEAD, CHIN = 234, 454, 10, 152
_RIGHT_EYE_CORNER, _LEFT_EYE_CORNER = 33, 263
"""Landmarks; right and left are the person's own."""


class HeadPose(NamedTuple):
    """How a head is turned away from the viewer, in degrees: about its vertical, across, and in the image."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Face:
    """A face. `landmarks` is float32 [468, 3]: x, y and depth (smaller is nearer) in the image's pixels."""

    landmarks: FloatArray

    @property
    def width(self) -> float:
        """From cheek to cheek, in pixels of the image, without the turn of the head."""
        return float(np.linalg.norm(self.landmarks[LEFT_CHEEK] - self.landmarks[RIGHT_CHEEK]))

    @property
    def pose(self) -> HeadPose:
        """How the head is turned."""
        across = self.landmarks[LEFT_CHEEK] - self.landmarks[RIGHT_CHEEK]
        down = self.landmarks[CHIN] - self.landmarks[FOREHEAD]
        return HeadPose(
            degrees(atan2(across[2], hypot(across[0], across[1]))),
            degrees(atan2(down[2], hypot(down[0], down[1]))),
            degrees(atan2(across[1], across[0])),
        )


class _Candidate(NamedTuple):
    """A face as the detector sees it: centre and width of its box in pixels, rotation in radians."""

    score: float
    x: float
    y: float
    size: float
    rotation: float


class _FaceCrop(NamedTuple):
    """A square of the image around a face: centre and side in pixels, rotation in radians."""

    x: float
    y: float
    side: float
    rotation: float


def find_faces(image: Frame, nets: Networks) -> tuple[Face, ...]:
    """Return the faces of an image, largest first. Takes 12 ms where there are none, 3 ms more for each."""
    scale = min(_SEARCH_SIDE / min(image.shape[:2]), 1.0)
    small = resize(image, round(image.shape[1] * scale), round(image.shape[0] * scale))
    candidates = sorted(
        (found for tile in _cut_tiles(small) for found in _detect(small, tile, nets)), reverse=True
    )
    kept: list[_Candidate] = []
    for each in candidates:
        if all(hypot(each.x - other.x, each.y - other.y) > max(each.size, other.size) / 2 for other in kept):
            kept.append(each)
    faces = (_locate_landmarks(image, each, scale, nets) for each in kept[:_MAX_FACES])
    return tuple(sorted((face for face in faces if face), key=lambda face: -face.width))


def warm_up_faces(nets: Networks) -> None:
    """Compile both networks, which takes 0.3 s, before there is an image."""
    nets.face_detection.prepare((1, _DETECTOR_SIDE, _DETECTOR_SIDE, 3))
    nets.face_landmark.prepare((1, _LANDMARK_SIDE, _LANDMARK_SIDE, 3))


def _cut_tiles(image: Frame) -> Iterator[tuple[int, int, int, int]]:
    """Yield boxes to look at: left, top, width, height. The first is the whole image."""
    height, width = image.shape[:2]
    yield 0, 0, width, height
    short = min(height, width)
    for share in _TILE_SHARES:
        if share == 1.0 and max(height, width) < short * _MIN_ELONGATION:
            continue
        side = round(short * share)
        for top in _spread(height - side, side):
            for left in _spread(width - side, side):
                yield left, top, side, side


def _spread(room: int, side: int) -> list[int]:
    """Return starts from 0 to `room` that are no more than four fifths of a side apart."""
    steps = ceil(room / (side * 0.8))
    return [round(room * step / steps) for step in range(steps + 1)] if steps else [0]


def _detect(image: Frame, tile: tuple[int, int, int, int], nets: Networks) -> Iterator[_Candidate]:
    """Yield what the detector takes for faces in a tile, in pixels of the image."""
    left, top, width, height = tile
    scale = _DETECTOR_SIDE / max(width, height)
    small = resize(
        image[top : top + height, left : left + width], round(width * scale), round(height * scale)
    )
    square = np.zeros((_DETECTOR_SIDE, _DETECTOR_SIDE, 3), np.float32)
    square[: small.shape[0], : small.shape[1]] = small * np.float32(1 / 127.5) - np.float32(1)
    boxes, logits = nets.face_detection(square[None])
    scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0], -50, 50)))
    for index in np.flatnonzero(scores > _MIN_SCORE):
        box = boxes[0, index]
        anchor = _ANCHORS[index] * _DETECTOR_SIDE
        eyes = box[6:8] - box[4:6]
        yield _Candidate(
            float(scores[index]),
            float(box[0] + anchor[0]) / scale + left,
            float(box[1] + anchor[1]) / scale + top,
            float(box[2]) / scale,
            atan2(float(eyes[1]), float(eyes[0])),
        )


def _build_anchors() -> FloatArray:
    """Return the anchors of BlazeFace, float32 [896, 2], as parts of its input's side."""
    anchors = [
        ((column + 0.5) / cells, (row + 0.5) / cells)
        for cells, per_cell in ((16, 2), (8, 6))
        for row in range(cells)
        for column in range(cells)
        for _ in range(per_cell)
    ]
    return np.array(anchors, np.float32)


_ANCHORS: Final = _build_anchors()


def _locate_landmarks(image: Frame, candidate: _Candidate, scale: float, nets: Networks) -> Face | None:
    """Return a candidate's landmarks; None unless two looks at it agree that and where there is a face."""
    _, x, y, size, rotation = candidate
    side = size / scale * _CROP_ENLARGEMENT
    first = _run_landmarks(image, _FaceCrop(x / scale, y / scale, side, rotation), nets)
    if first is None:
        return None
    again = _run_landmarks(image, _crop_around(first), nets)
    if again is None:
        return None
    face = Face(again)
    apart = float(np.linalg.norm(again[:, :2] - first[:, :2], axis=1).mean())
    return face if apart < _MAX_DISAGREEMENT * face.width else None


def _crop_around(landmarks: FloatArray) -> _FaceCrop:
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    eyes = landmarks[_LEFT_EYE_CORNER] - landmarks[_RIGHT_EYE_CORNER]
    x, y = (float(each) for each in (low + high) / 2)
    return _FaceCrop(x, y, float((high - low).max()) * _CROP_ENLARGEMENT, atan2(eyes[1], eyes[0]))


def _run_landmarks(image: Frame, crop: _FaceCrop, nets: Networks) -> FloatArray | None:
    """Return the landmarks [468, 3] found in a crop of the image; None where it shows no face."""
    per_pixel = crop.side / _LANDMARK_SIDE
    cosine, sine = cos(crop.rotation) * per_pixel, sin(crop.rotation) * per_pixel
    turn = np.array(((cosine, -sine), (sine, cosine)))
    start = np.array((crop.x, crop.y)) - turn @ np.full(2, _LANDMARK_SIDE / 2)
    to_image: Matrix = np.column_stack((turn, start))
    side, flags = (_LANDMARK_SIDE, _LANDMARK_SIDE), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    upright = cv2.warpAffine(image, to_image, side, flags=flags)
    points, logit = nets.face_landmark(np.asarray(upright, np.float32)[None] / np.float32(255))
    if 1 / (1 + np.exp(-float(logit.ravel()[0]))) < _MIN_PRESENCE:
        return None
    found = points.reshape(-1, 3)
    placed = found[:, :2] @ turn.T + start
    return np.column_stack((placed, found[:, 2] * per_pixel)).astype(np.float32)
