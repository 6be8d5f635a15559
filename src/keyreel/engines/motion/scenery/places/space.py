"""Outer space, with a nebula, planets and asteroids."""

from __future__ import annotations

from functools import partial
from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Place, TimeOfDay
from keyreel.engines.motion.scenery.landscapes.foreground import draw_asteroids
from keyreel.engines.motion.scenery.landscapes.outer_space import draw_space
from keyreel.engines.motion.scenery.moving.drifting_specks import STARS
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe
from keyreel.engines.motion.scenery.view import DepthProfile

SPACE: Final = PlaceRecipe(
    draw=draw_space,
    horizon=0.80,
    depth_profile=DepthProfile(0, ground=0.12, side=0.16, above=0.12),
    foreground=(
        ForegroundElement(partial(draw_asteroids, count=16), 0.45, 0.0, 0.0, drift=0.008),
        ForegroundElement(partial(draw_asteroids, count=6), 1.0, 0.0, 0.0, drift=-0.020),
    ),
    default_time_of_day=TimeOfDay.NIGHT,
    has_open_sky=False,
    has_direct_light=False,
    dimming=0.3,
    is_weightless=True,
    swarm=STARS,
    also_shows=(Place.SKY,),
    nouns="asteroid planet nebula galaxy star meteor",
)
