"""The open sea, a sandy beach, a lake before mountains, and a waterfall in its gorge."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.prompts.vocabulary import Place, TimeOfDay
from keyreel.engines.motion.scenery.landscapes.foreground import draw_rocks
from keyreel.engines.motion.scenery.landscapes.plants import (
    draw_boughs,
    draw_conifers,
    draw_grasses,
    draw_palm,
)
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky
from keyreel.engines.motion.scenery.landscapes.terrain import TerrainSettings, draw_terrain
from keyreel.engines.motion.scenery.moving.drifting_specks import FIREFLIES
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe
from keyreel.engines.motion.scenery.view import DepthProfile
from keyreel.engines.motion.scenery.waters.water import draw_sand, draw_water
from keyreel.engines.motion.scenery.waters.waterfall import draw_gorge

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


_BEACH_SHORELINE: Final = 0.78
"""The row at which the sea ends before the sand, as a part of the height."""


def _draw_sea(context: DrawingContext) -> FloatArray:
    image = draw_sky(context)
    draw_terrain(image, context, TerrainSettings(0.7, 15.0, 6.0, (98, 108, 104), tree_line=0.8, haze=15))
    draw_water(image, context)
    return image


def _draw_beach(context: DrawingContext) -> FloatArray:
    image = draw_sky(context)
    draw_water(image, context)
    draw_sand(image, context, _BEACH_SHORELINE)
    return image


def _draw_lake(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.45)
    draw_terrain(image, context, TerrainSettings(3.1, 8.0, 8.0, tree_line=0.42, snow_line=0.66))
    draw_water(image, context, deep=(30, 74, 92), calm=0.75)
    return image


SEA: Final = PlaceRecipe(
    draw=_draw_sea,
    horizon=0.50,
    foreground=(ForegroundElement(partial(draw_rocks, colour=(92, 86, 84)), 0.92),),
    shoreline=1.5,
    water_calmness=0.15,
    land_alternative=Place.BEACH,
    has_birds=True,
    sound=AudibleContent.WATER,
    also_shows=(Place.BEACH, Place.SKY),
    nouns="rock",
)
BEACH: Final = PlaceRecipe(
    draw=_draw_beach,
    horizon=0.46,
    foreground=(
        ForegroundElement(draw_palm, 0.80, 0.010, 1.0),
        ForegroundElement(partial(draw_grasses, tall=0.20, dense=0.5), 1.05, 0.024),
    ),
    shoreline=_BEACH_SHORELINE,
    water_calmness=0.35,
    has_birds=True,
    sound=AudibleContent.WATER,
    also_shows=(Place.SEA, Place.SKY),
    nouns="palm rock",
)
LAKE: Final = PlaceRecipe(
    draw=_draw_lake,
    horizon=0.50,
    foreground=(
        ForegroundElement(partial(draw_conifers, tall=0.62, count=7), 0.60, 0.003),
        ForegroundElement(partial(draw_grasses, tall=0.44, dense=0.8), 0.92, 0.028),
        ForegroundElement(draw_boughs, 0.80, 0.014, -1.0),
    ),
    shoreline=1.5,
    water_calmness=0.80,
    changes_with_season=True,
    gathers_mist=True,
    swarm_by_time_of_day={TimeOfDay.NIGHT: FIREFLIES},
    has_birds=True,
    sound=AudibleContent.WATER,
    also_shows=(Place.MOUNTAINS, Place.FOREST, Place.MEADOW, Place.SKY),
)
WATERFALL: Final = PlaceRecipe(
    draw=draw_gorge,
    horizon=0.70,
    depth_profile=DepthProfile(0, side=0.50, above=0.06),
    foreground=(
        ForegroundElement(partial(draw_rocks, colour=(104, 102, 96)), 0.80),
        ForegroundElement(draw_boughs, 0.74, 0.014, -1.0, is_on_other_side=True),
        ForegroundElement(partial(draw_grasses, tall=0.30, dense=0.7), 0.96, 0.026),
    ),
    shoreline=1.5,
    water_calmness=0.45,
    changes_with_season=True,
    gathers_mist=True,
    has_waterfall=True,
    sound=AudibleContent.WATER,
    also_shows=(Place.FOREST, Place.LAKE, Place.MOUNTAINS, Place.SKY),
    nouns="waterfall cascade gorge cliff rock pool spray 瀑布",
)
