"""The sky itself, over layers of clouds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engine import AudibleContent
from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import smoothstep_array
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.landscapes.foreground import draw_cloud_bank
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky
from keyreel.engines.motion.scenery.place_recipe import ForegroundElement, PlaceRecipe
from keyreel.engines.motion.scenery.view import DepthProfile

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def _draw_cloud_layers(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.8)
    width, height = context.size
    for level, haze in ((0.74, 0.5), (0.84, 0.3), (0.94, 0.1)):
        tops = generate_noise((width, 1), (7, 1), context.rng, 5)[0] * height * 0.16
        rows = np.arange(height, dtype=np.float32)[:, None]
        edge = level * height - tops[None, :]
        puff = generate_noise((width, height), (9, 5), context.rng, 4)
        mask = smoothstep_array(rows - edge + (puff - 0.5) * height * 0.10, 0, height * 0.05)
        shade = 0.82 + 0.25 * puff
        colour = (
            np.array(context.palette.cloud, np.float32) * (1 - haze)
            + np.array(context.palette.horizon) * haze
        )
        image += (colour.astype(np.float32) * shade[..., None] - image) * mask[..., None]
    return np.asarray(image, np.float32)


SKY: Final = PlaceRecipe(
    draw=_draw_cloud_layers,
    horizon=0.86,
    depth_profile=DepthProfile(0, ground=0.30),
    foreground=(
        ForegroundElement(partial(draw_cloud_bank, level=0.66, thick=0.94), 0.30, drift=0.010),
        ForegroundElement(partial(draw_cloud_bank, level=0.82, thick=0.92), 0.55, drift=-0.018),
        ForegroundElement(partial(draw_cloud_bank, level=1.0, thick=0.86), 0.90, drift=0.034),
    ),
    has_direct_light=False,
    is_weightless=True,
    has_birds=True,
    sound=AudibleContent.WIND,
    also_shows=(Place.MOUNTAINS,),
)
