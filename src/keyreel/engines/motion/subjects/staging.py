"""Staging: who stands, floats or flies where, moves how far, and how one subject is drawn into a frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.prompts.vocabulary import Locomotion, SubjectAction
from keyreel.engines.motion.subjects import compositing, cutouts
from keyreel.engines.motion.subjects.compositing import Sprite, sprite
from keyreel.engines.motion.subjects.gestures import TRAVEL, Footing, gesture

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.path import Pose
    from keyreel.engines.motion.prompts.parser import SubjectInstruction
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.engines.motion.subjects.scene import Scene
    from keyreel.order import Order, Size

_CONTACT: Final = 0.55
_WATERLINE: Final = 0.4
_MIRRORED: Final = 0.62
_SUPPLY: Final = 1.2
"""Cut-outs are kept this much larger than first shown: the camera comes nearer."""
_CROWDED: Final = (1.0, 1.0, 0.94, 0.90, 0.86, 0.84, 0.82, 0.80)
_FULL_HEIGHT: Final = 1.08
_HIDDEN: Final = 0.07
"""How much of a subject that its picture cut off below stays under the frame's edge, for it to move in."""
_SIDE_PLACES: Final = {-1.0: 0.25, 0.0: 0.5, 1.0: 0.75}
_SINKS: Final = 0.07
_OFFSHORE: Final = 0.6
_OVERLAP: Final = 0.12
_ROOM: Final = 1.02
_CLIMB: Final = 0.34
"""How much of the frame's height what rises or sinks through the air covers in five seconds."""
_CEILING: Final = 0.10
"""The least room above what rises: it stays in the frame when the camera comes nearer."""
_TRAVELS: Final = {
    SubjectAction.WALK,
    SubjectAction.RUN,
    SubjectAction.DRIVE,
    SubjectAction.FLY,
    SubjectAction.FLOAT,
}

# By nearness -1 (far), 0, 1 (near): how far down from the horizon it stands, and how tall it is.
_GROUND: Final = ((0.34, 0.30), (0.74, 0.62), (1.0, 0.86))
_WATER: Final = ((0.20, 0.20), (0.58, 0.52), (0.92, 0.74))
# By nearness: the middle's row in the frame, the height, the disparity.
_AIR: Final = ((0.27, 0.19, 0.13), (0.40, 0.42, 0.30), (0.47, 0.62, 0.55))


class Mark(NamedTuple):
    """Where a subject's foot is: parts of the frame's width and height; its height, its disparity."""

    x: float
    row: float
    height: float
    disparity: float = 0.5


@dataclass(frozen=True, slots=True)
class Actor:
    """A subject in the scene, with the marks of its way at the shot's start and end."""

    cutout: Cutout
    sprite: Sprite
    action: SubjectAction | None
    footing: Footing
    start: Mark
    end: Mark
    seconds: float
    phase: float

    def mark(self, seconds: float) -> Mark:
        """Return where it is at a time; what flies a way flies in an arc."""
        part = seconds / self.seconds
        eased = 0.7 * part + 0.3 * (part * part * (3 - 2 * part))
        mark = Mark(*(a + (b - a) * eased for a, b in zip(self.start, self.end, strict=True)))
        if self.footing is Footing.AIR:
            arc = 0.16 * abs(self.end.x - self.start.x) * sin(pi * eased)
            return mark._replace(row=mark.row - arc)
        return mark


if TYPE_CHECKING:
    _Way = tuple[Cutout, SubjectInstruction, Footing, tuple[Mark, Mark]]


def placed(cast: list[tuple[Cutout, SubjectInstruction]], where: Scene, order: Order) -> list[Actor]:
    """Give every subject its place and its way, in the order in which they are drawn: far ones first."""
    rng = np.random.default_rng([order.seed, 17])
    columns = _columns([role for _, role in cast])
    alone = len(cast) == 1
    ways: list[_Way] = []
    for (cutout, role), x in zip(cast, columns, strict=True):
        cutout = _fit_for(cutout, x, alone=alone)  # noqa: PLW2901 - the same subject, turned
        footing = footing_of(cutout, role, where)
        at = Mark(x, 0.0, _CROWDED[min(len(cast), len(_CROWDED) - 1)])
        ways.append((cutout, role, footing, _way(cutout, role, at, footing, where=where, order=order)))
    ways = _fitting(ways, order.frame_size)
    shifts = _apart([(way[0].x, _width(cutout, way[0], order.frame_size)) for cutout, _, _, way in ways])
    actors = [
        _actor(
            cutout,
            role.action,
            footing,
            _shifted(way, shift),
            where=where,
            order=order,
            phase=rng.uniform(0, 2 * pi),
        )
        for (cutout, role, footing, way), shift in zip(ways, shifts, strict=True)
    ]
    return sorted(actors, key=lambda actor: actor.start.disparity)


def _fitting(ways: list[_Way], size: Size) -> list[_Way]:
    """Make everybody smaller where they would not fit side by side."""
    total = sum(_width(cutout, marks[0], size) for cutout, _, _, marks in ways)
    part = 1.0 if len(ways) == 1 else max(_ROOM / max(total, _ROOM), 0.5)

    def smaller(mark: Mark, footing: Footing) -> Mark:
        centred = mark.height * (1 - part) / 2 if footing is Footing.AIR else 0.0
        return mark._replace(row=mark.row - centred, height=mark.height * part)

    return [
        (cutout, role, footing, (smaller(marks[0], footing), smaller(marks[1], footing)))
        for cutout, role, footing, marks in ways
    ]


def footing_of(cutout: Cutout, role: SubjectInstruction, where: Scene) -> Footing:
    """Return what bears a subject here."""
    if cutout.cut_below:
        return Footing.EDGE
    if (
        role.climb > 0
        and role.nature is not Locomotion.SWIMS
        and role.action in {SubjectAction.FLY, SubjectAction.FLOAT}
    ):
        return Footing.AIR
    if (
        role.nature is Locomotion.FLIES
        or role.is_aloft
        or role.action is SubjectAction.FLY
        or where.weightless
    ):
        return Footing.AIR
    if where.shore is not None and (role.nature is Locomotion.SWIMS or where.shore > 1):
        return Footing.WATER
    if where.shore is not None and role.action is SubjectAction.FLOAT:
        return Footing.WATER
    return Footing.AIR if role.action is SubjectAction.FLOAT else Footing.GROUND


def _fit_for(cutout: Cutout, x: float, *, alone: bool) -> Cutout:
    """Turn a cut side to the nearer edge of the frame; fade a cut top unless the subject may fill it."""
    wrong = cutout.cut_left if x > 0.5 else cutout.cut_right if x < 0.5 else False
    if wrong and not (cutout.cut_left and cutout.cut_right):
        cutout = cutouts.mirrored(cutout)
    return cutout if alone or not cutout.cut_above else cutouts.fading_above(cutout)


def _columns(roles: list[SubjectInstruction]) -> list[float]:
    """Return each subject's place across the frame: what was asked for, the rest spread over what is left."""
    if len(roles) == 1:
        return [_SIDE_PLACES[roles[0].side or 0.0]]
    asked = {index: _SIDE_PLACES[role.side] for index, role in enumerate(roles) if role.side is not None}
    free = [(number + 0.5) / len(roles) for number in range(len(roles))]
    for place in asked.values():
        free.remove(min(free, key=lambda slot: abs(slot - place)))
    rest = iter(free)
    return [asked[index] if index in asked else next(rest) for index in range(len(roles))]


def _width(cutout: Cutout, mark: Mark, size: Size) -> float:
    high, wide = cutout.shape
    return mark.height * size.height / size.width * wide / high


def _apart(spans: list[tuple[float, float]]) -> list[float]:
    """Return how far each subject moves aside so that neighbours hardly overlap; (middle, width) each."""
    order = sorted(range(len(spans)), key=lambda index: spans[index][0])
    middles = [spans[index][0] for index in order]
    for _ in range(24):
        for left, right in zip(range(len(order)), range(1, len(order)), strict=False):
            wide = (spans[order[left]][1] + spans[order[right]][1]) / 2 * (1 - _OVERLAP)
            push = (wide - (middles[right] - middles[left])) / 2
            if push > 0:
                middles[left] -= push
                middles[right] += push
        for slot, index in enumerate(order):
            half = min(spans[index][1] * 0.49, 0.5)
            middles[slot] = min(max(middles[slot], half), 1 - half)
    moved = dict(zip(order, middles, strict=True))
    return [moved[index] - middle if len(spans) > 1 else 0.0 for index, (middle, _) in enumerate(spans)]


def _shifted(way: tuple[Mark, Mark], shift: float) -> tuple[Mark, Mark]:
    start, end = way
    return start._replace(x=start.x + shift), end._replace(x=end.x + shift)


def _way(  # noqa: PLR0913 - all that a way depends on
    cutout: Cutout, role: SubjectInstruction, at: Mark, footing: Footing, *, where: Scene, order: Order
) -> tuple[Mark, Mark]:
    size, nearness = order.frame_size, role.nearness or 0.0

    def stands(near: float) -> Mark:
        return _standing(cutout, near, at, footing, where=where, size=size)

    if role.approaches:
        return stands(max(nearness - 0.5, -1.0)), stands(min(nearness + 0.6, 1.0))
    if role.recedes:
        return stands(min(max(nearness, -0.4) + 0.6, 1.0)), stands(max(nearness - 0.6, -1.0))
    here, heading = stands(nearness), role.heading
    distance = TRAVEL.get(role.action, 0.0) if role.action else (0.3 if heading else 0.0)
    if role.action in _TRAVELS and not heading:
        heading = 1.0 if at.x < 0.5 else -1.0
        distance *= (
            0.2 if footing in {Footing.AIR, Footing.WATER} and role.action is not SubjectAction.FLY else 0.35
        )
    if cutout.cut_left or cutout.cut_right:
        distance = 0.0
    distance *= min(order.seconds / 5, 1.4) * heading
    if role.heading and role.side is None:
        here = here._replace(x=here.x * 0.4 + 0.5 * 0.6)
    climb = _CLIMB * role.climb * min(order.seconds / 5, 1.0) if footing is Footing.AIR else 0.0
    return (
        here._replace(x=here.x - distance / 2, row=here.row + climb / 2),
        here._replace(
            x=here.x + distance / 2, row=max(here.row - climb / 2, min(here.height + _CEILING, here.row))
        ),
    )


def _standing(  # noqa: PLR0913 - all that a mark depends on
    cutout: Cutout, nearness: float, at: Mark, footing: Footing, *, where: Scene, size: Size
) -> Mark:
    """Return the mark for a nearness of -1.0 … 1.0."""
    high, wide = cutout.shape
    across = size.width / size.height * high / wide
    if footing is Footing.EDGE:
        return _at_edge(cutout, nearness, at, across=across, size=size)
    widest = 0.72 * at.height * across
    if footing is Footing.AIR:
        middle, height, disparity = _between(_AIR, nearness)
        height = min(height * at.height, widest)
        return Mark(at.x, middle + height / 2, height, disparity)
    depth, height = _between(_WATER if footing is Footing.WATER else _GROUND, nearness)
    row = where.horizon + (1 - where.horizon) * depth
    if footing is Footing.WATER and where.shore is not None and where.shore <= 1:
        # Its mirror image has to lie on the water too.
        farthest = where.horizon + _OFFSHORE * (where.shore - where.horizon)
        height *= min((farthest - where.horizon) / (row - where.horizon), 1.0) ** 0.7
        row = min(row, farthest)
    # In a tall frame a subject that the width limits stands further off, not small in front.
    height, asked = min(height * at.height, widest), height * at.height
    row = where.horizon + (row - where.horizon) * (0.55 + 0.45 * height / asked)
    return Mark(at.x, row, height, where.disparity(row))


def _at_edge(cutout: Cutout, nearness: float, at: Mark, *, across: float, size: Size) -> Mark:
    """Return the mark of a subject that its picture cut off below: its lower end lies under the frame."""
    row = 1.0 + 0.02
    if cutout.cut_above:
        return Mark(at.x, row, _FULL_HEIGHT, 0.9)
    tall = 0.66 if size.height > size.width * 1.2 else 0.8
    height = tall * at.height * (1 + 0.12 * nearness)
    # Shoulders may leave a tall frame: the face is what it is about.
    widest = (1.28 if tall < 0.7 else 1.0) * across * min(at.height * 1.1, 1.0)
    height = min(height, widest)
    return Mark(at.x, row + _HIDDEN * height, height * (1 + _HIDDEN), 0.8)


def _between(table: tuple[tuple[float, ...], ...], nearness: float) -> tuple[float, ...]:
    low, part = (0, nearness + 1) if nearness <= 0 else (1, nearness)
    return tuple(a + (b - a) * part for a, b in zip(table[low], table[low + 1], strict=True))


def _actor(  # noqa: PLR0913 - all that makes a subject an actor
    cutout: Cutout,
    action: SubjectAction | None,
    footing: Footing,
    way: tuple[Mark, Mark],
    *,
    where: Scene,
    phase: float,
    order: Order,
) -> Actor:
    size = order.frame_size
    tallest = max(mark.height for mark in way) * size.height * _SUPPLY
    cutout = cutouts.scaled(cutout, max(round(min(tallest, cutout.shape[0] * 2.5)), 8))
    around = where.around((way[0].x + way[1].x) / 2)
    cutout = cutouts.harmonised(cutout, around, where.light.dimming)
    cutout = cutouts.lit_from(cutout, where.light, (way[0].x + way[1].x) / 2)
    if footing is Footing.WATER:
        cutout = cutouts.afloat(cutout, _SINKS)
    water = around[-around.shape[0] // 3 :].reshape(-1, 3).mean(axis=0).astype(np.float32)
    return Actor(cutout, sprite(cutout, water), action, footing, *way, order.seconds, phase)


def draw(actor: Actor, frame: Frame, pose: Pose, *, where: Scene, seconds: float) -> None:
    """Draw the subject, its shadow and its reflection as the camera sees them at a time."""
    size, view = where.canvas.size, where.view
    mark = actor.mark(seconds)
    bearing = gesture(actor.action, actor.footing, seconds, actor.phase)
    place = (mark.x - 0.5) * size.width / view.unit, (mark.row - 0.5) * size.height / view.unit
    x, y, enlarged = parallax.shown_at(place, pose, mark.disparity)
    high, wide = actor.sprite.shape
    scale = mark.height * size.height / high * enlarged
    foot = np.array((x * view.unit + size.width / 2, y * view.unit + size.height / 2))
    if actor.footing is Footing.EDGE:
        # A camera that comes nearer enlarges it about its lower end: the face stays in the frame.
        foot[1] = min(foot[1], size.height * 1.02 + _HIDDEN * scale * high)
    stretch = scale * bearing.wide, scale * bearing.tall
    moved = foot + np.array((bearing.aside, -bearing.lift)) * scale * high
    turn = compositing.placing(stretch, bearing.lean - pose.roll, (high, wide), moved)
    if actor.footing is Footing.WATER:
        # The mirror image starts behind the hull, whichever way that leans.
        behind = moved - (0.0, abs(bearing.lean) * wide * scale * 0.4)
        level = compositing.placing(stretch, 0.0, (high, wide), behind)
        compositing.reflect(actor.sprite.mirrored, frame, level, seconds, calm=0.0, opacity=_MIRRORED)
        dark = compositing.contact_placing(scale, bearing.wide, actor.sprite.contact, moved, flat=0.3)
        compositing.shade(actor.sprite.contact, frame, dark, _WATERLINE)
    elif actor.footing is Footing.GROUND:
        _ground(actor, frame, foot, scale, lift=bearing.lift, wide=bearing.wide, where=where)
        if where.gloss > 0:
            level = compositing.placing(stretch, 0.0, (high, wide), 2 * foot - moved)
            compositing.reflect(actor.sprite.mirrored, frame, level, seconds, calm=1.0, opacity=where.gloss)
    compositing.lay(actor.sprite.image, frame, _kept_at_edges(turn, actor.cutout, frame))


def _ground(  # noqa: PLR0913 - where and how a shadow falls
    actor: Actor,
    frame: Frame,
    foot: np.ndarray[tuple[int], np.dtype[np.float64]],
    scale: float,
    *,
    lift: float,
    wide: float,
    where: Scene,
) -> None:
    """Draw the shadows of a subject on the ground."""
    shadows = actor.sprite
    high, across = shadows.shape
    if where.light.shadow_opacity > 0:
        aside = where.light.get_shadow_slant(foot[0] / where.canvas.size.width)
        down = where.light.shadow_length
        at = foot + np.array((aside, down)) * lift * scale * high
        cast = compositing.cast_placing(
            (across * scale * wide, high * scale), (aside, down), shadows.silhouette, at
        )
        compositing.shade(shadows.silhouette, frame, cast, where.light.shadow_opacity)
    contact = compositing.contact_placing(scale, wide, shadows.contact, foot)
    compositing.shade(shadows.contact, frame, contact, _CONTACT / (1 + 6 * lift))


def _kept_at_edges(turn: compositing.Affine, cutout: Cutout, frame: Frame) -> compositing.Affine:
    """Move a cut-out so that every side that its source picture cut off touches the frame's edge."""
    box = compositing.corners(turn, cutout.shape)
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
