"""The sea below its surface."""

from __future__ import annotations

from typing import Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.scenery.landscapes.plants import draw_weeds
from keyreel.engines.motion.scenery.moving.drifting_specks import BUBBLES
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe
from keyreel.engines.motion.scenery.view import DepthProfile
from keyreel.engines.motion.scenery.waters.underwater import draw_underwater

UNDERWATER: Final = PlaceRecipe(
    draw=draw_underwater,
    horizon=0.70,
    depth_profile=DepthProfile(0, ground=0.7, side=0.34),
    foreground=(
        ForegroundElement(draw_weeds, 0.62, 0.030),
        ForegroundElement(draw_weeds, 1.05, 0.046),
    ),
    has_open_sky=False,
    has_direct_light=False,
    is_weightless=True,
    swarm=BUBBLES,
    sound=AudibleContent.WATER,
    nouns="fish fishes reef coral seaweed kelp bubble 鱼 鱼群 金鱼",
)
