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

from keyreel.engines.motion.imaging.cropping import cover_frame
from keyreel.engines.motion.imaging.pixels import blurred, resized
from keyreel.engines.motion.imaging.warping import identity, sampled
from keyreel.engines.motion.interpolation.homography_path import CameraPath
from keyreel.engines.motion.interpolation.registration import landmarks, match
from keyreel.engines.motion.layers.layered_image import ground_under
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.layers.layered_image import Stage

    FloatArray = NDArray[np.float32]
    Doubles = NDArray[np.float64]

LEAD_FRAMES: Final = 8
"""How many frames the lead lies before the last frame."""

_LONG_SIDE: Final = 640
_ROUNDS: Final = 3
_RETURN_PX: Final = 1.0
_SMOOTH: Final = 0.012
"""Of the long side: what moves by itself is no smaller."""

_UNLIKE: Final = 22.0
"""Mean difference in levels of 255 from which two frames, laid over each other, show different things."""

_CLEARLY: Final = 0.8
"""What a move leaves of the difference of both frames where it is believed."""

_NOISE: Final = 0.12
_MOST: Final = 0.012
"""Of the long side, in a frame: nothing moves faster that can be told from a cut."""

_FOUND: Final = 0.2
"""The part of what tells of motion that has to be found again."""

_AROUND: Final = 3.0
_FLAT: Final = 1.5
"""A slope, in levels a pixel, at which half is believed: noise has less, any edge more."""

_CLEAR: Final = 41
_SURELY: Final = 0.4

_SPACING: Final = 12
_FITS: Final = 6
_OUTLIER: Final = 0.004
_SELF_MOVING: Final = 0.3
"""How much a subject, which may move by itself, counts for the camera's move."""

# What a camera seldom does is believed only when much speaks for it: in, right, down, aside, up, ahead, roll.
_RESERVE: Final = np.array((0.0, 0.0, 0.0, 0.02, 0.02, 0.02, 0.0))


@dataclass(frozen=True, slots=True)
class Momentum:
    """What goes on in the next frame.

    `camera` is how much of log zoom, pan, tilt, truck, lift, dolly and roll is added in a frame (see Pose).
    `subject` is how far the subject goes by itself, in units, `own` [h,w,2] what else moves, of the frame's
    sides in a frame; None where nothing does.
    """

    camera: Doubles
    subject: tuple[float, float] = (0.0, 0.0)
    own: FloatArray | None = None


def momentum(lead: Frame, last: Frame, scene: Stage, view: View) -> Momentum:
    """Measure how the last frame moves on from the one `LEAD_FRAMES` before it; not at all after a cut."""
    pictures = [_small(each, view.size) for each in (lead, last)]
    height, width = pictures[1].shape[:2]
    subject = opacity(scene, width, height)
    ground = np.asarray(1 - (1 - _SELF_MOVING) * subject, np.float32)
    found = _velocity(pictures[0], pictures[1], ground)
    if found is None:
        return Momentum(np.zeros(7))
    velocity, sure = found
    unit = sqrt(width * height) / 2
    places = (identity(Size(width, height)) - np.array(((width - 1) / 2, (height - 1) / 2))) / unit
    places = np.asarray(places, np.float32)
    depth = ground_under(places, view)
    if scene.subject is not None:
        nearer = np.float32(scene.subject.disparity) - depth
        depth = np.asarray(depth + nearer * subject, np.float32)
    basis = _basis(places, depth)
    camera = _fitted(basis, velocity / np.float32(unit), np.asarray(sure * ground, np.float32))
    left = np.asarray(velocity - (basis @ camera) * unit, np.float32)
    # A subject keeps its shape; under it, and close to it, there is no ground to be moved.
    away = 1 - cv2.dilate(subject, np.ones((_CLEAR, _CLEAR), np.uint8))
    drift = _drift(left, sure * subject) / unit
    return Momentum(
        camera, (float(drift[0]), float(drift[1])), _own(left, np.asarray(sure * away, np.float32))
    )


def _drift(left: FloatArray, weights: FloatArray) -> Doubles:
    """Return the motion [2] on which most of a subject agrees, in pixels; none where that is noise."""
    inside = weights > _SURELY
    if not inside.any():
        return np.zeros(2)
    drift = np.median(left[inside], axis=0).astype(np.float64)
    return drift if float(np.hypot(*drift)) > _NOISE else np.zeros(2)


def _velocity(lead: Frame, last: Frame, ground: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return each pixel's motion in the next frame [h,w,2], and how sure that is [h,w]; None after a cut.

    `ground` [h,w] is how much each pixel tells of the camera.
    """
    size = Size(last.shape[1], last.shape[0])
    grid = identity(size)
    grey = [np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), np.uint8) for each in (lead, last)]
    move = _matched(lead, last, size)
    if _apart(grey, move, ground) > _CLEARLY * _apart(grey, np.eye(3), ground):
        # Before a plain wall the landmarks are the subject's: the camera stands.
        move = np.eye(3)
    telling = _textured(grey[1])
    for _ in range(_ROUNDS - 1):
        flow, sure = _searched(grey, move, grid)
        move = np.linalg.inv(_affine(grid, flow, np.asarray(sure * telling * ground, np.float32))) @ move
    flow, sure = _searched(grey, move, grid)
    sure = np.asarray(sure * telling, np.float32)
    if float(sure.sum()) < _FOUND * float(telling.sum()) or _differ(grey, move, flow, sure=sure):
        return None
    step = CameraPath(move).at(1 / LEAD_FRAMES)
    ahead = cv2.perspectiveTransform(grid.reshape(1, -1, 2), step).reshape(grid.shape)
    return np.asarray(ahead - grid - flow / LEAD_FRAMES, np.float32), sure


def _matched(lead: Frame, last: Frame, size: Size) -> Doubles:
    """Return the camera's move from one frame to the other in pixels, as far as landmarks tell it."""
    plane = match(landmarks(lead), landmarks(last)).plane
    if plane is None:
        return np.eye(3)
    units = np.diag([size.width, size.height, 1.0])
    return np.asarray(units @ plane @ np.linalg.inv(units), np.float64)


def _differ(grey: list[NDArray[np.uint8]], move: Doubles, flow: FloatArray, *, sure: FloatArray) -> bool:
    """Say whether both frames show different things even when laid over each other."""
    height, width = sure.shape
    moved = cv2.warpPerspective(grey[0], move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    seen = sampled(
        np.asarray(moved, np.float32), np.asarray(identity(Size(width, height)) + flow, np.float32)
    )
    apart = np.abs(seen - grey[1].astype(np.float32))
    return float((apart * sure).sum()) > _UNLIKE * float(sure.sum())


def _textured(grey: NDArray[np.uint8]) -> FloatArray:
    """Return how much each place tells of motion, 0.0 … 1.0: an even wall says what its neighbours say."""
    level = grey.astype(np.float32)
    across, down = cv2.Sobel(level, cv2.CV_32F, 1, 0), cv2.Sobel(level, cv2.CV_32F, 0, 1)
    energy = blurred(np.asarray((across * across + down * down) / 64, np.float32), _AROUND)
    return np.asarray(energy / (energy + _FLAT * _FLAT), np.float32)


def _apart(grey: list[NDArray[np.uint8]], move: Doubles, weights: FloatArray) -> float:
    """Return how far the moved lead is from the last frame, in levels of 255."""
    height, width = weights.shape
    moved = cv2.warpPerspective(grey[0], move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    shown = weights * cv2.warpPerspective(np.ones_like(weights), move, (width, height))
    return float((cv2.absdiff(grey[1], moved) * shown).sum() / max(float(shown.sum()), 1.0))


def _searched(
    grey: list[NDArray[np.uint8]], move: Doubles, grid: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return where the last frame's pixels are found in the moved lead, off their places, and how surely."""
    height, width = grey[1].shape
    aligned = np.asarray(cv2.warpPerspective(grey[0], move, (width, height), borderMode=cv2.BORDER_REPLICATE))
    shown = cv2.warpPerspective(np.ones((height, width), np.float32), move, (width, height))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    nothing = np.zeros((height, width, 2), np.float32)
    there = np.asarray(search.calc(grey[1], aligned, nothing.copy()), np.float32)
    back = np.asarray(search.calc(aligned, grey[1], nothing), np.float32)
    returned = there + sampled(back, np.asarray(grid + there, np.float32))
    doubt = np.linalg.norm(returned, axis=2) / _RETURN_PX
    sure = np.asarray(shown / (1 + doubt * doubt), np.float32)
    return there, sure


def _affine(grid: FloatArray, flow: FloatArray, sure: FloatArray) -> Doubles:
    """Fit one affine move to a flow, by what most of it agrees on."""
    spots = np.s_[_SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING]
    places = grid[spots].reshape(-1, 2).astype(np.float64)
    moved = places + flow[spots].reshape(-1, 2)
    trust = sure[spots].reshape(-1).astype(np.float64)
    terms = np.column_stack((places, np.ones(len(places))))
    solved = np.vstack((np.eye(2), np.zeros((1, 2))))
    for _ in range(_FITS):
        off = np.linalg.norm(moved - terms @ solved, axis=1)
        weight = np.sqrt(trust / (1 + (off / (1.0 + np.median(off))) ** 2))[:, None]
        solved = np.linalg.lstsq(terms * weight, moved * weight, rcond=None)[0]
    return np.vstack((solved.T, (0.0, 0.0, 1.0)))


def _basis(places: FloatArray, depth: FloatArray) -> Doubles:
    """Return how places [h,w] move when each of a camera's seven values grows: [h,w,2,7] (see looked_at)."""
    x, y = (places[..., axis].astype(np.float64) for axis in (0, 1))
    near, none, one = depth.astype(np.float64), np.zeros_like(x), np.ones_like(x)
    across = np.stack((x, -one, none, -near, none, x * near, y), axis=-1)
    down = np.stack((y, none, -one, none, -near, y * near, -x), axis=-1)
    return np.stack((across, down), axis=-2)


def _fitted(basis: Doubles, velocity: FloatArray, sure: FloatArray) -> Doubles:
    """Fit the camera's seven values to a velocity; what disagrees with most of it counts little."""
    spots = np.s_[_SPACING // 2 :: _SPACING, _SPACING // 2 :: _SPACING]
    terms = basis[spots].reshape(-1, 2, 7)
    wanted = velocity[spots].reshape(-1, 2).astype(np.float64)
    trust = sure[spots].reshape(-1).astype(np.float64)
    reserve = np.diag(_RESERVE * float(trust.sum()))
    camera = np.zeros(7)
    for number in range(_FITS):
        off = np.linalg.norm(wanted - terms @ camera, axis=1)
        scale = _OUTLIER if number else max(float(np.median(off)), _OUTLIER)
        weight = trust / (1 + (off / scale) ** 2)
        weighted = terms * weight[:, None, None]
        normal = np.einsum("nai,naj->ij", weighted, terms) + reserve
        camera = np.linalg.solve(normal + 1e-9 * np.eye(7), np.einsum("nai,na->i", weighted, wanted))
    return camera


def _own(left: FloatArray, sure: FloatArray) -> FloatArray | None:
    """Return what is left of a velocity, smooth, without noise, of the frame's sides; None for nothing."""
    height, width = sure.shape
    spread = _SMOOTH * max(width, height)
    # Where nothing is sure, nothing moves.
    mass = blurred(sure, spread) + np.float32(0.25)
    smooth = blurred(np.asarray(left * sure[..., None], np.float32), spread) / mass[..., None]
    speed = np.linalg.norm(smooth, axis=2)
    most = _MOST * max(width, height)
    kept = np.clip(speed - _NOISE, 0, most) / np.maximum(speed, 1e-6)
    if float(kept.max()) == 0:
        return None
    own = smooth * kept[..., None] / np.array((width, height))
    return np.asarray(own, np.float32)


def opacity(scene: Stage, width: int, height: int) -> FloatArray:
    """Return the subject's opacity [h,w] in the resting frame, all zeros where there is none."""
    if scene.subject is None:
        return np.zeros((height, width), np.float32)
    left, top = (round(each) for each in scene.subject.origin)
    frame = scene.background.size
    alpha = cv2.extractChannel(scene.subject.image, 3)[top : top + frame.height, left : left + frame.width]
    return resized(np.asarray(alpha / np.float32(255), np.float32), width, height)


def _small(frame: Frame, size: Size) -> Frame:
    scale = min(_LONG_SIDE / max(size.width, size.height), 1.0)
    return resized(cover_frame(frame, size), round(size.width * scale), round(size.height * scale))
