"""Staging: who stands where and moves how far, and the drawing of one subject into a frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion import layers, subjects
from keyreel.engines.motion.acting import TRAVEL, airborne, gesture
from keyreel.engines.motion.raster import blended

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera import Pose
    from keyreel.engines.motion.lexicon import Action
    from keyreel.engines.motion.prompt import Role
    from keyreel.engines.motion.scene import Scene
    from keyreel.engines.motion.subjects import Cutout
    from keyreel.order import Order, Size

    FloatArray = NDArray[np.float32]

_SHADOW: Final = 0.55
_SUPPLY: Final = 1.2
"""Cut-outs are kept this much larger than first shown: the camera comes nearer."""
_ROWS: Final = (0.34, 0.74, 1.0)
_HEIGHTS: Final = (0.30, 0.62, 0.86)
_CROWDED: Final = (1.0, 1.0, 0.92, 0.84, 0.76, 0.7, 0.66, 0.62)
_CUT_HEIGHT: Final = 0.8
_FULL_HEIGHT: Final = 1.08
_ALOFT: Final = 0.7
_SIDE_PLACES: Final = {-1.0: 0.25, 0.0: 0.5, 1.0: 0.75}


class Mark(NamedTuple):
    """Where a subject stands at one moment: parts of the frame's width and height, and its own height."""

    x: float
    row: float
    height: float


@dataclass(frozen=True, slots=True)
class Actor:
    """A subject in the scene, with the marks of its way at the shot's start and end."""

    cutout: Cutout
    shadow: FloatArray
    action: Action | None
    start: Mark
    end: Mark
    seconds: float
    phase: float

    def mark(self, seconds: float) -> Mark:
        """Return where it stands at a time."""
        part = seconds / self.seconds
        eased = 0.75 * part + 0.25 * (part * part * (3 - 2 * part))
        return Mark(*(a + (b - a) * eased for a, b in zip(self.start, self.end, strict=True)))


def placed(cast: list[tuple[Cutout, Role]], where: Scene, order: Order) -> list[Actor]:
    """Give every subject its place and its way, in the order in which they are drawn: far ones first."""
    rng = np.random.default_rng([order.seed, 17])
    columns = _columns([role for _, role in cast])
    actors = []
    for (cutout, role), x in zip(cast, columns, strict=True):
        cutout = _fit_for(cutout, x, alone=len(cast) == 1)  # noqa: PLW2901 - the same subject, turned
        start, end = _way(cutout, role, Mark(x, 0.0, _CROWDED[len(cast)]), where=where, order=order)
        actors.append(
            _actor(cutout, role, (start, end), where=where, phase=rng.uniform(0, 2 * pi), order=order)
        )
    return sorted(actors, key=lambda actor: actor.start.row)


def _fit_for(cutout: Cutout, x: float, *, alone: bool) -> Cutout:
    """Turn a cut side to the nearer edge of the frame; fade a cut top unless the subject may fill it."""
    wrong = cutout.cut_left if x > 0.5 else cutout.cut_right if x < 0.5 else False
    if wrong and not (cutout.cut_left and cutout.cut_right):
        cutout = subjects.mirrored(cutout)
    return cutout if alone or not cutout.cut_above else subjects.fading_above(cutout)


def _columns(roles: list[Role]) -> list[float]:
    """Return each subject's place across the frame: what was asked for, the rest spread over what is left."""
    if len(roles) == 1:
        return [_SIDE_PLACES[roles[0].side or 0.0]]
    asked = {index: _SIDE_PLACES[role.side] for index, role in enumerate(roles) if role.side is not None}
    free = [(number + 0.5) / len(roles) for number in range(len(roles))]
    for place in asked.values():
        free.remove(min(free, key=lambda slot: abs(slot - place)))
    rest = iter(free)
    return [asked[index] if index in asked else next(rest) for index in range(len(roles))]


def _way(cutout: Cutout, role: Role, at: Mark, *, where: Scene, order: Order) -> tuple[Mark, Mark]:
    size = order.frame_size
    if airborne(role.action):
        at = at._replace(height=at.height * _ALOFT)
    here = _standing(cutout, role.nearness or 0.0, at, where=where, size=size)
    if role.approaches:
        return (
            _standing(cutout, max((role.nearness or 0.0) - 0.5, -1.0), at, where=where, size=size),
            _standing(cutout, min((role.nearness or 0.0) + 0.6, 1.0), at, where=where, size=size),
        )
    heading = role.heading
    distance = TRAVEL.get(role.action, 0.0) if role.action else (0.3 if heading else 0.0)
    if role.action and not heading and not airborne(role.action):
        heading, distance = (1.0 if at.x < 0.5 else -1.0), distance * 0.35
    if cutout.cut_left or cutout.cut_right:
        distance = 0.0
    distance *= min(order.seconds / 5, 1.4) * heading
    if heading and role.side is None and role.heading:
        here = here._replace(x=here.x * 0.4 + 0.5 * 0.6)
    return here._replace(x=here.x - distance / 2), here._replace(x=here.x + distance / 2)


def _standing(cutout: Cutout, nearness: float, at: Mark, *, where: Scene, size: Size) -> Mark:
    """Return the mark for a nearness of -1.0 … 1.0; at the frame's edge what its picture cut off below."""
    level = (nearness + 1) / 2 * 2
    low, part = (0, level) if level <= 1 else (1, level - 1)
    depth = _ROWS[low] + (_ROWS[low + 1] - _ROWS[low]) * part
    height = (_HEIGHTS[low] + (_HEIGHTS[low + 1] - _HEIGHTS[low]) * part) * at.height
    row = where.horizon + (1 - where.horizon) * depth
    if cutout.cut_below:
        row, height = 1.03, max(height, _CUT_HEIGHT * at.height)
        if cutout.cut_above:
            return Mark(at.x, row, _FULL_HEIGHT)
    high, wide = cutout.shape
    widest = 0.72 * at.height * size.width / size.height * high / wide
    return Mark(at.x, row, min(height, widest) if not cutout.cut_below else min(height, widest * 1.3))


def _actor(  # noqa: PLR0913 - all that makes a subject an actor
    cutout: Cutout, role: Role, way: tuple[Mark, Mark], *, where: Scene, phase: float, order: Order
) -> Actor:
    size = order.frame_size
    tallest = max(mark.height for mark in way) * size.height * _SUPPLY
    cutout = subjects.scaled(cutout, max(round(min(tallest, cutout.shape[0] * 2.5)), 8))
    window = where.canvas.window
    x = round((way[0].x + way[1].x) / 2 * size.width)
    reach = max(size.width // 5, 8)
    around = window[:, min(max(x - reach, 0), size.width - reach) : max(x + reach, reach)]
    cutout = subjects.harmonised(cutout, np.ascontiguousarray(around))
    return Actor(cutout, subjects.shadow(cutout), role.action, *way, order.seconds, phase)


def draw(actor: Actor, frame: Frame, pose: Pose, *, where: Scene, seconds: float) -> None:
    """Draw the subject and its shadow as the camera sees them at a time."""
    size = where.canvas.size
    mark = actor.mark(seconds)
    bearing = gesture(actor.action, seconds, actor.phase)
    view = where.view
    place = (mark.x - 0.5) * size.width / view.unit, (mark.row - 0.5) * size.height / view.unit
    x, y, enlarged = layers.shown_at(place, pose, where.disparity(min(mark.row, 1.0)))
    high, wide = actor.cutout.shape
    scale = mark.height * size.height / high * enlarged
    foot = np.array((x * view.unit + size.width / 2, y * view.unit + size.height / 2))
    if not actor.cutout.cut_below:
        ground = _placing((scale * max(abs(bearing.wide), 0.3), scale), 0.0, actor.shadow.shape, foot)
        fade = _SHADOW / (1 + 4 * bearing.lift)
        _paint(np.zeros((*actor.shadow.shape, 3), np.uint8), actor.shadow * np.float32(fade), frame, ground)
    foot += (bearing.aside * scale * high, -bearing.lift * scale * high)
    lean = bearing.lean - pose.roll
    turn = _placing((scale * bearing.wide, scale * bearing.tall), lean, (2 * high, wide), foot)
    _paint(actor.cutout.image, actor.cutout.alpha, frame, _kept_at_edges(turn, actor.cutout, frame))


def _placing(
    scale: tuple[float, float], lean: float, shape: tuple[int, ...], foot: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the affine map that brings an image's anchor, the middle of `shape`, to `foot`."""
    turn = np.array(((cos(lean), -sin(lean)), (sin(lean), cos(lean)))) @ np.diag(scale)
    anchor = np.array((shape[1] / 2, shape[0] / 2))
    return np.column_stack((turn, foot - turn @ anchor))


def _kept_at_edges(turn: NDArray[np.float64], cutout: Cutout, frame: Frame) -> NDArray[np.float64]:
    """Move a cut-out so that every side that its source picture cut off touches the frame's edge."""
    box = _corners(turn, cutout.shape)
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
    return np.column_stack((turn[:, :2], turn[:, 2] + shift))


def _corners(turn: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    high, wide = shape[:2]
    corners = np.array(((0, 0), (wide, 0), (0, high), (wide, high)), np.float64)
    return corners @ turn[:, :2].T + turn[:, 2]


def _paint(image: Frame, alpha: FloatArray, frame: Frame, turn: NDArray[np.float64]) -> None:
    """Draw an image through an affine map, only where it lands in the frame."""
    corners = _corners(turn, alpha.shape)
    x0, y0 = (max(int(value), 0) for value in np.floor(corners.min(axis=0)))
    x1 = min(int(np.ceil(corners[:, 0].max())), frame.shape[1])
    y1 = min(int(np.ceil(corners[:, 1].max())), frame.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    local = np.column_stack((turn[:, :2], turn[:, 2] - (x0, y0)))
    target = (x1 - x0, y1 - y0)
    over = cv2.warpAffine(image, local, target, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    opacity = cv2.warpAffine(alpha, local, target, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    under = np.ascontiguousarray(frame[y0:y1, x0:x1])
    frame[y0:y1, x0:x1] = blended(np.asarray(over, np.uint8), under, np.asarray(opacity, np.float32))
