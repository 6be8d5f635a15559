"""The arrangement of subjects: their relative sizes, who stands where among them, who is on or behind whom.

Works on planned subjects, before any is drawn; knows no scene.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion.prompts.between_subjects.relations import RelationKind
from keyreel.engines.motion.subjects.gestures import Footing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from keyreel.engines.motion.prompts.between_subjects.relations import Relation
    from keyreel.engines.motion.prompts.parser import SubjectInstruction
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.order import Size

_SIZE_EXPONENT: Final = 0.75
"""How far relative sizes follow the true ones: at 1.0 a cup beside a person would be a few pixels."""
_MIN_SIZE: Final = 0.16
"""The least height of a subject, in heights of the tallest."""
_MIN_SIZES: Final = {Footing.AIR: 0.4, Footing.EDGE: 0.6}
"""That of one in the air, which may be nearer, and of one seen in part."""
_MAX_USUAL_HEIGHT: Final = 5.0
"""Metres from which what is taller stands farther off instead."""
_BESIDE_GAP: Final = 0.02
"""The room between one and another next to it, in frame widths."""
_BEHIND_SHIFT: Final = 0.5
"""How far aside of the other one stands behind or before it, in their mean widths."""
_BEHIND_DEPTH: Final = 0.55
"""How much farther one behind another is, as a step of nearness."""
_SUNK_SHARE: Final = 0.05
"""How deep one that is on another sits in it, in the other's heights."""
_ABOVE_GAP: Final = 0.04
"""The room between one and another above it, in frame heights."""
_STACKED: Final = frozenset({RelationKind.ON, RelationKind.ABOVE, RelationKind.UNDER})
_LAYERED: Final = frozenset({RelationKind.BEHIND, RelationKind.IN_FRONT_OF})
DEPENDENT_KINDS: Final = _STACKED | _LAYERED
"""Relations in which one's place follows from the other's, and they may overlap."""


class FramePosition(NamedTuple):
    """Where a subject's foot is, as parts of the frame's sides; its height in frames; its disparity."""

    x: float
    row: float
    height: float
    disparity: float = 0.5


class PlannedSubject(NamedTuple):
    """A subject with what bears it and its first and last position."""

    cutout: Cutout
    instruction: SubjectInstruction
    footing: Footing
    path: tuple[FramePosition, FramePosition]


def compute_width(cutout: Cutout, position: FramePosition, size: Size) -> float:
    """Return how wide a cutout is at a position, in frame widths."""
    high, wide = cutout.shape
    return position.height * size.height / size.width * wide / high


def scale_relative_heights(
    instructions: Sequence[SubjectInstruction], footings: Sequence[Footing]
) -> list[float]:
    """Return a factor on each subject's height: the tallest on the ground has 1.0, others by usual heights.

    Subjects of which nobody knows how tall they are keep 1.0, and so does what flies and is taller still: it
    is farther away.
    """
    known = [
        min(each.usual_height, _MAX_USUAL_HEIGHT) if each.usual_height else None for each in instructions
    ]
    on_ground = [
        height
        for height, footing in zip(known, footings, strict=True)
        if height and footing is not Footing.AIR
    ]
    tallest = max(on_ground or [height for height in known if height], default=None)
    return [
        min(max((height / tallest) ** _SIZE_EXPONENT, _MIN_SIZES.get(footing, _MIN_SIZE)), 1.0)
        if height and tallest
        else 1.0
        for height, footing in zip(known, footings, strict=True)
    ]


def order_subjects(instructions: Sequence[SubjectInstruction], relations: Sequence[Relation]) -> list[int]:
    """Return the subjects' indexes from left to right, as relations want it; else as they are mentioned."""
    index_by_name = {each.name: number for number, each in enumerate(instructions) if each.name}
    order = list(range(len(instructions)))
    for relation in relations:
        one, other = (index_by_name.get(name) for name in (relation.subject, relation.other))
        if one is None or other is None or one == other:
            continue
        order.remove(one)
        at = order.index(other)
        is_after = relation.kind is RelationKind.RIGHT_OF
        if relation.kind is RelationKind.CHASES:
            # Who is chased runs ahead, to the right unless it is said otherwise.
            is_after = _get_chase_heading(instructions[one], instructions[other]) < 0
        elif relation.kind not in {RelationKind.LEFT_OF, RelationKind.RIGHT_OF}:
            is_after = one > other
        order.insert(at + 1 if is_after else at, one)
    return order


def direct_chases(
    instructions: Sequence[SubjectInstruction], relations: Sequence[Relation]
) -> dict[str, float]:
    """Return the heading of each who chases or is chased: both go the same way."""
    by_name = {each.name: each for each in instructions if each.name}
    headings: dict[str, float] = {}
    for relation in relations:
        if relation.kind is RelationKind.CHASES and {relation.subject, relation.other} <= by_name.keys():
            heading = _get_chase_heading(by_name[relation.subject], by_name[relation.other])
            headings |= {relation.subject: heading, relation.other: heading}
    return headings


def _get_chase_heading(one: SubjectInstruction, other: SubjectInstruction) -> float:
    return one.heading or other.heading or 1.0


def place_dependents(
    planned: list[PlannedSubject], relations: Sequence[Relation], size: Size
) -> list[PlannedSubject]:
    """Return the subjects with those moved whose place follows from another's: on it, above or behind it."""
    placed = list(planned)
    for relation, one, other in _iterate_pairs(planned, relations, DEPENDENT_KINDS):
        if Footing.EDGE in {placed[one].footing, placed[other].footing}:
            continue
        placed[one] = (
            _stack(placed[one], placed[other], relation.kind)
            if relation.kind in _STACKED
            else _layer(placed[one], placed[other], size)
        )
    return placed


def draw_together(
    planned: list[PlannedSubject], relations: Sequence[Relation], size: Size
) -> list[PlannedSubject]:
    """Return the subjects with those next to each other close together, about the middle between them."""
    placed = list(planned)
    for _, one, other in _iterate_pairs(planned, relations, {RelationKind.NEXT_TO}):
        left, right = sorted((one, other), key=lambda index: placed[index].path[0].x)
        first, second = placed[left].path[0], placed[right].path[0]
        widths = compute_width(placed[left].cutout, first, size) + compute_width(
            placed[right].cutout, second, size
        )
        spare = (second.x - first.x) - widths / 2 - _BESIDE_GAP
        if spare > 0:
            placed[left], placed[right] = _shift(placed[left], spare / 2), _shift(placed[right], -spare / 2)
    return placed


def _iterate_pairs(
    planned: list[PlannedSubject], relations: Sequence[Relation], kinds: Collection[RelationKind]
) -> Iterator[tuple[Relation, int, int]]:
    """Yield the relations of these kinds between subjects that are there, and the indices of both."""
    index_by_name = {each.instruction.name: number for number, each in enumerate(planned)}
    for relation in relations:
        one, other = (index_by_name.get(name) for name in (relation.subject, relation.other))
        if one is not None and other is not None and relation.kind in kinds:
            yield relation, one, other


def _shift(one: PlannedSubject, aside: float) -> PlannedSubject:
    start, end = one.path
    return one._replace(path=(start._replace(x=start.x + aside), end._replace(x=end.x + aside)))


def _stack(one: PlannedSubject, other: PlannedSubject, kind: RelationKind) -> PlannedSubject:
    """Put one on, above or under another; it goes where the other goes."""

    def stand(own: FramePosition, below: FramePosition) -> FramePosition:
        if kind is RelationKind.UNDER:
            return own._replace(x=below.x, row=below.row, disparity=below.disparity - 0.002)
        top = below.row - below.height
        if kind is RelationKind.ABOVE:
            row = max(top - _ABOVE_GAP, own.height * 0.9)
            return own._replace(x=below.x, row=row, disparity=below.disparity + 0.002)
        row = top + _SUNK_SHARE * below.height
        # Nobody's head leaves the frame: what would not fit is smaller.
        height = min(own.height, max(row - 0.03, 0.08))
        return own._replace(x=below.x, row=row, height=height, disparity=below.disparity + 0.002)

    path = stand(one.path[0], other.path[0]), stand(one.path[1], other.path[1])
    footing = (
        Footing.AIR
        if kind is RelationKind.ABOVE
        else Footing.SUBJECT
        if kind is RelationKind.ON
        else one.footing
    )
    return one._replace(path=path, footing=footing)


def _layer(one: PlannedSubject, other: PlannedSubject, size: Size) -> PlannedSubject:
    """Put one behind or before another, half beside it, so that both are seen."""
    wide = (
        compute_width(one.cutout, one.path[0], size) + compute_width(other.cutout, other.path[0], size)
    ) / 2
    middle = other.path[0].x
    side = -1.0 if middle > 0.5 else 1.0
    return _shift(one, middle + side * _BEHIND_SHIFT * wide - one.path[0].x)


def get_depth_step(instruction: SubjectInstruction, relations: Sequence[Relation]) -> float:
    """Return how much nearer a subject is for its relations: less than nothing behind another one."""
    for relation in relations:
        if relation.subject == instruction.name and relation.kind in _LAYERED:
            return -_BEHIND_DEPTH if relation.kind is RelationKind.BEHIND else _BEHIND_DEPTH
    return 0.0
