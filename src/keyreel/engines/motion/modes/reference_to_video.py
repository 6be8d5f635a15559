"""Reference-to-video: subjects cut out of their pictures act in one scene, seen by a moving camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.effects.weather import Weather
from keyreel.engines.motion.imaging.cropping import read
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Locomotion, Place, SubjectAction
from keyreel.engines.motion.subjects import cutouts, scene, staging
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.engines.motion.prompts.parser import ParsedPrompt, SubjectInstruction
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.order import Order, Subject

_FOCUS: Final = 0.6
_CALM: Final = 0.75
_ON_LAND: Final = {Place.SEA: Place.BEACH, Place.SKYLINE: Place.CITY}


def frames(order: Order, nets: Nets) -> Iterator[Frame]:
    """Yield the shot's frames.

    Raises:
        RenderFailed: a picture cannot be read.
    """
    shot = order.shots[0]
    direction = parse_prompt(shot.prompt, names_of(order))
    cast, set_picture = _cast(order, direction, nets)
    if set_picture is None:
        direction = _ashore(_somewhere(direction, cast), cast)
        aerial = bool(cast) and all(_flies(role) for _, role in cast)
        where = scene.designed(direction, order.frame_size, order.seed, aerial=aerial)
    else:
        where = scene.pictured(set_picture, direction, order.frame_size)
    actors = staging.placed(cast, where, order)
    rig = path.Rig(shot.frames, order.amplitude, _FOCUS, order.seed)
    weather = Weather(direction, where.canvas.window, order.frame_size, order.seed, rising=False)
    for index, pose in enumerate(path.path(_cues(direction, order), rig)):
        pose = parallax.confined(pose, where.view)  # noqa: PLW2901 - the same pose, within the scene
        frame = where.seen_by(pose, where.view)
        weather.behind(frame, index, shot.frames)
        for actor in actors:
            staging.draw(actor, frame, pose, where=where, seconds=index / FPS)
        weather.before(frame, index, shot.frames)
        yield frame


def names_of(order: Order) -> tuple[str, ...]:
    """List what the prompt may call the subjects: their names, and their numbers."""
    names = tuple(subject.name for subject in order.subjects)
    numbers = (str(number) for number in range(1, len(names) + 1))
    return tuple(name for name in dict.fromkeys((*names, *numbers)) if name)


def role_of(subject: Subject, number: int, direction: ParsedPrompt) -> SubjectInstruction:
    """Return what a subject does: by its name, or else by its number."""
    role = direction.get_instruction(subject.name)
    return role if role.name else direction.get_instruction(str(number))


def _cast(
    order: Order, direction: ParsedPrompt, nets: Nets
) -> tuple[list[tuple[Cutout, SubjectInstruction]], Frame | None]:
    """Part the references into who acts and where: in what the prompt says, or what has no subject."""
    cast: list[tuple[Cutout, SubjectInstruction]] = []
    set_picture: Frame | None = None
    for number, subject in enumerate(order.subjects, start=1):
        role = role_of(subject, number, direction)
        pictures = [read(Path(picture)) for picture in subject.pictures]
        if role.is_scene and role.name and set_picture is None:
            set_picture = pictures[0]
            continue
        cutout = _best(pictures, nets, around=role.is_around and bool(role.name) and set_picture is None)
        if cutout is not None:
            cast.append((cutout, role))
        elif set_picture is None:
            set_picture = pictures[0]
    return cast, set_picture


def _best(pictures: list[Frame], nets: Nets, *, around: bool) -> Cutout | None:
    """Return the first picture's subject that is whole; else the first at all."""
    first: Cutout | None = None
    for picture in pictures:
        cutout = cutouts.cut_out(picture, nets, around=around)
        if cutout and not (cutout.cut_left or cutout.cut_right or cutout.cut_below or cutout.cut_above):
            return cutout
        first = first or cutout
    return first


def unnamed_place(roles: Iterable[SubjectInstruction]) -> Place:
    """Return where the shot plays when the prompt names no place."""
    return Place.LAKE if any(role.nature is Locomotion.SWIMS for role in roles) else Place.MEADOW


def _somewhere(direction: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]) -> ParsedPrompt:
    return replace(direction, place=direction.place or unnamed_place(role for _, role in cast))


def _ashore(direction: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]) -> ParsedPrompt:
    """Put on land who neither swims nor flies: on the beach of a sea, in the streets of a skyline."""
    stands = any(
        not (
            cutout.cut_below
            or _flies(role)
            or role.nature is Locomotion.SWIMS
            or role.action is SubjectAction.FLOAT
        )
        for cutout, role in cast
    )
    place = _ON_LAND.get(direction.place) if direction.place else None
    return replace(direction, place=place) if place and stands else direction


def _flies(role: SubjectInstruction) -> bool:
    return role.nature is Locomotion.FLIES or role.is_aloft or role.action is SubjectAction.FLY


def _cues(direction: ParsedPrompt, order: Order) -> tuple[CameraCue, ...]:
    if direction.cues:
        return direction.cues
    rng = np.random.default_rng([order.seed, 13])
    side = CameraMove.TRACK_LEFT if rng.random() < 0.5 else CameraMove.TRACK_RIGHT
    strength = _CALM if order.amplitude is Amplitude.AUTO else 1.0
    return tuple(
        replace(cue, strength=cue.strength * strength)
        for cue in (CameraCue(CameraMove.PUSH_IN, 0.7), CameraCue(side, 0.35))
    )
