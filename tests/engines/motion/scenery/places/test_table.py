"""The table of drawn places: one recipe for every place that a prompt may name."""

from __future__ import annotations

import pytest

from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.place_vocabulary import PLACE_PATTERNS
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.places.table import RECIPES


def test_every_place_has_a_recipe_and_words() -> None:
    assert set(RECIPES) == set(Place) == {place for place, _ in PLACE_PATTERNS}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a village in the hills", Place.VILLAGE),
        ("山间的小村", Place.VILLAGE),
        ("a sunny street in a small town", Place.CITY),
        ("小镇的街道", Place.CITY),
        ("a waterfall in the jungle", Place.WATERFALL),
        ("瀑布", Place.WATERFALL),
        ("a path through bamboo", Place.BAMBOO),
        ("竹林小径", Place.BAMBOO),
        ("a snowy forest", Place.SNOWWOOD),
        ("积雪的森林", Place.SNOWWOOD),
        ("a cozy fireplace", Place.FIREPLACE),
        ("温暖的壁炉", Place.FIREPLACE),
        ("in a café", Place.CAFE),
        ("咖啡馆里", Place.CAFE),
        ("a cup on a wooden table", Place.TABLE),
        ("桌上的茶杯", Place.TABLE),
    ],
)
def test_a_place_is_found_by_its_words(text: str, place: Place) -> None:
    assert parse_prompt(text).place is place


@pytest.mark.parametrize("place", Place)
def test_water_ends_below_the_horizon(place: Place) -> None:
    recipe = RECIPES[place]
    assert recipe.shoreline is None or recipe.shoreline > recipe.horizon


@pytest.mark.parametrize("place", Place)
def test_a_place_seen_from_the_air_has_a_horizon_there(place: Place) -> None:
    assert bool(RECIPES[place].aerial_foreground) == (RECIPES[place].aerial_horizon is not None)
