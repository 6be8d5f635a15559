"""A flowering meadow before low hills, and a village on one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts.vocabulary import Place, TimeOfDay
from keyreel.engines.motion.scenery.cities.village import draw_houses
from keyreel.engines.motion.scenery.landscapes.ground import draw_grass, draw_plain
from keyreel.engines.motion.scenery.landscapes.plants import draw_boughs, draw_grasses, draw_tree
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky
from keyreel.engines.motion.scenery.landscapes.terrain import TerrainSettings, draw_terrain
from keyreel.engines.motion.scenery.moving.drifting_specks import FIREFLIES, MOTES
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def _draw_meadow(context: DrawingContext) -> FloatArray:
    image = draw_sky(context)
    draw_terrain(
        image,
        context,
        TerrainSettings(1.5, 9.0, 9.0, (104, 122, 78), tree_line=0.75, is_ridged=False, haze=20),
    )
    draw_plain(image, context, far=(150, 176, 92), near=(70, 118, 44), contrast=0.34)
    draw_grass(image, context, (60, 112, 38))
    return image


MEADOW: Final = PlaceRecipe(
    draw=_draw_meadow,
    horizon=0.52,
    foreground=(
        ForegroundElement(draw_tree, 0.40, 0.005, is_on_other_side=True),
        ForegroundElement(partial(draw_grasses, tall=0.24, flowers=0.16), 0.66, 0.014),
        ForegroundElement(draw_boughs, 0.74, 0.014, -1.0),
        ForegroundElement(partial(draw_grasses, tall=0.42, flowers=0.16), 0.94, 0.030),
    ),
    changes_with_season=True,
    winter_place=Place.SNOWFIELD,
    swarm_by_time_of_day={TimeOfDay.NIGHT: FIREFLIES, TimeOfDay.SUNSET: MOTES},
    has_birds=True,
    has_birdsong=True,
    also_shows=(Place.MOUNTAINS, Place.FOREST, Place.SKY),
)
VILLAGE: Final = PlaceRecipe(
    draw=_draw_meadow,
    horizon=0.52,
    foreground=(
        ForegroundElement(partial(draw_houses, level=0.585, tall=0.085, count=10), 0.19),
        ForegroundElement(partial(draw_houses, level=0.66, tall=0.15, count=6), 0.33),
        ForegroundElement(draw_tree, 0.40, 0.005, is_on_other_side=True),
        ForegroundElement(partial(draw_houses, level=0.80, tall=0.27, count=2), 0.58),
        ForegroundElement(partial(draw_grasses, tall=0.34, flowers=0.16), 0.94, 0.030),
    ),
    changes_with_season=True,
    swarm_by_time_of_day={TimeOfDay.NIGHT: FIREFLIES},
    has_birds=True,
    has_birdsong=True,
    also_shows=(Place.MEADOW, Place.MOUNTAINS, Place.SKY),
    nouns="village house houses cottage cottages roof roofs chimney "
    "window windows door garden tree 房子 小屋 屋顶 树",
)
