"""The table of drawn places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.places.cities import CITY, SKYLINE
from keyreel.engines.motion.scenery.places.cloudscape import SKY
from keyreel.engines.motion.scenery.places.desert import DESERT
from keyreel.engines.motion.scenery.places.forest import BAMBOO, FOREST, SNOWWOOD
from keyreel.engines.motion.scenery.places.meadow import MEADOW, VILLAGE
from keyreel.engines.motion.scenery.places.mountains import MOUNTAINS, SNOWFIELD, SNOWPEAKS
from keyreel.engines.motion.scenery.places.room import CAFE, FIREPLACE, ROOM, TABLE
from keyreel.engines.motion.scenery.places.space import SPACE
from keyreel.engines.motion.scenery.places.underwater import UNDERWATER
from keyreel.engines.motion.scenery.places.waters import BEACH, LAKE, SEA, WATERFALL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.engines.motion.scenery.place_recipe import PlaceRecipe

RECIPES: Final[Mapping[Place, PlaceRecipe]] = {
    Place.SEA: SEA,
    Place.BEACH: BEACH,
    Place.LAKE: LAKE,
    Place.UNDERWATER: UNDERWATER,
    Place.MOUNTAINS: MOUNTAINS,
    Place.SNOWPEAKS: SNOWPEAKS,
    Place.SNOWFIELD: SNOWFIELD,
    Place.FOREST: FOREST,
    Place.MEADOW: MEADOW,
    Place.DESERT: DESERT,
    Place.CITY: CITY,
    Place.SKYLINE: SKYLINE,
    Place.ROOM: ROOM,
    Place.SPACE: SPACE,
    Place.SKY: SKY,
    Place.VILLAGE: VILLAGE,
    Place.WATERFALL: WATERFALL,
    Place.BAMBOO: BAMBOO,
    Place.SNOWWOOD: SNOWWOOD,
    Place.FIREPLACE: FIREPLACE,
    Place.CAFE: CAFE,
    Place.TABLE: TABLE,
}
"""Every place has its recipe here."""
