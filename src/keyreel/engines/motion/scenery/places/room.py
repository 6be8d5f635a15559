"""Indoors: a room and a café seen towards their windows, a laid table, and a room with a fireplace."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.interiors.cafe import (
    draw_cafe_tables,
    draw_cafe_window,
    draw_near_table,
    draw_pendant_lamps,
)
from keyreel.engines.motion.scenery.interiors.fireplace import draw_armchair, draw_fireplace
from keyreel.engines.motion.scenery.interiors.room import draw_room
from keyreel.engines.motion.scenery.interiors.tableware import (
    CUP_SIZE,
    CUP_SPOT,
    draw_table_room,
    draw_table_setting,
)
from keyreel.engines.motion.scenery.interiors.window import draw_room_window
from keyreel.engines.motion.scenery.place_recipe import EffectSpot, ForegroundElement, PlaceRecipe
from keyreel.engines.motion.scenery.view import DepthProfile

_TABLE_DISPARITY: Final = 0.90

ROOM: Final = PlaceRecipe(
    draw=draw_room,
    horizon=0.64,
    foreground=(ForegroundElement(draw_room_window, 0.86),),
    has_open_sky=False,
    has_direct_light=False,
    gloss=0.10,
    is_indoors=True,
    window_views=(Place.MOUNTAINS, Place.LAKE, Place.SEA, Place.SKYLINE),
    nouns="window windowsill sill curtain plant pot floor wall sunlight",
)
CAFE: Final = PlaceRecipe(
    draw=draw_room,
    horizon=0.64,
    foreground=(
        ForegroundElement(draw_cafe_window, 0.46),
        ForegroundElement(draw_pendant_lamps, 0.62, 0.004, -1.0),
        ForegroundElement(draw_cafe_tables, 0.70),
        ForegroundElement(draw_near_table, 1.0),
    ),
    has_open_sky=False,
    has_direct_light=False,
    gloss=0.10,
    is_indoors=True,
    window_views=(Place.CITY,),
    also_shows=(Place.ROOM, Place.TABLE),
    nouns="window table chair cup mug coffee lamp plant pot floor wall sunlight shop 桌子 椅子 咖啡杯 咖啡",
)
TABLE: Final = PlaceRecipe(
    draw=draw_table_room,
    horizon=0.62,
    foreground=(
        ForegroundElement(draw_room_window, 0.50),
        ForegroundElement(draw_table_setting, _TABLE_DISPARITY),
    ),
    has_open_sky=False,
    has_direct_light=False,
    gloss=0.12,
    is_indoors=True,
    window_views=(Place.MEADOW, Place.LAKE, Place.MOUNTAINS),
    cup=EffectSpot(*CUP_SPOT, 0.46, _TABLE_DISPARITY, above=CUP_SIZE * 0.84),
    also_shows=(Place.ROOM,),
    nouns="table desk cup mug coffee tea saucer window curtain plant pot wall sunlight "
    "桌子 书桌 杯子 咖啡杯 咖啡 茶",
)
FIREPLACE: Final = PlaceRecipe(
    draw=draw_fireplace,
    horizon=0.72,
    depth_profile=DepthProfile(0, ground=0.45, side=0.30),
    foreground=(ForegroundElement(draw_armchair, 0.95),),
    has_open_sky=False,
    has_direct_light=False,
    is_indoors=True,
    hearth=EffectSpot(0.5, 0.862, 0.30, 0.24),
    also_shows=(Place.ROOM,),
    nouns="fireplace hearth mantel mantelpiece log brick rug armchair chair clock candle "
    "picture floor wall 椅子 蜡烛 时钟",
)
