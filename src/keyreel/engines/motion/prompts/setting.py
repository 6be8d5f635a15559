"""Where and when a text-to-video shot plays, as its prompt says or implies."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.prompts.parser import parse_prompt, split_into_phases
from keyreel.engines.motion.prompts.place_vocabulary import AERIAL_VIEW_PATTERN
from keyreel.engines.motion.prompts.vocabulary import Effect, Place, Season, TimeOfDay
from keyreel.engines.motion.scenery.places.table import RECIPES

if TYPE_CHECKING:
    from keyreel.engines.motion.prompts.parser import ParsedPrompt

_PLACE_BY_SEASON: Final = {
    Season.SPRING: Place.MEADOW,
    Season.AUTUMN: Place.FOREST,
    Season.WINTER: Place.SNOWFIELD,
    Season.SUMMER: Place.BEACH,
}
_PLACE_BY_EFFECT: Final = (
    (Effect.FIRE, Place.FOREST),
    (Effect.CAMPFIRE, Place.FOREST),
    (Effect.STEAM, Place.TABLE),
    (Effect.LEAVES, Place.FOREST),
    (Effect.PETALS, Place.MEADOW),
    (Effect.SNOW, Place.SNOWFIELD),
    (Effect.FOG, Place.FOREST),
    (Effect.RAIN, Place.CITY),
)
_DEFAULT_PLACES: Final = (Place.MOUNTAINS, Place.LAKE, Place.MEADOW, Place.SEA)
_SEASONAL_EFFECTS: Final = {
    Season.SPRING: (Effect.PETALS, 0.7),
    Season.AUTUMN: (Effect.LEAVES, 0.6),
    Season.WINTER: (Effect.SNOW, 0.7),
}
"""What the air carries in a season, and how much (1.0 is usual)."""
_MISTY_TIMES_OF_DAY: Final = (TimeOfDay.DAWN, TimeOfDay.OVERCAST)
_LIGHT_EFFECTS: Final = frozenset(
    {
        Effect.NIGHT,
        Effect.DAY,
        Effect.SUNSET,
        Effect.DAWN,
        Effect.WIND,
        Effect.STARS,
        Effect.AURORA,
        Effect.MONOCHROME,
        Effect.SEPIA,
    }
)
"""Effects that leave the air clear for what the season or the time of day adds."""
_MIST_EFFECT: Final = (Effect.FOG, 0.35)
"""Light fog: 1.0 is usual."""
_MAX_SCENES: Final = 4
"""Scenes in one shot."""


@dataclass(frozen=True, slots=True)
class ShotScene:
    """One scene of a shot. `start` is where in the shot it begins, 0.0 … 1.0; `is_aerial` is seen from the air."""

    parsed_prompt: ParsedPrompt
    start: float
    has_cut: bool
    is_aerial: bool = False


def split_into_scenes(prompt: str, seconds: int, seed: int) -> tuple[ShotScene, ...]:
    """Split a prompt into its scenes, in order; there are no more than `seconds`.

    A phase that names neither place, time of day, season nor effect continues the scene before it. A phase
    that names only a time of day brings that to the same place.
    """
    found: list[ShotScene] = []
    phases = split_into_phases(prompt)
    for number, (text, cut) in enumerate(phases):
        current = parse_prompt(text)
        if found and not is_drawable(current):
            continue
        if len(found) == min(seconds, _MAX_SCENES):
            break
        if found:
            current = _carry_over(found[-1].parsed_prompt, current)
        found.append(
            ShotScene(current, number / len(phases), cut, bool(re.search(AERIAL_VIEW_PATTERN, text)))
        )
    return tuple(replace(scene, parsed_prompt=complete_setting(scene.parsed_prompt, seed)) for scene in found)


def is_drawable(parsed: ParsedPrompt) -> bool:
    """Say whether a prompt names anything that can be drawn: a place, a time, a season or an effect."""
    return bool(parsed.place or parsed.time_of_day or parsed.season or parsed.effects)


def complete_setting(parsed: ParsedPrompt, seed: int) -> ParsedPrompt:
    """Return the prompt with a place, and with the effects that its time of day and season add there."""
    if not is_drawable(parsed):
        return parsed
    place = parsed.place or _choose_default_place(parsed, seed)
    time_of_day = parsed.time_of_day
    if time_of_day is None and any(map(parsed.get_effect_strength, (Effect.FIRE, Effect.CAMPFIRE))):
        time_of_day = TimeOfDay.NIGHT
    effects = parsed.effects
    weather = any(effect not in _LIGHT_EFFECTS for effect, _ in effects)
    carried = _SEASONAL_EFFECTS.get(parsed.season) if parsed.season is not None else None
    if not weather and carried and RECIPES[place].changes_with_season:
        effects = (*effects, carried)
    elif not weather and time_of_day in _MISTY_TIMES_OF_DAY and RECIPES[place].gathers_mist:
        effects = (*effects, _MIST_EFFECT)
    return replace(parsed, place=place, time_of_day=time_of_day, effects=effects)


def _carry_over(before: ParsedPrompt, current: ParsedPrompt) -> ParsedPrompt:
    """Return a phase after another one: what it does not mention stays as it was."""
    return replace(
        current,
        place=current.place or before.place,
        time_of_day=current.time_of_day or before.time_of_day,
        season=current.season or (before.season if current.place is None else None),
    )


def _choose_default_place(parsed: ParsedPrompt, seed: int) -> Place:
    if parsed.season is not None:
        return _PLACE_BY_SEASON[parsed.season]
    for effect, place in _PLACE_BY_EFFECT:
        if parsed.get_effect_strength(effect):
            return place
    return _DEFAULT_PLACES[int(np.random.default_rng([seed, 53]).integers(len(_DEFAULT_PLACES)))]
