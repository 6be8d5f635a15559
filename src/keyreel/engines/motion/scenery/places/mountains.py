"""Mountains: green ones with woods and rocks, snowy peaks, and the snow fields at their foot."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.landscapes.foreground import draw_cloud_bank, draw_rocks
from keyreel.engines.motion.scenery.landscapes.ground import draw_grass, draw_plain, draw_snow_ground
from keyreel.engines.motion.scenery.landscapes.plants import draw_conifers, draw_grasses
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky
from keyreel.engines.motion.scenery.landscapes.skyline import draw_conifer_line
from keyreel.engines.motion.scenery.landscapes.terrain import TerrainSettings, draw_terrain
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


_AERIAL_HORIZON: Final = 0.46
"""The horizon's row from the air, as a part of the height."""


def _draw_mountains(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.4)
    if context.aerial:
        draw_terrain(
            image,
            context,
            TerrainSettings(2.6, 4.4, 7.5, tree_line=0.6, snow_line=0.66, haze=20, clouds=0.26),
        )
        return image
    draw_terrain(image, context, TerrainSettings(3.3, 8.5, 8.5, tree_line=0.36, snow_line=0.62))
    draw_conifer_line(image, context, rise=0.04, colour=context.haze_colour((34, 58, 48), 0.2))
    draw_plain(image, context, far=(112, 132, 84), near=(58, 82, 46), contrast=0.4)
    draw_grass(image, context, (70, 96, 44))
    return image


def _draw_snowpeaks(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.4)
    if context.aerial:
        draw_terrain(
            image, context, TerrainSettings(2.7, 4.4, 7.5, (84, 84, 94), snow_line=0.32, haze=20, clouds=0.26)
        )
        return image
    draw_terrain(image, context, TerrainSettings(3.5, 8.5, 8.5, (84, 84, 94), snow_line=0.3))
    draw_snow_ground(image, context)
    return image


def _draw_snowfield(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.6)
    draw_terrain(image, context, TerrainSettings(2.0, 8.0, 7.0, (112, 116, 128), snow_line=0.1, haze=18))
    draw_conifer_line(image, context, rise=0.06, colour=context.haze_colour((58, 80, 92), 0.35))
    draw_snow_ground(image, context)
    return image


_ABOVE_CLOUDS: Final = (
    ForegroundElement(partial(draw_cloud_bank, level=1.02, thick=0.85), 0.62, drift=0.016),
    ForegroundElement(partial(draw_cloud_bank, level=1.16, thick=0.80), 0.95, drift=-0.030),
)

MOUNTAINS: Final = PlaceRecipe(
    draw=_draw_mountains,
    horizon=0.56,
    aerial_horizon=_AERIAL_HORIZON,
    foreground=(
        ForegroundElement(partial(draw_conifers, tall=0.66, count=9), 0.60, 0.003),
        ForegroundElement(partial(draw_rocks, colour=(112, 108, 106)), 0.85),
        ForegroundElement(partial(draw_grasses, tall=0.34, flowers=0.12), 0.94, 0.024),
    ),
    aerial_foreground=_ABOVE_CLOUDS,
    changes_with_season=True,
    winter_place=Place.SNOWPEAKS,
    gathers_mist=True,
    has_birds=True,
    sound=AudibleContent.WIND,
    also_shows=(Place.SNOWPEAKS, Place.FOREST, Place.MEADOW, Place.SKY),
    nouns="rock conifer pine",
)
SNOWPEAKS: Final = PlaceRecipe(
    draw=_draw_snowpeaks,
    horizon=0.56,
    aerial_horizon=_AERIAL_HORIZON,
    foreground=(
        ForegroundElement(partial(draw_conifers, tall=0.66, count=9), 0.60, 0.003),
        ForegroundElement(partial(draw_rocks, colour=(196, 204, 216)), 0.92),
    ),
    aerial_foreground=_ABOVE_CLOUDS,
    is_snowy=True,
    sound=AudibleContent.WIND,
    also_shows=(Place.MOUNTAINS, Place.SNOWFIELD, Place.FOREST, Place.SKY),
)
SNOWFIELD: Final = PlaceRecipe(
    draw=_draw_snowfield,
    horizon=0.54,
    foreground=(
        ForegroundElement(partial(draw_conifers, tall=0.66, count=9), 0.60, 0.003),
        ForegroundElement(partial(draw_conifers, tall=0.98, count=3), 0.92, 0.005),
    ),
    is_snowy=True,
    changes_with_season=True,
    sound=AudibleContent.WIND,
    also_shows=(Place.SNOWPEAKS, Place.MOUNTAINS, Place.FOREST, Place.SKY),
)
