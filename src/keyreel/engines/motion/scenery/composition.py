"""How the scene of a place is composed: its background, what frames it in front, and what moves in it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.effects.campfire import create_campfire
from keyreel.engines.motion.effects.steam import create_steam
from keyreel.engines.motion.imaging.pixels import to_rgba
from keyreel.engines.motion.prompts.vocabulary import Effect, Place, Season, TimeOfDay
from keyreel.engines.motion.scenery.backdrop import add_vignette_and_grain
from keyreel.engines.motion.scenery.canvas import create_canvas
from keyreel.engines.motion.scenery.landscapes import sky
from keyreel.engines.motion.scenery.landscapes.clouds import SKY_MATERIAL, Clouds, create_clouds
from keyreel.engines.motion.scenery.landscapes.foreground import draw_firewood
from keyreel.engines.motion.scenery.moving.birds import Flock, create_flock
from keyreel.engines.motion.scenery.moving.cars import Traffic, create_traffic
from keyreel.engines.motion.scenery.moving.drifting_specks import Swarm, create_swarm
from keyreel.engines.motion.scenery.moving.hearth import Anchor, Hearth, Plume
from keyreel.engines.motion.scenery.place_recipe import EffectSpot, ForegroundElement
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.engines.motion.scenery.scene_conditions import choose_time_of_day, has_birds, has_traffic
from keyreel.engines.motion.scenery.seasons import apply_season
from keyreel.engines.motion.scenery.view import (
    BACKGROUND_SCALE,
    LayeredBackdrop,
    Plane,
    get_canvas_size,
    prepare_plane,
    to_frame_row,
)
from keyreel.engines.motion.scenery.waters.water_ripples import WATER_MATERIAL, Ripples, create_ripples
from keyreel.engines.motion.scenery.waters.waterfall import FallingWater, create_falling_water

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext
    from keyreel.engines.motion.scenery.view import RenderedBackground
    from keyreel.order import Size

_CLOUD_COVER: Final = {
    TimeOfDay.DAY: 0.56,
    TimeOfDay.SUNSET: 0.64,
    TimeOfDay.DAWN: 0.56,
    TimeOfDay.OVERCAST: 0.96,
    TimeOfDay.NIGHT: 0.42,
}
"""The part of an open sky that clouds cover."""
_RAIN_ROUGHNESS: Final = 0.5
"""How much of a water's calmness heavy rain takes."""
_SKY_TOLERANCE: Final = 0.8
"""Levels (of 255) by which a pixel of open sky may differ from the sky drawn alone."""
_HORIZON_JITTER: Final = 0.035
"""The part of the height by which the seed shifts the horizon at most."""
_BLUR_PER_DISPARITY: Final = 0.0075
"""Sigma of the defocus blur, in size units of the canvas per disparity in front of the focus."""
_FOCUS_DISPARITY: Final = 0.6
"""The nearest disparity in focus."""


_CAMPFIRE_SPOT: Final = EffectSpot(0.5, 0.82, 0.30, 0.60)
"""Where a campfire burns in a place that has no hearth of its own."""
_CAMPFIRE_WOOD: Final = ForegroundElement(
    partial(draw_firewood, x=_CAMPFIRE_SPOT.x, row=_CAMPFIRE_SPOT.row), _CAMPFIRE_SPOT.disparity
)


class _SceneSetting(NamedTuple):
    """Where and when a scene plays; `outside` is what its window looks out on, or else the place itself."""

    place: Place
    outside: Place
    time_of_day: TimeOfDay
    season: Season
    size: Size


@dataclass(frozen=True, slots=True)
class ComposedScene:
    """A scene ready to be rendered. `is_indoors` keeps the weather behind what stands in front."""

    backdrop: LayeredBackdrop
    clouds: Clouds | None = None
    ripples: Ripples | None = None
    swarm: Swarm | None = None
    flock: Flock | None = None
    traffic: Traffic | None = None
    hearth: Hearth | None = None
    falling_water: FallingWater | None = None
    plume: Plume | None = None
    is_indoors: bool = False

    def draw_moving_parts(self, background: RenderedBackground, pose: CameraPose, seconds: float) -> None:
        """Draw what moves in the distance, in place: clouds, water, birds and cars."""
        view = self.backdrop.view
        if self.clouds:
            self.clouds.draw(background, view, seconds)
        if self.ripples:
            self.ripples.draw(background, view, seconds)
        if self.falling_water:
            self.falling_water.draw(background, view, seconds)
        if self.flock:
            self.flock.draw(background.frame, pose, view, seconds)
        if self.traffic:
            self.traffic.draw(background.frame, pose, self.backdrop, seconds)


def compose_scene(parsed: ParsedPrompt, size: Size, seed: int, *, aerial: bool = False) -> ComposedScene:
    """Compose the place, time of day and season of a prompt; another seed gives another view.

    Places that have a look from the air are seen from there if `aerial`.
    """
    rng = np.random.default_rng([seed, 41])
    setting = _choose_setting(parsed, size, rng)
    side = 1.0 if rng.random() < 0.5 else -1.0
    context = _create_context(setting, seed=seed, parsed=parsed)
    aerial_horizon = RECIPES[setting.place].aerial_horizon
    if aerial and aerial_horizon is not None:
        context = replace(context, aerial=True, horizon=aerial_horizon)
    background = _draw_background(setting.outside, context, setting.season)
    horizon = to_frame_row(context.horizon, size)
    depth_profile = replace(RECIPES[setting.outside].depth_profile, horizon=horizon)
    planes = _draw_planes(setting, context, side)
    if parsed.get_effect_strength(Effect.CAMPFIRE) and RECIPES[setting.place].hearth is None:
        planes = (_draw_plane(_CAMPFIRE_WOOD, create_canvas(size, context, setting.season, side)), *planes)
    backdrop = LayeredBackdrop(background, depth_profile, planes, size)
    return _add_moving_parts(backdrop, setting, context, parsed=parsed, rng=rng)


def _choose_setting(parsed: ParsedPrompt, size: Size, rng: np.random.Generator) -> _SceneSetting:
    season = parsed.season or Season.SUMMER
    place = parsed.place or Place.MEADOW
    if season is Season.WINTER:
        place = RECIPES[place].winter_place or place
    outside = _choose_window_view(parsed, place, rng) if RECIPES[place].window_views else place
    return _SceneSetting(place, outside, choose_time_of_day(parsed, outside), season, size)


def _choose_window_view(parsed: ParsedPrompt, place: Place, rng: np.random.Generator) -> Place:
    """Choose what a window looks out on: the lights of a city by night and in the rain."""
    if parsed.time_of_day is TimeOfDay.NIGHT or parsed.get_effect_strength(Effect.RAIN):
        return Place.CITY if place is Place.CAFE else Place.SKYLINE
    views = RECIPES[place].window_views
    return views[int(rng.integers(len(views)))]


def _create_context(setting: _SceneSetting, *, seed: int, parsed: ParsedPrompt) -> DrawingContext:
    palette = sky.PALETTE_BY_TIME_OF_DAY[setting.time_of_day]
    wet = parsed.get_effect_strength(Effect.RAIN)
    if wet and setting.time_of_day is not TimeOfDay.NIGHT:
        palette = sky.dull_palette(palette, min(wet, 1.0))
    if parsed.get_effect_strength(Effect.STORM):
        palette = sky.darken_palette(palette)
    rng = np.random.default_rng([seed, 47])
    if palette.disc:
        palette = replace(palette, sun=(float(rng.uniform(0.28, 0.72)), palette.sun[1]))
    recipe = RECIPES[setting.outside]
    return sky.DrawingContext(
        get_canvas_size(setting.size, BACKGROUND_SCALE),
        recipe.horizon + float(rng.uniform(-_HORIZON_JITTER, _HORIZON_JITTER)),
        palette,
        np.random.default_rng([seed, 23]),
        wet=min(wet, 1.0),
        clear=recipe.has_open_sky,
    )


def _draw_background(place: Place, context: DrawingContext, season: Season) -> Frame:
    """Draw a place as uint8 [height, width, 4]: RGB, and the material of each pixel."""
    recipe = RECIPES[place]
    # The same stars again, as they come from a stream of their own.
    sky_only = sky.draw_sky(replace(context, rng=copy.deepcopy(context.rng)))
    image = recipe.draw(context)
    height = context.size[1]
    material = np.zeros(image.shape[:2], np.uint8)
    if recipe.has_open_sky:
        above = image[: context.horizon_row]
        material[: context.horizon_row][
            np.abs(above - sky_only[: context.horizon_row]).max(axis=2) < _SKY_TOLERANCE
        ] = SKY_MATERIAL
    if recipe.shoreline is not None:
        shore = min(recipe.shoreline - 0.03, 1.0)
        material[context.horizon_row : round(shore * height)] = WATER_MATERIAL
    if recipe.changes_with_season:
        apply_season(image, context, season, material != SKY_MATERIAL)
    background = to_rgba(add_vignette_and_grain(image, context.rng.spawn(1)[0]))
    background[..., 3] = material
    return background


def _draw_planes(setting: _SceneSetting, context: DrawingContext, side: float) -> tuple[Plane, ...]:
    """Draw what frames a place in front, in the recipe's order."""
    recipe = RECIPES[setting.place]
    season = Season.WINTER if recipe.is_snowy else setting.season
    elements = recipe.aerial_foreground if context.aerial else recipe.foreground
    return tuple(
        _draw_plane(
            element,
            create_canvas(setting.size, context, season, -side if element.is_on_other_side else side),
        )
        for element in elements
        if setting.time_of_day in element.times_of_day
    )


def _draw_plane(element: ForegroundElement, canvas: ForegroundCanvas) -> Plane:
    element.draw(canvas)
    blur = max(element.disparity - _FOCUS_DISPARITY, 0.0) * _BLUR_PER_DISPARITY * canvas.size_unit
    image, opacity, disparity = prepare_plane(canvas.image, element.disparity, blur)
    phase = float(canvas.rng.random() * 6)
    return Plane(image, opacity, disparity, element.sway, element.rooted, (element.drift, 0.0), phase)


def _add_moving_parts(
    backdrop: LayeredBackdrop,
    setting: _SceneSetting,
    context: DrawingContext,
    *,
    parsed: ParsedPrompt,
    rng: np.random.Generator,
) -> ComposedScene:
    """Return the scene with what moves in it: clouds, water, specks, birds and cars."""
    recipe = RECIPES[setting.outside]
    swarm_kind = recipe.swarm_by_time_of_day.get(setting.time_of_day, recipe.swarm)
    # In this order: clouds and ripples draw from one stream of randomness.
    return ComposedScene(
        backdrop,
        _create_clouds(setting, context, parsed) if recipe.has_open_sky else None,
        _create_ripples(setting, context) if recipe.shoreline is not None else None,
        create_swarm(swarm_kind, setting.size, rng) if swarm_kind else None,
        create_flock(context, backdrop.view, backdrop.depth_profile.horizon)
        if has_birds(parsed, setting.outside)
        else None,
        create_traffic(context, backdrop) if has_traffic(parsed, setting.outside) else None,
        _create_hearth(setting, parsed, rng),
        _create_falling_water(context, setting.size) if recipe.has_waterfall else None,
        _create_plume(setting, parsed, rng),
        is_indoors=RECIPES[setting.place].is_indoors,
    )


def _create_hearth(setting: _SceneSetting, parsed: ParsedPrompt, rng: np.random.Generator) -> Hearth | None:
    """Create the fire of a scene, where its wood has been drawn."""
    strength = parsed.get_effect_strength(Effect.CAMPFIRE)
    spot = RECIPES[setting.place].hearth or (_CAMPFIRE_SPOT if strength else None)
    if spot is None:
        return None
    return Hearth(create_campfire(rng.spawn(1)[0], strength or 1.0), Anchor(*spot.fit_to(setting.size)))


def _create_plume(setting: _SceneSetting, parsed: ParsedPrompt, rng: np.random.Generator) -> Plume | None:
    """Create the steam of a scene, where there is a cup for it."""
    strength, spot = parsed.get_effect_strength(Effect.STEAM), RECIPES[setting.place].cup
    return (
        Plume(create_steam(rng.spawn(1)[0], strength), Anchor(*spot.fit_to(setting.size)))
        if strength and spot
        else None
    )


def _create_falling_water(context: DrawingContext, size: Size) -> FallingWater:
    wide, high = get_canvas_size(size)
    return create_falling_water(context, (wide / size.width, high / size.height))


def _create_clouds(setting: _SceneSetting, context: DrawingContext, parsed: ParsedPrompt) -> Clouds:
    is_raining = bool(parsed.get_effect_strength(Effect.RAIN))
    cover = _CLOUD_COVER[TimeOfDay.OVERCAST if is_raining else setting.time_of_day]
    speed = 1 + parsed.get_effect_strength(Effect.WIND)
    return create_clouds(context, to_frame_row(context.horizon, setting.size), cover, speed)


def _create_ripples(setting: _SceneSetting, context: DrawingContext) -> Ripples:
    size = setting.size
    sun = (_to_frame_column(context.palette.sun[0], size) - 0.5) * size.width / size.height
    calm = max(RECIPES[setting.outside].water_calmness - _RAIN_ROUGHNESS * context.wet, 0.0)
    return create_ripples(context, to_frame_row(context.horizon, size), sun, calm)


def _to_frame_column(x: float, size: Size) -> float:
    """Return a part of a canvas's width as a part of the frame's."""
    wide, _ = get_canvas_size(size)
    return (x * wide - (wide - size.width) / 2) / size.width
