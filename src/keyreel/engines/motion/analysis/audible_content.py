"""What could be heard in a video: weather, fire, water and the like, by its prompt and its images."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.effects.water_and_clouds import detect_ambient_flow
from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.setting import split_into_scenes
from keyreel.engines.motion.prompts.subject_vocabulary import BIRD_PATTERN
from keyreel.engines.motion.prompts.subjects import (
    choose_default_place,
    list_instructions,
    list_subject_names,
)
from keyreel.engines.motion.prompts.vocabulary import Effect, Locomotion, TimeOfDay
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.order import Operation, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.prompts.vocabulary import Place
    from keyreel.order import ImageRef, Order, Shot

_SOUNDS_OF_EFFECTS: Final = {
    Effect.RAIN: AudibleContent.RAIN,
    Effect.SNOW: AudibleContent.SNOW,
    Effect.FIRE: AudibleContent.FIRE,
    Effect.CAMPFIRE: AudibleContent.FIRE,
    Effect.EMBERS: AudibleContent.FIRE,
    Effect.STEAM: AudibleContent.STEAM,
    Effect.LEAVES: AudibleContent.LEAVES,
    Effect.WIND: AudibleContent.WIND,
}
_BIRDSONG_TIMES_OF_DAY: Final = (None, TimeOfDay.DAY, TimeOfDay.DAWN)
_BIRD_SILENCING_EFFECTS: Final = (Effect.RAIN, Effect.SNOW, Effect.FIRE, Effect.CAMPFIRE)
_ANALYSIS_SIZE: Final = Size(384, 216)
"""Pixels to which images are scaled before water is looked for."""
_MIN_WATER_SHARE: Final = 0.04
"""The least part of an image that moving water covers."""


def find_audible_content(order: Order) -> tuple[frozenset[AudibleContent], ...]:
    """Return what could be heard in each shot.

    Raises:
        RenderFailed: an image cannot be read.
    """
    return tuple(frozenset(_find_in_shot(shot, order)) for shot in order.shots)


def _find_in_shot(shot: Shot, order: Order) -> Iterator[AudibleContent]:
    if order.operation is Operation.TEXT2VIDEO:
        yield from _find_in_drawn_scenes(shot, order)
        return
    parsed = parse_prompt(shot.prompt, list_subject_names(order))
    for effect, _ in parsed.effects:
        if effect in _SOUNDS_OF_EFFECTS:
            yield _SOUNDS_OF_EFFECTS[effect]
    if order.operation is Operation.REFERENCE2VIDEO:
        yield from _find_in_reference_scene(parsed, order)
    else:
        yield from _find_sound_of_place(parsed.place)
    if any(map(_has_water, (shot.first, shot.last))):
        yield AudibleContent.WATER


def _find_in_drawn_scenes(shot: Shot, order: Order) -> Iterator[AudibleContent]:
    """Yield what could be heard in the scenes that are drawn for a prompt."""
    for shot_scene in split_into_scenes(shot.prompt, shot.seconds, order.seed):
        parsed = shot_scene.parsed_prompt
        yield from (
            _SOUNDS_OF_EFFECTS[effect] for effect, _ in parsed.effects if effect in _SOUNDS_OF_EFFECTS
        )
        yield from _find_sound_of_place(parsed.place)
        if _has_birdsong(parsed):
            yield AudibleContent.BIRDS


def _find_sound_of_place(place: Place | None) -> Iterator[AudibleContent]:
    sound = RECIPES[place].sound if place is not None else None
    if sound is not None:
        yield sound


def _has_birdsong(parsed: ParsedPrompt) -> bool:
    """Say whether birds sing in a scene: in green places, by day, in quiet weather."""
    quiet = not any(parsed.get_effect_strength(effect) for effect in _BIRD_SILENCING_EFFECTS)
    if parsed.place is None or not RECIPES[parsed.place].has_birdsong:
        return False
    return parsed.time_of_day in _BIRDSONG_TIMES_OF_DAY and quiet


def _find_in_reference_scene(parsed: ParsedPrompt, order: Order) -> Iterator[AudibleContent]:
    instructions = list_instructions(order, parsed)
    cast = zip(order.subjects, instructions, strict=True)
    scene_images = [
        subject.images[0] for subject, instruction in cast if instruction.is_scene and instruction.name
    ]
    place = parsed.place
    if any(map(_has_water, scene_images)) or any(
        instruction.locomotion is Locomotion.SWIMS for instruction in instructions
    ):
        yield AudibleContent.WATER
    if place is None and not scene_images:
        place = choose_default_place(instructions)
    yield from _find_sound_of_place(place)
    if _has_birdsong(replace(parsed, place=place)):
        yield AudibleContent.BIRDS
    if any(
        re.search(BIRD_PATTERN, each.lower()) for each in (order.shots[0].prompt, *list_subject_names(order))
    ):
        yield AudibleContent.BIRDS


def _has_water(image: ImageRef | None) -> bool:
    if image is None:
        return False
    found = detect_ambient_flow(load_cropped(Path(image), _ANALYSIS_SIZE), None)
    # Clouds drift level; water runs towards the viewer as well.
    return found is not None and float((found.velocity[..., 1] > 0).mean()) > _MIN_WATER_SHARE
