"""What a prompt's time of day and weather make of a place: its light, its birds and its traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts.vocabulary import Effect, Place, TimeOfDay
from keyreel.engines.motion.scenery.places.table import RECIPES

if TYPE_CHECKING:
    from keyreel.engines.motion.prompts.parser import ParsedPrompt

_OVERCAST_EFFECTS: Final = (Effect.RAIN, Effect.SNOW, Effect.FOG, Effect.STORM, Effect.LIGHTNING)


def choose_time_of_day(parsed: ParsedPrompt, place: Place) -> TimeOfDay:
    """Return the light of a place: the prompt's time of day or its usual one, a day overcast by weather."""
    time_of_day = parsed.time_of_day or RECIPES[place].default_time_of_day
    is_overcast = any(parsed.get_effect_strength(effect) for effect in _OVERCAST_EFFECTS)
    return TimeOfDay.OVERCAST if time_of_day is TimeOfDay.DAY and is_overcast else time_of_day


def has_birds(parsed: ParsedPrompt, place: Place) -> bool:
    """Say whether birds fly over a place: not by night, and not in the rain."""
    is_dry = not parsed.get_effect_strength(Effect.RAIN)
    return RECIPES[place].has_birds and parsed.time_of_day is not TimeOfDay.NIGHT and is_dry


def has_traffic(parsed: ParsedPrompt, place: Place) -> bool:
    """Say whether the lights of cars are seen in a place."""
    return RECIPES[place].has_traffic and parsed.time_of_day is TimeOfDay.NIGHT
