"""Where and when a text-to-video shot plays: what its prompt says, and what follows from that."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.prompts.parser import direct, phases
from keyreel.engines.motion.prompts.vocabulary import ALOFT, Effect, Hour, Place, Season
from keyreel.engines.motion.scenery.seasons import CARRIED, GREEN

if TYPE_CHECKING:
    from keyreel.engines.motion.prompts.parser import Direction

_BY_SEASON: Final = {
    Season.SPRING: Place.MEADOW,
    Season.AUTUMN: Place.FOREST,
    Season.WINTER: Place.SNOWFIELD,
    Season.SUMMER: Place.BEACH,
}
_BY_AIR: Final = (
    (Effect.FIRE, Place.FOREST),
    (Effect.STEAM, Place.ROOM),
    (Effect.LEAVES, Place.FOREST),
    (Effect.PETALS, Place.MEADOW),
    (Effect.SNOW, Place.SNOWFIELD),
    (Effect.FOG, Place.FOREST),
    (Effect.RAIN, Place.CITY),
)
_ANYWHERE: Final = (Place.MOUNTAINS, Place.LAKE, Place.MEADOW, Place.SEA)
_MISTY: Final = frozenset({Place.MOUNTAINS, Place.LAKE, Place.FOREST})
_MISTY_HOURS: Final = (Hour.DAWN, Hour.OVERCAST)
_LIGHTS: Final = frozenset({Effect.NIGHT, Effect.DAY, Effect.SUNSET, Effect.WIND})
"""Effects that leave room in the air for what the season or the hour brings."""
_MIST: Final = (Effect.FOG, 0.35)
_MOST_TAKES: Final = 4


@dataclass(frozen=True, slots=True)
class Take:
    """One scene of a shot: what it shows, and where in the shot, 0.0 … 1.0, it begins, perhaps with a cut.

    `aloft` is seen from the air.
    """

    direction: Direction
    start: float
    cut: bool
    aloft: bool = False


def takes(prompt: str, seconds: int, seed: int) -> tuple[Take, ...]:
    """Part a prompt into the scenes that it tells of, one after the other.

    A phase that names neither place nor light nor air goes on in the scene before it. A phase that names
    only an hour brings that hour to the same place.
    """
    found: list[Take] = []
    spoken = phases(prompt)
    for number, (text, cut) in enumerate(spoken):
        here = direct(text)
        if found and not tells(here):
            continue
        if len(found) == min(seconds, _MOST_TAKES):
            break
        if found:
            here = _after(found[-1].direction, here)
        found.append(Take(here, number / len(spoken), cut, bool(re.search(ALOFT, text))))
    return tuple(replace(take, direction=settled(take.direction, seed)) for take in found)


def tells(direction: Direction) -> bool:
    """Say whether a direction names anything that can be drawn: a place, a light, or what is in the air."""
    return bool(direction.place or direction.hour or direction.season or direction.effects)


def settled(direction: Direction, seed: int) -> Direction:
    """Return the direction with a place, and with what its hour and season bring to the air there."""
    if not tells(direction):
        return direction
    place = direction.place or _somewhere(direction, seed)
    hour = direction.hour
    if hour is None and direction.strength_of(Effect.FIRE):
        hour = Hour.NIGHT
    effects = direction.effects
    weather = any(effect not in _LIGHTS for effect, _ in effects)
    carried = CARRIED.get(direction.season) if direction.season is not None else None
    if not weather and carried and place in GREEN:
        effects = (*effects, carried)
    elif not weather and hour in _MISTY_HOURS and place in _MISTY:
        effects = (*effects, _MIST)
    return replace(direction, place=place, hour=hour, effects=effects)


def _after(before: Direction, here: Direction) -> Direction:
    """Return what a phase shows, when it comes after another one: what it leaves out stays as it was."""
    return replace(
        here,
        place=here.place or before.place,
        hour=here.hour or before.hour,
        season=here.season or (before.season if here.place is None else None),
    )


def _somewhere(direction: Direction, seed: int) -> Place:
    if direction.season is not None:
        return _BY_SEASON[direction.season]
    for effect, place in _BY_AIR:
        if direction.strength_of(effect):
            return place
    return _ANYWHERE[int(np.random.default_rng([seed, 53]).integers(len(_ANYWHERE)))]
