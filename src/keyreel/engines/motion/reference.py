"""Reference-to-video: subjects cut out of their pictures act in one scene, seen by a moving camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion import camera, layers, scene, staging, subjects
from keyreel.engines.motion.effects import Weather
from keyreel.engines.motion.framing import read
from keyreel.engines.motion.lexicon import Move
from keyreel.engines.motion.prompt import Cue, direct
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.nets import Nets
    from keyreel.engines.motion.prompt import Direction, Role
    from keyreel.engines.motion.subjects import Cutout
    from keyreel.order import Order

_FOCUS: Final = 0.6
_CALM: Final = 0.75


def frames(order: Order, nets: Nets) -> Iterator[Frame]:
    """Yield the shot's frames.

    Raises:
        RenderFailed: a picture cannot be read.
    """
    shot = order.shots[0]
    direction = direct(shot.prompt, _names(order))
    cast, set_picture = _cast(order, direction, nets)
    where = (
        scene.designed(direction, order.frame_size, order.seed)
        if set_picture is None
        else scene.pictured(set_picture, order.frame_size)
    )
    actors = staging.placed(cast, where, order)
    rig = camera.Rig(shot.frames, order.amplitude, _FOCUS, order.seed)
    weather = Weather(direction, where.canvas.window, order.frame_size, order.seed, rising=False)
    for index, pose in enumerate(camera.path(_cues(direction, order), rig)):
        pose = layers.confined(pose, where.view)  # noqa: PLW2901 - the same pose, within the scene
        frame = where.seen_by(pose, where.view)
        weather.behind(frame, index, shot.frames)
        for actor in actors:
            staging.draw(actor, frame, pose, where=where, seconds=index / FPS)
        weather.before(frame, index, shot.frames)
        yield frame


def _names(order: Order) -> tuple[str, ...]:
    """List what the prompt may call the subjects: their names, and their numbers."""
    names = tuple(subject.name for subject in order.subjects)
    numbers = (str(number) for number in range(1, len(names) + 1))
    return tuple(name for name in dict.fromkeys((*names, *numbers)) if name)


def _cast(order: Order, direction: Direction, nets: Nets) -> tuple[list[tuple[Cutout, Role]], Frame | None]:
    """Part the references into who acts and where: in what the prompt says, or what has no subject."""
    cast: list[tuple[Cutout, Role]] = []
    set_picture: Frame | None = None
    for number, subject in enumerate(order.subjects, start=1):
        role = direction.role(subject.name)
        if not role.name:
            role = direction.role(str(number))
        pictures = [read(Path(picture)) for picture in subject.pictures]
        if role.is_scene and role.name and set_picture is None:
            set_picture = pictures[0]
            continue
        cutout = _best(pictures, nets)
        if cutout is not None:
            cast.append((cutout, role))
        elif set_picture is None:
            set_picture = pictures[0]
    return cast, set_picture


def _best(pictures: list[Frame], nets: Nets) -> Cutout | None:
    """Return the first picture's subject that is whole; else the first at all."""
    found = [cutout for cutout in (subjects.cut_out(picture, nets) for picture in pictures) if cutout]
    whole = [
        each for each in found if not (each.cut_left or each.cut_right or each.cut_below or each.cut_above)
    ]
    return next(iter(whole or found), None)


def _cues(direction: Direction, order: Order) -> tuple[Cue, ...]:
    if direction.cues:
        return direction.cues
    rng = np.random.default_rng([order.seed, 13])
    side = Move.TRACK_LEFT if rng.random() < 0.5 else Move.TRACK_RIGHT
    strength = _CALM if order.amplitude is Amplitude.AUTO else 1.0
    return tuple(
        replace(cue, strength=cue.strength * strength) for cue in (Cue(Move.PUSH_IN, 0.7), Cue(side, 0.35))
    )
