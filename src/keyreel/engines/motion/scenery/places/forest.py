"""A clearing in a forest."""

from __future__ import annotations

from functools import partial
from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Place, TimeOfDay
from keyreel.engines.motion.scenery.landscapes.forest import draw_forest
from keyreel.engines.motion.scenery.landscapes.plants import draw_boughs, draw_grasses
from keyreel.engines.motion.scenery.moving.drifting_specks import FIREFLIES, MOTES
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe
from keyreel.engines.motion.scenery.view import DepthProfile

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
