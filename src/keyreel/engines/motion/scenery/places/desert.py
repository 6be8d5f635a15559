"""A desert of dunes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from keyreel.engine import AudibleContent
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.landscapes.foreground import draw_dunes
from keyreel.engines.motion.scenery.landscapes.ground import draw_plain
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def _draw_desert(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.2)
    draw_plain(
        image,
        context,
        far=(228, 176, 112),
        near=(206, 142, 80),
        contrast=0.12,
        stretch=3.0,
        relief=0.07,
        ripples=0.05,
    )
    return image


DESERT: Final = PlaceRecipe(
    draw=_draw_desert,
    horizon=0.52,
    foreground=(
        ForegroundElement(partial(draw_dunes, level=0.525, high=0.075), 0.12),
        ForegroundElement(partial(draw_dunes, level=0.575, high=0.10), 0.19),
        ForegroundElement(partial(draw_dunes, level=0.66, high=0.16), 0.30),
        ForegroundElement(partial(draw_dunes, level=0.84, high=0.20), 0.52),
        ForegroundElement(partial(draw_dunes, level=1.06, high=0.22), 0.82),
    ),
    sound=AudibleContent.WIND,
    also_shows=(Place.SKY,),
    nouns="dune",
)
