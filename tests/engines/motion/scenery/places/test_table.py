"""The table of drawn places: one recipe for every place that a prompt may name."""

from __future__ import annotations

import pytest

from keyreel.engines.motion.prompts.place_vocabulary import PLACE_PATTERNS
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.places.table import RECIPES


def test_every_place_has_a_recipe_and_words() -> None:
    assert set(RECIPES) == set(Place) == {place for place, _ in PLACE_PATTERNS}


@pytest.mark.parametrize("place", Place)
def test_water_ends_below_the_horizon(place: Place) -> None:
    recipe = RECIPES[place]
    assert recipe.shoreline is None or recipe.shoreline > recipe.horizon


@pytest.mark.parametrize("place", Place)
def test_a_place_seen_from_the_air_has_a_horizon_there(place: Place) -> None:
    assert bool(RECIPES[place].aerial_foreground) == (RECIPES[place].aerial_horizon is not None)
