"""A cut-out person whose face and head move; knows no scene."""

from __future__ import annotations

from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.acting.cast import FacePainter, cast_performers, find_actors
from keyreel.engines.motion.acting.head_and_body import create_head_motion
from keyreel.engines.motion.acting.speech import plan_jaws
from keyreel.engines.motion.imaging.pixels import remap, resize, to_rgb
from keyreel.engines.motion.networks.faces import CHIN
from keyreel.order import FPS, Size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyreel.engines.motion.acting.cast import Performer
    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.subjects.staging import StagedSubject
    from keyreel.order import Order

_REACH_BELOW: Final = 0.8
_REACH_ASIDE: Final = 0.85
_REACH_ABOVE: Final = 1.65
"""How far below, beside and above the chin a cutout moves with its head, in widths of the face."""


_MIN_STEP: Final = 0.25
"""Pixels of the cutout, below which a head's movement since it was drawn is too small to draw it again."""


class LivingCutout:
    """Redraws the head of a cutout, premultiplied RGBA, uint8 [height, width, 4], in place, at each frame."""

    def __init__(self, image: UInt8Array, performer: Performer) -> None:
        size = Size(image.shape[1], image.shape[0])
        self._image, self._painted = image, image.copy()
        self._painter = FacePainter(performer, self._painted, (0.0, 0.0))
        self._motion = create_head_motion(
            performer.face, performer.curves, size, is_free=True, is_whole=False
        )
        self._unit = np.float32(sqrt(size.width * size.height) / 2)
        chin, width = performer.face.landmarks[CHIN, :2], performer.face.width
        low = chin - np.array((_REACH_ASIDE, _REACH_ABOVE)) * width
        high = chin + np.array((_REACH_ASIDE, _REACH_BELOW)) * width
        left, top = np.maximum(low, 0).astype(int)
        right, bottom = np.minimum(high, (size.width, size.height)).astype(int)
        self._part = slice(int(top), int(bottom)), slice(int(left), int(right))
        self._drawn = np.zeros_like(self._motion.shapes[0])

    def draw(self, seconds: float) -> None:
        """Draw the head as it is at a time."""
        repainted = self._painter.paint(round(seconds * FPS))
        field = self._motion.compute_field(seconds) * self._unit
        if not repainted and float(np.abs(field - self._drawn).max()) < _MIN_STEP:
            return
        self._drawn, offsets = field, self._enlarge(field)
        moved = remap(self._painted[self._part], offsets, cv2.BORDER_REPLICATE, relative=True)
        self._image[self._part] = moved

    def _enlarge(self, field: FloatArray) -> FloatArray:
        """Return a coarse field of the whole cutout at each pixel of the part that is redrawn."""
        steps = self._image.shape[0] / field.shape[0], self._image.shape[1] / field.shape[1]
        cells = [
            slice(floor(part.start / step), ceil(part.stop / step))
            for part, step in zip(self._part, steps, strict=True)
        ]
        # Cells are no whole pixels high and wide: a field so smooth may be a pixel off.
        height, width = (
            ceil((each.stop - each.start) * step) + 1 for each, step in zip(cells, steps, strict=True)
        )
        grown = resize(np.ascontiguousarray(field[cells[0], cells[1]]), width, height)
        rows, columns = self._part
        top, left = (
            rows.start - int(cells[0].start * steps[0]),
            columns.start - int(cells[1].start * steps[1]),
        )
        return grown[top : top + rows.stop - rows.start, left : left + columns.stop - columns.start]


def enliven_cutouts(
    subjects: Iterable[StagedSubject], order: Order, networks: Networks
) -> tuple[LivingCutout, ...]:
    """Return the people among staged subjects, whose sprites are theirs to draw on from here on."""
    living: list[LivingCutout] = []
    jaws: dict[str, FloatArray] | None = None
    for subject in subjects:
        faces = find_actors(to_rgb(subject.sprite.image), networks)[:1]
        if not faces:
            continue
        jaws = plan_jaws(order, networks) if jaws is None else jaws
        instruction = subject.instruction
        spoken = [jaw for speaker, jaw in jaws.items() if speaker == instruction.name]
        performers = cast_performers(faces, instruction.acts, order, spoken)
        living += [LivingCutout(subject.sprite.image, performer) for performer in performers]
    return tuple(living)
