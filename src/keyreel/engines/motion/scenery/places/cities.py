"""A city: a street between its houses, and its towers seen across the water."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.cities.metropolis import draw_metropolis
from keyreel.engines.motion.scenery.cities.street import draw_street
from keyreel.engines.motion.scenery.landscapes.foreground import draw_bokeh
from keyreel.engines.motion.scenery.landscapes.plants import draw_boughs
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky
from keyreel.engines.motion.scenery.place_recipe import (
    DAYLIGHT_ONLY,
    NIGHT_ONLY,
    ForegroundElement,
    PlaceRecipe,
)
from keyreel.engines.motion.scenery.view import DepthProfile
from keyreel.engines.motion.scenery.waters.water import draw_water

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def _draw_skyline(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.45)
    draw_metropolis(image, context)
    draw_water(image, context, deep=(22, 44, 66), calm=0.55, has_lamps=True)
    return image


_FOREGROUND: Final = (
    ForegroundElement(partial(draw_bokeh, count=20), 1.1, 0.006, 0.0, times_of_day=NIGHT_ONLY),
    ForegroundElement(draw_boughs, 0.95, 0.012, -1.0, times_of_day=DAYLIGHT_ONLY),
)
_NOUNS: Final = (
    "building buildings house houses shop shops window windows lamp lamps lantern street tree sign signs"
)

CITY: Final = PlaceRecipe(
    draw=draw_street,
    horizon=0.60,
    depth_profile=DepthProfile(0, side=0.62),
    foreground=_FOREGROUND,
    gloss=0.14,
    changes_with_season=True,
    has_traffic=True,
    sound=AudibleContent.CITY,
    also_shows=(Place.SKYLINE, Place.SKY),
    nouns=f"{_NOUNS} 路灯",
)
SKYLINE: Final = PlaceRecipe(
    draw=_draw_skyline,
    horizon=0.58,
    foreground=_FOREGROUND,
    shoreline=1.5,
    water_calmness=0.55,
    land_alternative=Place.CITY,
    sound=AudibleContent.CITY,
    also_shows=(Place.CITY, Place.LAKE, Place.SEA, Place.SKY),
    nouns=f"{_NOUNS} tower towers",
)
