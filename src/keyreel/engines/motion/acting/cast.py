"""Who acts in an image: faces that are large and frontal enough, painted and moved frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt, tau
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.acting.curves import FaceCurves, plan_face
from keyreel.engines.motion.acting.eyes import LEFT_EYE, RIGHT_EYE, Eye
from keyreel.engines.motion.acting.head_and_body import CoarseMotion, create_head_motion, join_motions
from keyreel.engines.motion.acting.mouth import Mouth
from keyreel.engines.motion.acting.speech import plan_jaws
from keyreel.engines.motion.acting.subject_travel import (
    SubjectTravel,
    can_travel,
    plan_travel,
)
from keyreel.engines.motion.imaging.pixels import to_rgb
from keyreel.engines.motion.networks.faces import Face, find_faces
from keyreel.engines.motion.prompts.parser import SubjectInstruction
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array
    from keyreel.engines.motion.layers.layered_image import LayeredImage
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.prompts.act_vocabulary import Act
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Order

MIN_FACE_WIDTH: Final = 60.0
"""Pixels of the frame below which a face is left as it is."""

MAX_YAW: Final = 35.0
MAX_PITCH: Final = 35.0
"""Degrees from the front up to which a face acts."""

_STRENGTH_BY_AMPLITUDE: Final = {Amplitude.SMALL: 0.6, Amplitude.LARGE: 1.3}
_MIN_SEEN_SHARE: Final = 0.97
"""The part of its landmarks that a face has within the frame at least."""

_SOLID_ALPHA: Final = 128
_MIN_SOLID_SHARE: Final = 0.9
"""Of 255, and of a face's landmarks: a face that is so opaque in the subject's layer belongs to it."""

_CHEEK_BY_EYE: Final = ((RIGHT_EYE, 50), (LEFT_EYE, 280))


@dataclass(frozen=True, slots=True)
class Performer:
    """A face that acts, with its curves. Landmarks are in pixels of the resting frame."""

    face: Face
    curves: FaceCurves


def find_actors(image: Frame, networks: Networks) -> tuple[Face, ...]:
    """Return the faces of an image of the frame's size, uint8 [height, width, 3], that can act."""
    return tuple(face for face in find_faces(image, networks) if _can_act(face, image.shape))


def _can_act(face: Face, shape: tuple[int, ...]) -> bool:
    yaw, pitch, _ = face.pose
    x, y = face.landmarks[:, 0], face.landmarks[:, 1]
    seen = float(((x >= 0) & (x < shape[1]) & (y >= 0) & (y < shape[0])).mean())
    is_frontal = abs(yaw) <= MAX_YAW and abs(pitch) <= MAX_PITCH
    return face.width >= MIN_FACE_WIDTH and is_frontal and seen >= _MIN_SEEN_SHARE


def cast_performers(
    faces: Sequence[Face], acts: frozenset[Act], order: Order, jaws: Sequence[FloatArray]
) -> tuple[Performer, ...]:
    """Plan what each face does in an order's first shot; the first faces speak by these jaws, [frames]."""
    frames, strength = order.shots[0].frames, _STRENGTH_BY_AMPLITUDE.get(order.amplitude, 1.0)
    performers: list[Performer] = []
    for number, face in enumerate(faces):
        rng = np.random.default_rng([order.seed, 61, number])
        curves = plan_face(acts, frames, rng, strength=strength, facing=face.pose.yaw)
        if number < len(jaws):
            curves.jaw = np.maximum(curves.jaw, jaws[number])
        performers.append(Performer(face, curves))
    return tuple(performers)


class FacePainter:
    """Repaints one face on its canvas, uint8 RGBA, in place, frame by frame.

    The performer's landmarks are moved by `origin`, where the resting frame starts on the canvas.
    """

    def __init__(self, performer: Performer, canvas: UInt8Array, origin: tuple[float, float]) -> None:
        self._canvas, self._curves = canvas, performer.curves
        face = replace(
            performer.face, landmarks=performer.face.landmarks + np.array((*origin, 0), np.float32)
        )
        size = canvas.shape[1], canvas.shape[0]
        self._mouth = Mouth(face, size)
        self._eyes = _find_open_eyes(face, canvas)
        self._originals = [canvas[part].copy() for part in self._list_parts()]
        self._painted: tuple[float, ...] = (0.0,) * 5

    def paint(self, index: int) -> bool:
        """Paint the face as it is at a frame; return False if it has not changed since the last one."""
        curves = self._curves
        values = (curves.smile, curves.jaw, curves.closed, curves.gaze_x, curves.gaze_y)
        wanted = tuple(round(float(curve[index]), 3) for curve in values)
        if wanted == self._painted:
            return False
        self._painted = wanted
        parts = self._list_parts()
        for part, original in zip(parts, self._originals, strict=True):
            self._canvas[part] = original
        smile, jaw, closed, *gaze = wanted
        if smile or jaw:
            self._mouth.paint(self._originals[0], self._canvas[parts[0]], smile=smile, jaw=jaw)
        for eye, original in zip(self._eyes, self._originals[1:], strict=True):
            eye.paint(original, self._canvas[eye.part], closed=closed, gaze=(gaze[0], gaze[1]))
        return True

    def _list_parts(self) -> list[tuple[slice, slice]]:
        return [self._mouth.part, *(eye.part for eye in self._eyes)]


def has_open_eyes(face: Face, canvas: UInt8Array) -> bool:
    """Say whether an eye of a face is open and bare, on a canvas, uint8 RGBA, whose pixels it is in."""
    return bool(_find_open_eyes(face, canvas))


def _find_open_eyes(face: Face, canvas: UInt8Array) -> list[Eye]:
    size = canvas.shape[1], canvas.shape[0]
    eyes = [(Eye(face.landmarks, each, size), face.landmarks[cheek, :2]) for each, cheek in _CHEEK_BY_EYE]
    return [eye for eye, cheek in eyes if eye.is_open(canvas, cheek)]


@dataclass(frozen=True, slots=True)
class Acting:
    """What the faces of one layered image do, and how heads and bodies move with them."""

    painters: tuple[FacePainter, ...]
    subject_motion: CoarseMotion | None
    background_motion: CoarseMotion | None
    travel: SubjectTravel | None

    def paint(self, seconds: float) -> None:
        """Paint the faces on the layers' canvases as they are at a time."""
        for painter in self.painters:
            painter.paint(round(seconds * FPS))


def add_acting(
    layered_image: LayeredImage, parsed: ParsedPrompt, order: Order, networks: Networks
) -> LayeredImage:
    """Return the image with its people acting and its subject moving; itself where nothing does.

    The layers' canvases belong to the acting from here on: it paints on them.
    """
    background, size = layered_image.background, order.frame_size
    rest = np.s_[
        background.top : background.top + size.height, background.left : background.left + size.width
    ]
    faces = find_actors(to_rgb(np.ascontiguousarray(layered_image.image_rgba[rest])), networks)
    # A face on the subject brings a breath of its own.
    is_alive = parsed.names_being and not any(_is_on_subject(face, layered_image) for face in faces)
    travel = _plan_travel(layered_image, parsed, order, is_alive=is_alive)
    if not faces and not travel:
        return layered_image
    performers = cast_performers(faces, parsed.acts, order, tuple(plan_jaws(order, networks).values()))
    origin = float(background.left), float(background.top)
    painters: list[FacePainter] = []
    motions: dict[bool, list[CoarseMotion]] = {True: [], False: []}
    for performer in performers:
        is_free = _is_on_subject(performer.face, layered_image)
        canvas = layered_image.background_rgba
        if is_free and layered_image.subject:
            canvas = layered_image.subject.image
        painters.append(FacePainter(performer, canvas, origin))
        motions[is_free].append(create_head_motion(performer.face, performer.curves, size, is_free=is_free))
    acting = Acting(tuple(painters), join_motions(motions[True]), join_motions(motions[False]), travel)
    return replace(layered_image, acting=acting)


def _plan_travel(
    layered_image: LayeredImage, parsed: ParsedPrompt, order: Order, *, is_alive: bool
) -> SubjectTravel | None:
    """Plan how the image's subject moves as a whole, by what the prompt has it do; a being breathes."""
    if layered_image.subject is None:
        return None
    size = order.frame_size
    bounds = layered_image.subject.measure_frame_bounds(size)
    if bounds is None:
        return None
    instruction = parsed.get_instruction("")
    if not can_travel(instruction, bounds):
        if not is_alive:
            return None
        instruction = SubjectInstruction()
    unit = sqrt(size.width * size.height) / 2
    return plan_travel(
        instruction,
        bounds,
        (size.width / 2 / unit, size.height / 2 / unit),
        frames=order.shots[0].frames,
        phase=float(np.random.default_rng([order.seed, 67]).uniform(0, tau)),
    )


def _is_on_subject(face: Face, layered_image: LayeredImage) -> bool:
    """Say whether most of a face is opaque in the image's subject."""
    if layered_image.subject is None:
        return False
    alpha = layered_image.subject.image[..., 3]
    x, y = (face.landmarks[:, :2] + layered_image.subject.origin).round().astype(int).T
    rows, columns = np.clip(y, 0, alpha.shape[0] - 1), np.clip(x, 0, alpha.shape[1] - 1)
    return bool((alpha[rows, columns] > _SOLID_ALPHA).mean() > _MIN_SOLID_SHARE)
