"""Woods: a clearing in a forest, a path through bamboo, conifers deep in snow."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.prompts.vocabulary import Place, TimeOfDay
from keyreel.engines.motion.scenery.landscapes.bamboo import draw_bamboo_grove, draw_culms
from keyreel.engines.motion.scenery.landscapes.forest import draw_forest
from keyreel.engines.motion.scenery.landscapes.ground import draw_snow_ground
from keyreel.engines.motion.scenery.landscapes.plants import draw_boughs, draw_conifers, draw_grasses
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky
from keyreel.engines.motion.scenery.landscapes.skyline import draw_conifer_line
from keyreel.engines.motion.scenery.moving.drifting_specks import FIREFLIES, MOTES
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe
from keyreel.engines.motion.scenery.view import DepthProfile

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def _draw_snowwood(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.6)
    for rise, haze in ((0.17, 0.62), (0.11, 0.42)):
        draw_conifer_line(image, context, rise=rise, colour=context.haze_colour((58, 80, 88), haze))
    draw_snow_ground(image, context)
    return image


FOREST: Final = PlaceRecipe(
    draw=draw_forest,
    horizon=0.56,
    depth_profile=DepthProfile(0, side=0.66),
    foreground=(
        ForegroundElement(draw_boughs, 0.80, 0.012, -1.0, is_on_other_side=True),
        ForegroundElement(partial(draw_grasses, tall=0.34, flowers=0.06), 0.90, 0.020),
        ForegroundElement(draw_boughs, 0.94, 0.016, -1.0),
    ),
    has_open_sky=False,
    has_direct_light=False,
    changes_with_season=True,
    gathers_mist=True,
    swarm=MOTES,
    swarm_by_time_of_day={TimeOfDay.NIGHT: FIREFLIES},
    has_birdsong=True,
    also_shows=(Place.MEADOW,),
)
BAMBOO: Final = PlaceRecipe(
    draw=draw_bamboo_grove,
    horizon=0.58,
    depth_profile=DepthProfile(0, side=0.66),
    foreground=(
        ForegroundElement(partial(draw_culms, count=10, thick=0.045), 0.66, 0.004),
        ForegroundElement(partial(draw_culms, count=4, thick=0.085), 1.0, 0.006),
    ),
    has_open_sky=False,
    has_direct_light=False,
    gathers_mist=True,
    swarm=MOTES,
    swarm_by_time_of_day={TimeOfDay.NIGHT: FIREFLIES},
    has_birdsong=True,
    also_shows=(Place.FOREST,),
    nouns="bamboo culm path leaf leaves 竹子 竹叶",
)
SNOWWOOD: Final = PlaceRecipe(
    draw=_draw_snowwood,
    horizon=0.58,
    foreground=(
        ForegroundElement(partial(draw_conifers, tall=0.30, count=56, level=0.68, gap=0.02), 0.22, 0.001),
        ForegroundElement(partial(draw_conifers, tall=0.46, count=26, level=0.76, gap=0.10), 0.38, 0.002),
        ForegroundElement(partial(draw_conifers, tall=0.74, count=10, level=0.90, gap=0.22), 0.62, 0.003),
        ForegroundElement(partial(draw_conifers, tall=1.20, count=3), 0.95, 0.005),
    ),
    is_snowy=True,
    changes_with_season=True,
    gathers_mist=True,
    sound=AudibleContent.WIND,
    also_shows=(Place.FOREST, Place.SNOWFIELD, Place.SKY),
    nouns="conifer pine fir spruce tree trees 松树",
)
