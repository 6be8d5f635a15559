"""A street between tall buildings, seen along its middle: asphalt, pavements, lamps and trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import smoothstep_array, to_uint8
from keyreel.engines.motion.scenery.cities.facades import (
    EYE_HEIGHT,
    HAZE_DISTANCE,
    StreetProjection,
    compute_darkness,
    draw_facades,
    sample_pulse_train,
)
from keyreel.engines.motion.scenery.landscapes import skyline
from keyreel.engines.motion.scenery.landscapes.forest import draw_leaves
from keyreel.engines.motion.scenery.landscapes.ground import project_onto_ground
from keyreel.engines.motion.scenery.landscapes.sky import draw_sky

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


_FOCAL_LENGTH: Final = 1.0
"""In geometric mean sides of the image."""
_WIDE_STREET: Final = (11.0, 19.0)
_NARROW_STREET: Final = (6.6, 10.0)
"""Metres from the street's middle to its kerbs and to its walls, in wide frames and in tall ones."""
_NARROWING_RATIOS: Final = (0.7, 1.3)
"""Ratios of the image's sides between which a street is between the two."""
_LAMP_DISTANCES: Final = (13.0, 24.0, 38.0, 58.0, 90.0, 140.0)
_TREE_DISTANCES: Final = (18.0, 30.0, 46.0, 72.0, 112.0)
"""Metres from the viewer, at both sides."""


def draw_street(context: DrawingContext) -> FloatArray:
    """Draw a street: float32 [height, width, 3], RGB 0 … 255."""
    image = draw_sky(context, 0.4)
    for rise, haze in ((0.40, 0.72), (0.30, 0.55)):
        skyline.draw_towers(
            image, context, rise=rise, colour=context.haze_colour((92, 100, 116), haze), lights=0.4
        )
    width, height = context.size
    # A wide street would lie below a tall frame's middle as bare asphalt, its houses far away.
    part = smoothstep(*_NARROWING_RATIOS, width / height)
    kerb, wall = (a + (b - a) * part for a, b in zip(_NARROW_STREET, _WIDE_STREET, strict=True))
    focal = _FOCAL_LENGTH * (width * height) ** 0.5
    view = StreetProjection(focal, width / 2, context.horizon_row, kerb, wall)
    draw_facades(image, context, view)
    _draw_road(image, context, view)
    _draw_reflection(image, context)
    drawn = to_uint8(image)
    for away in sorted((*_LAMP_DISTANCES, *_TREE_DISTANCES), reverse=True):
        for side in (-1, 1):
            if away in _LAMP_DISTANCES:
                _draw_lamp(drawn, context, view, aside=side * (view.kerb + 0.8), away=away)
            else:
                _draw_tree(drawn, context, view, aside=side * (view.kerb + 2.6), away=away)
    lit = np.asarray(drawn, np.float32)
    _add_street_lights(lit, context, view)
    return lit


def _draw_road(image: FloatArray, context: DrawingContext, view: StreetProjection) -> None:
    """Draw the roadway with its lines, kerbs and pavements."""
    width, height = context.size
    rows = np.arange(context.horizon_row, height, dtype=np.float32) - view.horizon_row + 0.5
    away = np.minimum(np.float32(EYE_HEIGHT * view.focal) / rows, 400.0)[:, None]
    metre = np.float32(view.focal) / away
    aside = (np.arange(width, dtype=np.float32)[None, :] - np.float32(view.centre_column)) / metre
    part = np.linspace(0, 1, height - context.horizon_row, dtype=np.float32)
    grain = project_onto_ground(generate_noise((512, 512), (160, 160), context.rng, 3), part, width)
    patches = project_onto_ground(generate_noise((512, 512), (20, 20), context.rng, 3), part, width)
    soft = 1 / metre
    road = (
        context.light_colour((92, 93, 98))
        * (0.72 + 0.22 * patches + 0.34 * grain * np.clip(part * 3, 0.2, 1)[:, None])[..., None]
    )
    slab = context.light_colour((182, 177, 168)) * (0.84 + 0.22 * grain)[..., None]
    joints = sample_pulse_train(aside / 1.5, np.full_like(aside, 0.05), soft / 1.5) + sample_pulse_train(
        away / 1.5, np.float32(0.05), away**2 / np.float32(EYE_HEIGHT * view.focal) / 1.5
    )
    slab *= (1 - 0.28 * np.clip(joints, 0, 1))[..., None]
    walk = np.clip((np.abs(aside) - view.kerb) / soft + 0.5, 0, 1)[..., None]
    drawn = road + (slab - road) * walk
    kerb = np.clip((0.16 - np.abs(np.abs(aside) - view.kerb)) / soft + 0.5, 0, 1)
    drawn += (context.light_colour((198, 196, 190)) - drawn) * (kerb * np.clip(0.32 * metre, 0, 1) * 0.8)[
        ..., None
    ]
    dash = sample_pulse_train(away / 7, np.float32(0.5), away**2 / np.float32(EYE_HEIGHT * view.focal) / 7)
    lanes = np.clip((0.07 - np.abs(np.abs(aside) - 3.7)) / soft + 0.5, 0, 1) * np.clip(0.14 * metre, 0, 1)
    paint = lanes * dash
    worn = 0.62 + 0.5 * (grain - 0.5)
    drawn += (context.light_colour((226, 222, 204)) - drawn) * (paint * worn * 0.85)[..., None]
    haze = np.array(context.palette.horizon, np.float32) * np.float32(0.9)
    drawn += (haze - drawn) * (1 - np.exp(-away / np.float32(HAZE_DISTANCE)))[..., None]
    image[context.horizon_row :] = drawn


def _draw_reflection(image: FloatArray, context: DrawingContext) -> None:
    """Mirror what stands above in the street, stretched: weakly by day, strongly by night and in the rain."""
    line, height = context.horizon_row, context.size[1]
    deep = height - line
    above = image[max(line - deep, 0) : line][::-1]
    soft = cv2.blur(above, (max(context.size[0] // 260, 1), max(height // 9, 1)))
    ripple = generate_noise((context.size[0], deep), (12, 40), context.rng, 4)
    strength = (0.05 + 0.46 * max(compute_darkness(context), 0.8 * context.wet)) * (
        0.4 + 1.0 * smoothstep_array(ripple, 0.40, 0.62)
    )
    strength *= np.linspace(1, 0.5, deep, dtype=np.float32)[:, None]
    part = image[line : line + len(soft)]
    part += (soft - part) * strength[: len(soft), :, None]


def _draw_tree(
    image: Frame, context: DrawingContext, view: StreetProjection, *, aside: float, away: float
) -> None:
    haze_opacity = 1 - np.exp(-away / HAZE_DISTANCE)
    haze = np.array(context.palette.horizon, np.float32)
    metre = view.focal / away
    foot, top = view.project(aside, 0, away), view.project(aside, 3.4, away)
    bark = context.light_colour((66, 54, 44)) * (1 - haze_opacity) + haze * haze_opacity
    ends = [(round(x * 16), round(y * 16)) for x, y in (foot, top)]
    cv2.line(image, ends[0], ends[1], [float(c) for c in bark], max(round(0.24 * metre), 1), cv2.LINE_AA, 4)
    dark, bright = (
        np.asarray(context.light_colour(each) * (1 - haze_opacity) + haze * haze_opacity, np.float32)
        for each in ((34, 56, 30), (112, 144, 60))
    )
    for _ in range(9):
        x, up = context.rng.normal(0, 0.75), 4.4 + context.rng.normal(0, 0.6)
        draw_leaves(
            image, context.rng, view.project(aside + x, up, away), spread=(1.05 * metre, 0.8 * metre),
            size=max(0.17 * metre, 1.2), count=56, dark=dark, bright=bright,
            light_from=1.0 if context.palette.sun[0] > 0.5 else -1.0,
        )  # fmt: skip


def _draw_lamp(
    image: Frame, context: DrawingContext, view: StreetProjection, *, aside: float, away: float
) -> None:
    haze_opacity = 1 - np.exp(-away / HAZE_DISTANCE)
    metal = (
        context.light_colour((58, 62, 66)) * (1 - haze_opacity)
        + np.array(context.palette.horizon, np.float32) * haze_opacity
    )
    colour = [float(c) for c in metal]
    thick = max(round(0.11 * view.focal / away), 1)
    arm = aside - np.sign(aside) * 1.7
    path = [view.project(aside_, up, away) for aside_, up in ((aside, 0.0), (aside, 6.6), (arm, 7.0))]
    points = np.array([[round(x * 16), round(y * 16)] for x, y in path], np.int32)
    cv2.polylines(image, [points], False, colour, thick, cv2.LINE_AA, 4)  # noqa: FBT003 - OpenCV's own order


def _add_street_lights(image: FloatArray, context: DrawingContext, view: StreetProjection) -> None:
    """Light the lamps, and the headlights far down the street, when it is dark."""
    dark = compute_darkness(context)
    if dark < 0.2:
        return
    light = np.zeros((*image.shape[:2], 3), np.float32)
    for away in _LAMP_DISTANCES:
        for side in (-1, 1):
            x, y = view.project(side * (view.kerb - 0.9), 6.9, away)
            _add_light_spot(light, (x, y), 0.22 * view.focal / away, (255, 214, 150), 1.3)
            _add_light_spot(light, (x, y), 2.4 * view.focal / away, (255, 190, 110), 0.34)
            x, y = view.project(side * (view.kerb - 0.9), 0, away)
            _add_light_spot(light, (x, y), 4.2 * view.focal / away, (255, 186, 110), 0.20, flat=0.16)
    for _ in range(26):
        away = float(context.rng.uniform(60, 420))
        lane = float(context.rng.choice((-0.69, -0.27, 0.27, 0.69))) * view.kerb
        colour = (255, 240, 214) if lane < 0 else (255, 44, 30)
        for wheel in (-0.7, 0.7):
            _add_light_spot(
                light, view.project(lane + wheel, 0.7, away), max(0.42 * view.focal / away, 1.2), colour, 0.9
            )
    image += light * np.float32(dark)


def _add_light_spot(  # noqa: PLR0913, PLR0917 - where, how large, and what colour a light is
    light: FloatArray,
    at: tuple[float, float],
    radius: float,
    colour: tuple[float, float, float],
    strength: float,
    flat: float = 1.0,
) -> None:
    """Add a soft round light, in place, only where it reaches."""
    high, wide = light.shape[:2]
    reach_x, reach_y = radius * 2.4 + 1, radius * 2.4 * flat + 1
    left, right = max(int(at[0] - reach_x), 0), min(int(at[0] + reach_x) + 1, wide)
    top, bottom = max(int(at[1] - reach_y), 0), min(int(at[1] + reach_y) + 1, high)
    if left >= right or top >= bottom:
        return
    x = (np.arange(left, right, dtype=np.float32) - np.float32(at[0]))[None, :] / np.float32(radius)
    y = (np.arange(top, bottom, dtype=np.float32) - np.float32(at[1]))[:, None] / np.float32(radius * flat)
    fall = np.exp(-(x * x + y * y) * 1.6) * np.float32(strength)
    light[top:bottom, left:right] += fall[..., None] * np.array(colour, np.float32)
