"""A room, seen towards its window."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.scenery.cities.interiors import draw_room
from keyreel.engines.motion.scenery.cities.window import draw_room_window
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe

ROOM: Final = PlaceRecipe(
    draw=draw_room,
    horizon=0.64,
    foreground=(ForegroundElement(draw_room_window, 0.86),),
    has_open_sky=False,
    has_direct_light=False,
    gloss=0.10,
    nouns="window windowsill sill curtain plant pot floor wall sunlight",
)
