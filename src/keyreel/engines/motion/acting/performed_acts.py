"""Which of the acts that an order's prompt asks for the faces in its images perform."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.acting.cast import find_actors, has_open_eyes
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.imaging.pixels import to_rgba
from keyreel.engines.motion.layers.background import create_canvas
from keyreel.engines.motion.networks.subject_focus import find_subject_centre, is_cropped
from keyreel.engines.motion.prompts.act_vocabulary import Act
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.order import Operation

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import ImageRef, Order

_ACTS_OF_EYES: Final = frozenset({Act.BLINK, Act.CLOSE_EYES})
_ACTING_OPERATIONS: Final = frozenset({Operation.IMG2VIDEO, Operation.EXTEND})


def find_performed_acts(order: Order, networks: Networks) -> frozenset[Act]:
    """Return the acts of an order's prompt that its images' faces perform: all or none, but for their eyes.

    The images are looked at only where the prompt asks for an act.
    """
    acts = frozenset(act for shot in order.shots for act in parse_prompt(shot.prompt).acts)
    first = order.shots[0].first
    if not acts or order.operation not in _ACTING_OPERATIONS or first is None or order.shots[0].last:
        return frozenset()
    frame = _load_frame(first, order, networks)
    faces = find_actors(frame, networks)
    if not faces:
        return frozenset()
    return acts if any(has_open_eyes(face, to_rgba(frame)) for face in faces) else acts - _ACTS_OF_EYES


def _load_frame(reference: ImageRef, order: Order, networks: Networks) -> Frame:
    """Return an image as the first frame shows it."""
    image, size = load_image(Path(reference)), order.frame_size
    focus = find_subject_centre(image, networks) if is_cropped(image, size) else (0.5, 0.5)
    return create_canvas(image, size, focus).rest_frame
