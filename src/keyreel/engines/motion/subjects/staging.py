"""Staging: where each subject stands, floats or flies, and how far it travels; draws nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi, sin
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.prompts.vocabulary import Locomotion, SubjectAction
from keyreel.engines.motion.subjects import arrangement, cutouts
from keyreel.engines.motion.subjects.arrangement import FramePosition, PlannedSubject, compute_width
from keyreel.engines.motion.subjects.compositing import SubjectSprite, create_sprite
from keyreel.engines.motion.subjects.gestures import TRAVEL_BY_ACTION, Footing

if TYPE_CHECKING:
    from keyreel.engines.motion.prompts.between_subjects.relations import Relation
    from keyreel.engines.motion.prompts.parser import SubjectInstruction
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.engines.motion.subjects.scene import Scene
    from keyreel.order import Order, Size

_CUTOUT_OVERSAMPLING: Final = 1.2
"""Factor on the cutouts' resolution at their largest: the camera comes nearer."""
_HEIGHT_BY_COUNT: Final = (1.0, 1.0, 0.94, 0.90, 0.86, 0.84, 0.82, 0.80)
"""Factor on heights by the number of subjects."""
_FULL_HEIGHT: Final = 1.08
"""Height, in frames, of a subject that its image cut off above and below."""
HIDDEN_BELOW_FRAME: Final = 0.07
"""The part of a subject cut off below that stays under the frame's edge, so that it can move."""
_SIDE_COLUMNS: Final = {-1.0: 0.25, 0.0: 0.5, 1.0: 0.75}
"""Parts of the frame's width by a prompt's side."""
_SUBMERGED_SHARE: Final = 0.07
"""The part of a swimming subject's height that lies under water."""
_MAX_OFFSHORE: Final = 0.6
"""How far towards the shoreline a swimming subject may be, as a part of the water."""
_MAX_OVERLAP: Final = 0.12
"""The part of their mean width by which neighbours may overlap."""
_MAX_TOTAL_WIDTH: Final = 1.02
"""In frame widths."""
_VERTICAL_TRAVEL: Final = 0.34
"""How much of the frame's height a subject that rises or sinks covers in five seconds."""
_MIN_HEADROOM: Final = 0.10
"""The least room above a rising subject, in frame heights: the camera may come nearer."""
_TRAVELLING_ACTIONS: Final = {
    SubjectAction.WALK,
    SubjectAction.RUN,
    SubjectAction.DRIVE,
    SubjectAction.FLY,
    SubjectAction.FLOAT,
}

# By nearness -1 (far), 0, 1 (near): how far down from the horizon it stands, and how tall it is.
_GROUND_POSITIONS: Final = ((0.34, 0.30), (0.74, 0.62), (1.0, 0.86))
_WATER_POSITIONS: Final = ((0.20, 0.20), (0.58, 0.52), (0.92, 0.74))
# By nearness: the middle's row in the frame, the height, the disparity.
_AIR_POSITIONS: Final = ((0.27, 0.19, 0.13), (0.40, 0.42, 0.30), (0.47, 0.62, 0.55))


@dataclass(frozen=True, slots=True)
class StagedSubject:
    """A subject in the scene, with its positions at the shot's start and end; `phase` is in radians."""

    cutout: Cutout
    sprite: SubjectSprite
    action: SubjectAction | None
    footing: Footing
    start: FramePosition
    end: FramePosition
    seconds: float
    phase: float
    instruction: SubjectInstruction

    def compute_position(self, seconds: float) -> FramePosition:
        """Return its position at a time; a subject that flies sideways flies in an arc."""
        part = seconds / self.seconds
        eased = 0.7 * part + 0.3 * (part * part * (3 - 2 * part))
        position = FramePosition(*(a + (b - a) * eased for a, b in zip(self.start, self.end, strict=True)))
        if self.footing is Footing.AIR:
            arc = 0.16 * abs(self.end.x - self.start.x) * sin(pi * eased)
            return position._replace(row=position.row - arc)
        return position


def position_subjects(
    cast: list[tuple[Cutout, SubjectInstruction]],
    scene: Scene,
    order: Order,
    relations: tuple[Relation, ...] = (),
) -> list[StagedSubject]:
    """Give every subject its position and path; returned in drawing order, far ones first.

    `relations` are solved: sizes, sides and who is on, behind or after whom.
    """
    rng = np.random.default_rng([order.seed, 17])
    cast = _direct_by_relations(cast, relations)
    planned = _shrink_to_fit(_plan_subjects(cast, scene, order, relations), order.frame_size)
    placed_by_others = {each.subject for each in relations if each.kind in arrangement.DEPENDENT_KINDS}
    free = [each for each in planned if each.instruction.name not in placed_by_others]
    shifts = iter(
        _spread_spans(
            [(each.path[0].x, compute_width(each.cutout, each.path[0], order.frame_size)) for each in free]
        )
    )
    planned = [
        each._replace(path=_shift_path(each.path, next(shifts)))
        if each.instruction.name not in placed_by_others
        else each
        for each in planned
    ]
    planned = arrangement.draw_together(planned, relations, order.frame_size)
    planned = arrangement.place_dependents(planned, relations, order.frame_size)
    staged_subjects = [
        _stage_subject(each, scene=scene, order=order, phase=rng.uniform(0, 2 * pi)) for each in planned
    ]
    return sorted(staged_subjects, key=lambda each: each.start.disparity)


def _direct_by_relations(
    cast: list[tuple[Cutout, SubjectInstruction]], relations: tuple[Relation, ...]
) -> list[tuple[Cutout, SubjectInstruction]]:
    """Return the cast with the depth and the heading that relations give, each facing where it goes."""
    headings = arrangement.direct_chases([instruction for _, instruction in cast], relations)
    directed: list[tuple[Cutout, SubjectInstruction]] = []
    for cutout, instruction in cast:
        step = arrangement.get_depth_step(instruction, relations)
        nearness = max(min((instruction.nearness or 0.0) + step, 1.0), -1.0) if step else instruction.nearness
        heading = (
            instruction.heading if cutout.cut_below else headings.get(instruction.name, instruction.heading)
        )
        facing = cutouts.measure_facing(cutout) if instruction.is_four_legged else 0.0
        turned = cutouts.mirror_cutout(cutout) if facing * heading < 0 else cutout
        directed.append((turned, replace(instruction, nearness=nearness, heading=heading)))
    return directed


def _plan_subjects(
    cast: list[tuple[Cutout, SubjectInstruction]],
    scene: Scene,
    order: Order,
    relations: tuple[Relation, ...],
) -> list[PlannedSubject]:
    """Plan each subject's size and path by itself, in columns from left to right."""
    instructions = [instruction for _, instruction in cast]
    from_left = arrangement.order_subjects(instructions, relations)
    columns_from_left = _choose_columns([instructions[index] for index in from_left])
    columns = dict(zip(from_left, columns_from_left, strict=True))
    share = _HEIGHT_BY_COUNT[min(len(cast), len(_HEIGHT_BY_COUNT) - 1)]
    footings = [choose_footing(*each, scene) for each in cast]
    heights = arrangement.scale_relative_heights(instructions, footings)
    planned: list[PlannedSubject] = []
    for index, (cutout, instruction) in enumerate(cast):
        x = columns[index]
        cutout = _orient_cutout(cutout, x, alone=len(cast) == 1)  # noqa: PLW2901 - the same subject, turned
        base_position = FramePosition(x, 0.0, share * heights[index])
        path = _plan_path(cutout, instruction, base_position, footings[index], scene=scene, order=order)
        planned.append(PlannedSubject(cutout, instruction, footings[index], path))
    return planned


def _shrink_to_fit(planned: list[PlannedSubject], size: Size) -> list[PlannedSubject]:
    """Make every subject smaller where they would not fit side by side."""
    total = sum(compute_width(each.cutout, each.path[0], size) for each in planned)
    part = 1.0 if len(planned) == 1 else max(_MAX_TOTAL_WIDTH / max(total, _MAX_TOTAL_WIDTH), 0.5)

    def shrink(position: FramePosition, footing: Footing) -> FramePosition:
        centred = position.height * (1 - part) / 2 if footing is Footing.AIR else 0.0
        return position._replace(row=position.row - centred, height=position.height * part)

    return [
        each._replace(path=(shrink(each.path[0], each.footing), shrink(each.path[1], each.footing)))
        for each in planned
    ]


def choose_footing(cutout: Cutout, instruction: SubjectInstruction, scene: Scene) -> Footing:
    """Return what bears a subject in this scene."""
    if cutout.cut_below:
        return Footing.EDGE
    if (
        instruction.vertical_heading > 0
        and instruction.locomotion is not Locomotion.SWIMS
        and instruction.action in {SubjectAction.FLY, SubjectAction.FLOAT}
    ):
        return Footing.AIR
    if (
        instruction.locomotion is Locomotion.FLIES
        or instruction.is_airborne
        or instruction.action is SubjectAction.FLY
        or scene.weightless
    ):
        return Footing.AIR
    if scene.shore is not None and (instruction.locomotion is Locomotion.SWIMS or scene.shore > 1):
        return Footing.WATER
    if scene.shore is not None and instruction.action is SubjectAction.FLOAT:
        return Footing.WATER
    return Footing.AIR if instruction.action is SubjectAction.FLOAT else Footing.GROUND


def _orient_cutout(cutout: Cutout, x: float, *, alone: bool) -> Cutout:
    """Mirror a cut side to the nearer edge of the frame; fade a cut top unless the subject may fill it."""
    wrong = cutout.cut_left if x > 0.5 else cutout.cut_right if x < 0.5 else False
    if wrong and not (cutout.cut_left and cutout.cut_right):
        cutout = cutouts.mirror_cutout(cutout)
    return cutout if alone or not cutout.cut_above else cutouts.fade_top(cutout)


def _choose_columns(instructions: list[SubjectInstruction]) -> list[float]:
    """Return each subject's column, 0.0 … 1.0: the prompt's, the others spread over what is left."""
    if len(instructions) == 1:
        return [_SIDE_COLUMNS[instructions[0].side or 0.0]]
    requested = {
        index: _SIDE_COLUMNS[instruction.side]
        for index, instruction in enumerate(instructions)
        if instruction.side is not None
    }
    free = [(number + 0.5) / len(instructions) for number in range(len(instructions))]
    for column in requested.values():
        free.remove(min(free, key=lambda slot: abs(slot - column)))
    rest = iter(free)
    return [requested[index] if index in requested else next(rest) for index in range(len(instructions))]


def _spread_spans(spans: list[tuple[float, float]]) -> list[float]:
    """Return how far each subject moves aside so that neighbours hardly overlap.

    Spans are (middle, width), all in parts of the frame's width.
    """
    order = sorted(range(len(spans)), key=lambda index: spans[index][0])
    middles = [spans[index][0] for index in order]
    for _ in range(24):
        for left, right in zip(range(len(order)), range(1, len(order)), strict=False):
            wide = (spans[order[left]][1] + spans[order[right]][1]) / 2 * (1 - _MAX_OVERLAP)
            push = (wide - (middles[right] - middles[left])) / 2
            if push > 0:
                middles[left] -= push
                middles[right] += push
        for slot, index in enumerate(order):
            half = min(spans[index][1] * 0.49, 0.5)
            middles[slot] = min(max(middles[slot], half), 1 - half)
    moved = dict(zip(order, middles, strict=True))
    return [moved[index] - middle if len(spans) > 1 else 0.0 for index, (middle, _) in enumerate(spans)]


def _shift_path(
    path: tuple[FramePosition, FramePosition], shift: float
) -> tuple[FramePosition, FramePosition]:
    start, end = path
    return start._replace(x=start.x + shift), end._replace(x=end.x + shift)


def _plan_path(  # noqa: PLR0913 - all that a path depends on
    cutout: Cutout,
    instruction: SubjectInstruction,
    base_position: FramePosition,
    footing: Footing,
    *,
    scene: Scene,
    order: Order,
) -> tuple[FramePosition, FramePosition]:
    size, nearness = order.frame_size, instruction.nearness or 0.0

    def stand_at(near: float) -> FramePosition:
        return _compute_standing_position(cutout, near, base_position, footing, scene=scene, size=size)

    if instruction.approaches:
        return stand_at(max(nearness - 0.5, -1.0)), stand_at(min(nearness + 0.6, 1.0))
    if instruction.recedes:
        return stand_at(min(max(nearness, -0.4) + 0.6, 1.0)), stand_at(max(nearness - 0.6, -1.0))
    here = stand_at(nearness)
    if instruction.heading and instruction.side is None:
        here = here._replace(x=here.x * 0.4 + 0.5 * 0.6)
    distance = _compute_travel(cutout, instruction, footing, is_left=base_position.x < 0.5)
    distance *= min(order.seconds / 5, 1.4)
    rise = (
        _VERTICAL_TRAVEL * instruction.vertical_heading * min(order.seconds / 5, 1.0)
        if footing is Footing.AIR
        else 0.0
    )
    highest = min(here.height + _MIN_HEADROOM, here.row)
    return (
        here._replace(x=here.x - distance / 2, row=here.row + rise / 2),
        here._replace(x=here.x + distance / 2, row=max(here.row - rise / 2, highest)),
    )


def _compute_travel(
    cutout: Cutout, instruction: SubjectInstruction, footing: Footing, *, is_left: bool
) -> float:
    """Return how far a subject travels to the right in five seconds, in frame widths."""
    action, heading = instruction.action, instruction.heading
    distance = TRAVEL_BY_ACTION.get(action, 0.0) if action else (0.3 if heading else 0.0)
    if action in _TRAVELLING_ACTIONS and not heading:
        # It goes where it looks, or else towards the middle.
        facing = cutouts.measure_facing(cutout) if instruction.is_four_legged else 0.0
        heading = facing or (1.0 if is_left else -1.0)
        hovers = footing in {Footing.AIR, Footing.WATER} and action is not SubjectAction.FLY
        distance *= 0.2 if hovers else 0.35
    return 0.0 if cutout.cut_left or cutout.cut_right else distance * heading


def _compute_standing_position(  # noqa: PLR0913 - all that a position depends on
    cutout: Cutout,
    nearness: float,
    base_position: FramePosition,
    footing: Footing,
    *,
    scene: Scene,
    size: Size,
) -> FramePosition:
    """Return the position for a nearness of -1.0 … 1.0."""
    high, wide = cutout.shape
    across = size.width / size.height * high / wide
    if footing is Footing.EDGE:
        return _compute_edge_position(cutout, nearness, base_position, across=across, size=size)
    widest = 0.72 * base_position.height * across
    if footing is Footing.AIR:
        middle, height, disparity = _interpolate_table(_AIR_POSITIONS, nearness)
        height = min(height * base_position.height, widest)
        return FramePosition(base_position.x, middle + height / 2, height, disparity)
    depth, height = _interpolate_table(
        _WATER_POSITIONS if footing is Footing.WATER else _GROUND_POSITIONS, nearness
    )
    row = scene.horizon + (1 - scene.horizon) * depth
    if footing is Footing.WATER and scene.shore is not None and scene.shore <= 1:
        # Its reflection has to lie on the water too.
        farthest = scene.horizon + _MAX_OFFSHORE * (scene.shore - scene.horizon)
        height *= min((farthest - scene.horizon) / (row - scene.horizon), 1.0) ** 0.7
        row = min(row, farthest)
    # In a tall frame a subject that the width limits stands further off, not small in front.
    height, wanted_height = min(height * base_position.height, widest), height * base_position.height
    row = scene.horizon + (row - scene.horizon) * (0.55 + 0.45 * height / wanted_height)
    return FramePosition(base_position.x, row, height, scene.compute_disparity(row))


def _compute_edge_position(
    cutout: Cutout, nearness: float, base_position: FramePosition, *, across: float, size: Size
) -> FramePosition:
    """Return the position of a subject that its image cut off below: its lower end lies under the frame."""
    row = 1.0 + 0.02
    if cutout.cut_above:
        return FramePosition(base_position.x, row, _FULL_HEIGHT, 0.9)
    tall = 0.66 if size.height > size.width * 1.2 else 0.8
    height = tall * base_position.height * (1 + 0.12 * nearness)
    # Shoulders may leave a tall frame, the face may not.
    widest = (1.28 if tall < 0.7 else 1.0) * across * min(base_position.height * 1.1, 1.0)
    height = min(height, widest)
    return FramePosition(
        base_position.x, row + HIDDEN_BELOW_FRAME * height, height * (1 + HIDDEN_BELOW_FRAME), 0.8
    )


def _interpolate_table(table: tuple[tuple[float, ...], ...], nearness: float) -> tuple[float, ...]:
    low, part = (0, nearness + 1) if nearness <= 0 else (1, nearness)
    return tuple(a + (b - a) * part for a, b in zip(table[low], table[low + 1], strict=True))


def _stage_subject(planned: PlannedSubject, *, scene: Scene, phase: float, order: Order) -> StagedSubject:
    """Scale a planned subject, fit its light to the scene, and prepare its sprite."""
    cutout, instruction, footing, path = planned
    tallest = max(position.height for position in path) * order.frame_size.height * _CUTOUT_OVERSAMPLING
    cutout = cutouts.scale_cutout(cutout, max(round(min(tallest, cutout.shape[0] * 2.5)), 8))
    middle_x = (path[0].x + path[1].x) / 2
    surroundings = scene.sample_surroundings(middle_x)
    cutout = cutouts.harmonise_cutout(cutout, surroundings, scene.light.dimming)
    cutout = cutouts.relight_cutout(cutout, scene.light, middle_x)
    if footing is Footing.WATER:
        cutout = cutouts.cut_at_waterline(cutout, _SUBMERGED_SHARE)
    water = surroundings[-surroundings.shape[0] // 3 :].reshape(-1, 3).mean(axis=0).astype(np.float32)
    sprite = create_sprite(cutout, water)
    return StagedSubject(
        cutout, sprite, instruction.action, footing, *path, order.seconds, phase, instruction
    )
