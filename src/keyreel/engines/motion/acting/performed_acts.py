"""Which of the acts that an order's prompt asks for are performed by what its images show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.acting.cast import find_actors, has_open_eyes
from keyreel.engines.motion.acting.subject_travel import can_travel
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.imaging.pixels import to_rgba, to_uint8
from keyreel.engines.motion.layers.background import create_canvas
from keyreel.engines.motion.layers.layered_image import is_subject
from keyreel.engines.motion.layers.subject_layer import measure_bounds
from keyreel.engines.motion.networks.matting import compute_alpha_matte
from keyreel.engines.motion.networks.subject_focus import find_subject_centre, is_cropped
from keyreel.engines.motion.prompts.act_vocabulary import Act
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.subjects import list_instructions, list_subject_names
from keyreel.engines.motion.prompts.unfulfilled.notes import Performance
from keyreel.engines.motion.subjects.cutouts import extract_cutout, scale_cutout
from keyreel.order import Operation

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.prompts.parser import SubjectInstruction
    from keyreel.engines.motion.prompts.vocabulary import SubjectAction
    from keyreel.order import ImageRef, Order

_USUAL_HEIGHT: Final = 0.75
"""Of a reference subject's cutout, in heights of the frame."""

_ACTS_OF_EYES: Final = frozenset({Act.BLINK, Act.CLOSE_EYES})


def find_performance(order: Order, networks: Networks) -> Performance:
    """Return what the faces in an order's images, and the subject of its image, perform of its prompt.

    The images are looked at only where the prompt asks for an act.
    """
    shot = order.shots[0]
    if order.operation is Operation.REFERENCE2VIDEO:
        return Performance(_find_acts_of_references(order, networks))
    if order.operation not in {Operation.IMG2VIDEO, Operation.EXTEND} or shot.first is None or shot.last:
        return Performance()
    parsed = parse_prompt(shot.prompt)
    instruction = parsed.get_instruction("")
    if not parsed.acts and instruction.action is None:
        return Performance()
    frame = _load_frame(shot.first, order, networks)
    acts = _find_performed_acts(parsed.acts, frame, networks)
    if Act.BREATHE in parsed.acts and parsed.names_being and is_subject(compute_alpha_matte(frame, networks)):
        acts |= {Act.BREATHE}
    return Performance(acts, _find_action(instruction, frame, networks))


def _find_acts_of_references(order: Order, networks: Networks) -> frozenset[Act]:
    """Return the acts of those subjects whose faces are large enough at a subject's usual height."""
    parsed = parse_prompt(order.shots[0].prompt, list_subject_names(order))
    performed: set[Act] = set()
    for subject, instruction in zip(order.subjects, list_instructions(order, parsed), strict=True):
        if not instruction.acts or not subject.images:
            continue
        cutout = extract_cutout(load_image(Path(subject.images[0])), networks)
        if cutout is not None:
            height = round(order.frame_size.height * _USUAL_HEIGHT)
            performed |= _find_performed_acts(instruction.acts, scale_cutout(cutout, height).image, networks)
    return frozenset(performed)


def _find_performed_acts(acts: frozenset[Act], frame: Frame, networks: Networks) -> frozenset[Act]:
    """Return which acts the faces of an image perform: all or none, but for those of their eyes."""
    faces = find_actors(frame, networks) if acts else ()
    if not faces:
        return frozenset()
    return acts if any(has_open_eyes(face, to_rgba(frame)) for face in faces) else acts - _ACTS_OF_EYES


def _find_action(instruction: SubjectInstruction, frame: Frame, networks: Networks) -> SubjectAction | None:
    """Return the action with which the subject of an image moves."""
    if instruction.action is None:
        return None
    alpha = compute_alpha_matte(frame, networks)
    bounds = measure_bounds(to_uint8(alpha * 255)) if is_subject(alpha) else None
    return instruction.action if bounds and can_travel(instruction, bounds) else None


def _load_frame(reference: ImageRef, order: Order, networks: Networks) -> Frame:
    """Return an image as the first frame shows it."""
    image, size = load_image(Path(reference)), order.frame_size
    focus = find_subject_centre(image, networks) if is_cropped(image, size) else (0.5, 0.5)
    return create_canvas(image, size, focus).rest_frame
