"""What a clip's pictures show and could be heard: weather, fire, water, by its prompt and its pictures."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.effects.water_and_clouds import currents
from keyreel.engines.motion.imaging.cropping import cover
from keyreel.engines.motion.modes.reference_to_video import names_of, role_of, unnamed_place
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.setting import split_into_scenes
from keyreel.engines.motion.prompts.subject_vocabulary import BIRD_PATTERN
from keyreel.engines.motion.prompts.vocabulary import Effect, Locomotion, Place, TimeOfDay
from keyreel.order import Operation, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import ImageRef, Order, Shot

_IN_THE_AIR: Final = {
    Effect.RAIN: AudibleContent.RAIN,
    Effect.SNOW: AudibleContent.SNOW,
    Effect.FIRE: AudibleContent.FIRE,
    Effect.EMBERS: AudibleContent.FIRE,
    Effect.STEAM: AudibleContent.STEAM,
    Effect.LEAVES: AudibleContent.LEAVES,
    Effect.WIND: AudibleContent.WIND,
}
_AT_PLACES: Final[dict[Place | None, AudibleContent]] = {
    Place.SEA: AudibleContent.WATER,
    Place.BEACH: AudibleContent.WATER,
    Place.LAKE: AudibleContent.WATER,
    Place.UNDERWATER: AudibleContent.WATER,
    Place.CITY: AudibleContent.CITY,
    Place.SKYLINE: AudibleContent.CITY,
    Place.MOUNTAINS: AudibleContent.WIND,
    Place.SNOWPEAKS: AudibleContent.WIND,
    Place.SNOWFIELD: AudibleContent.WIND,
    Place.DESERT: AudibleContent.WIND,
    Place.SKY: AudibleContent.WIND,
}
_SUNG_IN: Final = (Place.FOREST, Place.MEADOW)
_SUNG_AT: Final = (None, TimeOfDay.DAY, TimeOfDay.DAWN)
_SILENCES: Final = (Effect.RAIN, Effect.SNOW, Effect.FIRE)
_LOOKED_AT: Final = Size(384, 216)
_FLOWING: Final = 0.04
"""The least part of a picture that water covers."""


def shown(order: Order) -> tuple[frozenset[AudibleContent], ...]:
    """Return what each shot shows.

    Raises:
        RenderFailed: a picture cannot be read.
    """
    return tuple(frozenset(_in_shot(shot, order)) for shot in order.shots)


def _in_shot(shot: Shot, order: Order) -> Iterator[AudibleContent]:
    if order.operation is Operation.TEXT2VIDEO:
        yield from _drawn(shot, order)
        return
    direction = parse_prompt(shot.prompt, names_of(order))
    for effect, _ in direction.effects:
        if effect in _IN_THE_AIR:
            yield _IN_THE_AIR[effect]
    if order.operation is Operation.REFERENCE2VIDEO:
        yield from _on_stage(direction, order)
    elif direction.place in _AT_PLACES:
        yield _AT_PLACES[direction.place]
    if any(map(_shows_water, (shot.first, shot.last))):
        yield AudibleContent.WATER


def _drawn(shot: Shot, order: Order) -> Iterator[AudibleContent]:
    """Tell what the scenes show that are drawn for a prompt."""
    for take in split_into_scenes(shot.prompt, shot.seconds, order.seed):
        direction = take.parsed_prompt
        yield from (_IN_THE_AIR[effect] for effect, _ in direction.effects if effect in _IN_THE_AIR)
        if direction.place in _AT_PLACES:
            yield _AT_PLACES[direction.place]
        if direction.place and _is_sung(direction):
            yield AudibleContent.BIRDS


def _is_sung(direction: ParsedPrompt) -> bool:
    """Say whether birds sing where a scene plays: in green places, by day, in quiet air."""
    quiet = not any(direction.get_effect_strength(effect) for effect in _SILENCES)
    return direction.place in _SUNG_IN and direction.hour in _SUNG_AT and quiet


def _on_stage(direction: ParsedPrompt, order: Order) -> Iterator[AudibleContent]:
    roles = [role_of(subject, number, direction) for number, subject in enumerate(order.subjects, start=1)]
    cast = zip(order.subjects, roles, strict=True)
    scenes = [subject.pictures[0] for subject, role in cast if role.is_scene and role.name]
    place = direction.place
    if any(map(_shows_water, scenes)) or any(role.nature is Locomotion.SWIMS for role in roles):
        yield AudibleContent.WATER
    if place is None and not scenes:
        place = unnamed_place(roles)
    if place in _AT_PLACES:
        yield _AT_PLACES[place]
    if _is_sung(replace(direction, place=place)):
        yield AudibleContent.BIRDS
    if any(re.search(BIRD_PATTERN, each.lower()) for each in (order.shots[0].prompt, *names_of(order))):
        yield AudibleContent.BIRDS


def _shows_water(picture: ImageRef | None) -> bool:
    if picture is None:
        return False
    found = currents(cover(Path(picture), _LOOKED_AT), None)
    # Clouds drift level; water runs towards the viewer as well.
    return found is not None and float((found.velocity[..., 1] > 0).mean()) > _FLOWING
