"""How the image of a place is composed: its plate, what frames it in front, and what lives in it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import to_rgba
from keyreel.engines.motion.prompts.vocabulary import Effect, Place, Season, TimeOfDay
from keyreel.engines.motion.scenery import places
from keyreel.engines.motion.scenery.backdrop import add_vignette_and_grain
from keyreel.engines.motion.scenery.canvas import create_canvas
from keyreel.engines.motion.scenery.cities import window
from keyreel.engines.motion.scenery.landscapes import foreground, plants, sky
from keyreel.engines.motion.scenery.landscapes.clouds import SKY_MATERIAL, Clouds, create_clouds
from keyreel.engines.motion.scenery.landscapes.water_ripples import WATER_MATERIAL, Ripples, create_ripples
from keyreel.engines.motion.scenery.moving.birds import Flock, create_flock
from keyreel.engines.motion.scenery.moving.cars import Traffic, create_traffic
from keyreel.engines.motion.scenery.moving.drifting_specks import (
    BUBBLES,
    FIREFLIES,
    MOTES,
    STARS,
    Swarm,
    SwarmKind,
    create_swarm,
)
from keyreel.engines.motion.scenery.seasons import GREEN_PLACES, WINTER_PLACES, apply_season
from keyreel.engines.motion.scenery.view import (
    BACKGROUND_SCALE,
    DepthProfile,
    LayeredBackdrop,
    Plane,
    get_canvas_size,
    prepare_plane,
    to_frame_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext
    from keyreel.engines.motion.scenery.view import RenderedBackground
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]
    Draw = Callable[[ForegroundCanvas, float], None]
    """Draws on an easel, on the side -1.0 or 1.0 where that matters."""

_NIGHT_HOURS: Final = (TimeOfDay.NIGHT,)
_DAYLIGHT_HOURS: Final = tuple(time_of_day for time_of_day in TimeOfDay if time_of_day is not TimeOfDay.NIGHT)


@dataclass(frozen=True, slots=True)
class ForegroundElement:
    """What frames a place at one depth, in these hours; `other` puts it on the other side."""

    draw: Draw
    disparity: float
    sway: float = 0.0
    rooted: float = 1.0
    is_on_other_side: bool = False
    hours: tuple[TimeOfDay, ...] = tuple(TimeOfDay)
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class ComposedScene:
    """A scene ready to be filmed: `indoors` keeps the weather behind what stands in front."""

    backdrop: LayeredBackdrop
    clouds: Clouds | None = None
    ripples: Ripples | None = None
    swarm: Swarm | None = None
    flock: Flock | None = None
    traffic: Traffic | None = None
    is_indoors: bool = False

    def draw_moving_parts(self, background: RenderedBackground, pose: CameraPose, seconds: float) -> None:
        """Draw what moves in the distance, in place: clouds, water, birds and cars."""
        view = self.backdrop.view
        if self.clouds:
            self.clouds.draw(background, view, seconds)
        if self.ripples:
            self.ripples.draw(background, view, seconds)
        if self.flock:
            self.flock.draw(background.frame, pose, view, seconds)
        if self.traffic:
            self.traffic.draw(background.frame, pose, self.backdrop, seconds)


def _draw_boughs(canvas: ForegroundCanvas, side: float) -> None:
    plants.draw_boughs(canvas, side=side)


def _draw_grasses(
    canvas: ForegroundCanvas, _: float, *, tall: float, flowers: float = 0.0, dense: float = 1.0
) -> None:
    plants.draw_grasses(canvas, tall=tall, flowers=flowers, dense=dense)


def _draw_tree(canvas: ForegroundCanvas, side: float) -> None:
    plants.draw_tree(canvas, side=side)


def _draw_conifers(canvas: ForegroundCanvas, _: float, *, tall: float, count: int) -> None:
    plants.draw_conifers(canvas, tall=tall, count=count)


def _draw_palms(canvas: ForegroundCanvas, side: float) -> None:
    plants.draw_palm(canvas, side=side)


def _draw_rocks(canvas: ForegroundCanvas, side: float, *, colour: sky.Colour) -> None:
    foreground.draw_rocks(canvas, colour, side=side)


def _draw_weeds(canvas: ForegroundCanvas, _: float) -> None:
    plants.draw_weeds(canvas)


def _draw_dunes(canvas: ForegroundCanvas, _: float, *, level: float, high: float) -> None:
    foreground.draw_dunes(canvas, level=level, high=high)


def _draw_bokeh(canvas: ForegroundCanvas, _: float) -> None:
    foreground.draw_bokeh(canvas, count=20)


def _draw_cloud_bank(canvas: ForegroundCanvas, _: float, *, level: float, thick: float) -> None:
    foreground.draw_cloud_bank(canvas, level=level, thick=thick)


def _draw_asteroids(canvas: ForegroundCanvas, _: float, *, count: int) -> None:
    foreground.draw_asteroids(canvas, count=count)


def _draw_window(canvas: ForegroundCanvas, _: float) -> None:
    window.draw_room_window(canvas)


_GREY: Final = (112, 108, 106)
_CITY_FOREGROUND: Final = (
    ForegroundElement(_draw_bokeh, 1.1, 0.006, 0.0, hours=_NIGHT_HOURS),
    ForegroundElement(_draw_boughs, 0.95, 0.012, -1.0, hours=_DAYLIGHT_HOURS),
)
_FOREGROUNDS: Final[dict[Place, tuple[ForegroundElement, ...]]] = {
    Place.MEADOW: (
        ForegroundElement(_draw_tree, 0.40, 0.005, is_on_other_side=True),
        ForegroundElement(partial(_draw_grasses, tall=0.24, flowers=0.16), 0.66, 0.014),
        ForegroundElement(_draw_boughs, 0.74, 0.014, -1.0),
        ForegroundElement(partial(_draw_grasses, tall=0.42, flowers=0.16), 0.94, 0.030),
    ),
    Place.MOUNTAINS: (
        ForegroundElement(partial(_draw_conifers, tall=0.66, count=9), 0.60, 0.003),
        ForegroundElement(partial(_draw_rocks, colour=_GREY), 0.85),
        ForegroundElement(partial(_draw_grasses, tall=0.34, flowers=0.12), 0.94, 0.024),
    ),
    Place.SNOWPEAKS: (
        ForegroundElement(partial(_draw_conifers, tall=0.66, count=9), 0.60, 0.003),
        ForegroundElement(partial(_draw_rocks, colour=(196, 204, 216)), 0.92),
    ),
    Place.SNOWFIELD: (
        ForegroundElement(partial(_draw_conifers, tall=0.66, count=9), 0.60, 0.003),
        ForegroundElement(partial(_draw_conifers, tall=0.98, count=3), 0.92, 0.005),
    ),
    Place.FOREST: (
        ForegroundElement(_draw_boughs, 0.80, 0.012, -1.0, is_on_other_side=True),
        ForegroundElement(partial(_draw_grasses, tall=0.34, flowers=0.06), 0.90, 0.020),
        ForegroundElement(_draw_boughs, 0.94, 0.016, -1.0),
    ),
    Place.LAKE: (
        ForegroundElement(partial(_draw_conifers, tall=0.62, count=7), 0.60, 0.003),
        ForegroundElement(partial(_draw_grasses, tall=0.44, dense=0.8), 0.92, 0.028),
        ForegroundElement(_draw_boughs, 0.80, 0.014, -1.0),
    ),
    Place.SEA: (ForegroundElement(partial(_draw_rocks, colour=(92, 86, 84)), 0.92),),
    Place.BEACH: (
        ForegroundElement(_draw_palms, 0.80, 0.010, 1.0),
        ForegroundElement(partial(_draw_grasses, tall=0.20, dense=0.5), 1.05, 0.024),
    ),
    Place.DESERT: (
        ForegroundElement(partial(_draw_dunes, level=0.66, high=0.16), 0.30),
        ForegroundElement(partial(_draw_dunes, level=0.84, high=0.20), 0.52),
        ForegroundElement(partial(_draw_dunes, level=1.06, high=0.22), 0.82),
    ),
    Place.CITY: _CITY_FOREGROUND,
    Place.SKYLINE: _CITY_FOREGROUND,
    Place.SKY: (
        ForegroundElement(partial(_draw_cloud_bank, level=0.66, thick=0.94), 0.30, drift=0.010),
        ForegroundElement(partial(_draw_cloud_bank, level=0.82, thick=0.92), 0.55, drift=-0.018),
        ForegroundElement(partial(_draw_cloud_bank, level=1.0, thick=0.86), 0.90, drift=0.034),
    ),
    Place.SPACE: (
        ForegroundElement(partial(_draw_asteroids, count=16), 0.45, 0.0, 0.0, drift=0.008),
        ForegroundElement(partial(_draw_asteroids, count=6), 1.0, 0.0, 0.0, drift=-0.020),
    ),
    Place.UNDERWATER: (
        ForegroundElement(_draw_weeds, 0.62, 0.030),
        ForegroundElement(_draw_weeds, 1.05, 0.046),
    ),
    Place.ROOM: (ForegroundElement(_draw_window, 0.86),),
}
_ABOVE_CLOUDS_FOREGROUND: Final = (
    ForegroundElement(partial(_draw_cloud_bank, level=1.02, thick=0.85), 0.62, drift=0.016),
    ForegroundElement(partial(_draw_cloud_bank, level=1.16, thick=0.80), 0.95, drift=-0.030),
)
_AERIAL_FOREGROUNDS: Final[dict[Place, tuple[ForegroundElement, ...]]] = {
    Place.MOUNTAINS: _ABOVE_CLOUDS_FOREGROUND,
    Place.SNOWPEAKS: _ABOVE_CLOUDS_FOREGROUND,
}
"""What frames a place seen from the air."""
_DEPTH_PROFILES: Final = {
    Place.CITY: DepthProfile(0, side=0.62),
    Place.FOREST: DepthProfile(0, side=0.66),
    Place.UNDERWATER: DepthProfile(0, ground=0.7, side=0.34),
    Place.SPACE: DepthProfile(0, ground=0.12, side=0.16, above=0.12),
    Place.SKY: DepthProfile(0, ground=0.30),
}
"""Depth of the places that are no open plain; each gets its own horizon."""
_WATER_CALMNESS: Final = {Place.SEA: 0.15, Place.BEACH: 0.35, Place.LAKE: 0.80, Place.SKYLINE: 0.55}
_CLOUD_COVER: Final = {
    TimeOfDay.DAY: 0.56,
    TimeOfDay.SUNSET: 0.64,
    TimeOfDay.DAWN: 0.56,
    TimeOfDay.OVERCAST: 0.96,
    TimeOfDay.NIGHT: 0.42,
}
_OPEN_SKY_PLACES: Final = frozenset(Place) - {Place.FOREST, Place.SPACE, Place.UNDERWATER, Place.ROOM}
_OVERCAST_EFFECTS: Final = (Effect.RAIN, Effect.SNOW, Effect.FOG)
_BIRD_PLACES: Final = frozenset(
    {Place.MEADOW, Place.MOUNTAINS, Place.LAKE, Place.SEA, Place.BEACH, Place.SKY}
)
_SWARM_KINDS: Final[dict[tuple[Place, TimeOfDay | None], SwarmKind]] = {
    (Place.SPACE, None): STARS,
    (Place.UNDERWATER, None): BUBBLES,
    (Place.MEADOW, TimeOfDay.NIGHT): FIREFLIES,
    (Place.FOREST, TimeOfDay.NIGHT): FIREFLIES,
    (Place.LAKE, TimeOfDay.NIGHT): FIREFLIES,
    (Place.FOREST, None): MOTES,
    (Place.MEADOW, TimeOfDay.SUNSET): MOTES,
}
_RAIN_ROUGHNESS: Final = 0.5
_SKY_TOLERANCE: Final = 0.8
_HORIZON_JITTER: Final = 0.035
_BLUR_PER_DISPARITY: Final = 0.0075
_FOCUS_DISPARITY: Final = 0.6


def compose_scene(parsed: ParsedPrompt, size: Size, seed: int, *, aerial: bool = False) -> ComposedScene:
    """Compose the place, hour and season of a direction; another seed gives another view.

    Mountains may be seen from `aloft`, over the clouds in their valleys.
    """
    rng = np.random.default_rng([seed, 41])
    season = parsed.season or Season.SUMMER
    place = parsed.place or Place.MEADOW
    if season is Season.WINTER:
        place = WINTER_PLACES.get(place, place)
    outside = _choose_window_view(parsed, rng) if place is Place.ROOM else place
    time_of_day = _choose_time_of_day(parsed, outside)
    side = 1.0 if rng.random() < 0.5 else -1.0
    context = _create_context(
        outside, time_of_day, size, seed=seed, wet=parsed.get_effect_strength(Effect.RAIN)
    )
    if aerial and place in _AERIAL_FOREGROUNDS:
        context = replace(context, aerial=True, horizon=places.get_horizon(place, aerial=True))
    plate = _draw_background(outside, context, season)
    horizon = to_frame_row(context.horizon, size)
    depth_profile = replace(_DEPTH_PROFILES.get(outside, DepthProfile(0)), horizon=horizon)
    wings = _AERIAL_FOREGROUNDS.get(place, ()) if context.aerial else _FOREGROUNDS.get(place, ())
    wings = tuple(wing for wing in wings if time_of_day in wing.hours)
    winter = place in {Place.SNOWPEAKS, Place.SNOWFIELD}
    canvas = partial(create_canvas, size, context, Season.WINTER if winter else season)
    planes = tuple(_draw_plane(wing, canvas(), -side if wing.is_on_other_side else side) for wing in wings)
    backdrop = LayeredBackdrop(plate, depth_profile, planes, size)
    sun = (to_frame_column(context.palette.sun[0], size) - 0.5) * size.width / size.height
    wind = 1 + parsed.get_effect_strength(Effect.WIND)
    kind = _SWARM_KINDS.get((outside, time_of_day)) or _SWARM_KINDS.get((outside, None))
    birds = (
        outside in _BIRD_PLACES
        and time_of_day in _DAYLIGHT_HOURS
        and not winter
        and not parsed.get_effect_strength(Effect.RAIN)
    )
    return ComposedScene(
        backdrop,
        create_clouds(context, horizon, _get_cloud_cover(parsed, time_of_day), wind)
        if outside in _OPEN_SKY_PLACES
        else None,
        create_ripples(
            context, horizon, sun, max(_WATER_CALMNESS[outside] - _RAIN_ROUGHNESS * context.wet, 0.0)
        )
        if outside in _WATER_CALMNESS
        else None,
        create_swarm(kind, size, rng) if kind else None,
        create_flock(context, backdrop.view, horizon) if birds else None,
        create_traffic(context, backdrop) if outside is Place.CITY and time_of_day in _NIGHT_HOURS else None,
        is_indoors=place is Place.ROOM,
    )


def _get_cloud_cover(parsed: ParsedPrompt, time_of_day: TimeOfDay) -> float:
    return (
        _CLOUD_COVER[TimeOfDay.OVERCAST]
        if parsed.get_effect_strength(Effect.RAIN)
        else _CLOUD_COVER[time_of_day]
    )


def to_frame_column(x: float, size: Size) -> float:
    """Return a part of a canvas's width as a part of the frame's."""
    wide, _ = get_canvas_size(size)
    return (x * wide - (wide - size.width) / 2) / size.width


def _choose_window_view(parsed: ParsedPrompt, rng: np.random.Generator) -> Place:
    """Choose what a window looks out on."""
    if parsed.time_of_day is TimeOfDay.NIGHT or parsed.get_effect_strength(Effect.RAIN):
        return Place.SKYLINE
    views = (Place.MOUNTAINS, Place.LAKE, Place.SEA, Place.SKYLINE)
    return views[int(rng.integers(len(views)))]


def _choose_time_of_day(parsed: ParsedPrompt, place: Place) -> TimeOfDay:
    time_of_day = parsed.time_of_day or (TimeOfDay.NIGHT if place is Place.SPACE else TimeOfDay.DAY)
    wet = any(parsed.get_effect_strength(effect) for effect in _OVERCAST_EFFECTS)
    return TimeOfDay.OVERCAST if time_of_day is TimeOfDay.DAY and wet else time_of_day


def _create_context(
    place: Place, time_of_day: TimeOfDay, size: Size, *, seed: int, wet: float
) -> DrawingContext:
    palette = sky.PALETTE_BY_TIME_OF_DAY[time_of_day]
    if wet and time_of_day is not TimeOfDay.NIGHT:
        palette = sky.dull_palette(palette, min(wet, 1.0))
    rng = np.random.default_rng([seed, 47])
    if palette.disc:
        palette = replace(palette, sun=(float(rng.uniform(0.28, 0.72)), palette.sun[1]))
    return sky.DrawingContext(
        get_canvas_size(size, BACKGROUND_SCALE),
        places.get_horizon(place, aerial=False) + float(rng.uniform(-_HORIZON_JITTER, _HORIZON_JITTER)),
        palette,
        np.random.default_rng([seed, 23]),
        wet=min(wet, 1.0),
        clear=place in _OPEN_SKY_PLACES,
    )


def _draw_background(place: Place, context: DrawingContext, season: Season) -> Frame:
    # The same stars again, as they come from a stream of their own.
    sky_only = sky.draw_sky(replace(context, rng=copy.deepcopy(context.rng)))
    image = places.draw_place(place, context)
    height = context.size[1]
    material = np.zeros(image.shape[:2], np.uint8)
    if place in _OPEN_SKY_PLACES:
        above = image[: context.horizon_row]
        material[: context.horizon_row][
            np.abs(above - sky_only[: context.horizon_row]).max(axis=2) < _SKY_TOLERANCE
        ] = SKY_MATERIAL
    if place in _WATER_CALMNESS:
        shore = min(places.SHORELINE_BY_PLACE[place] - 0.03, 1.0)
        material[context.horizon_row : round(shore * height)] = WATER_MATERIAL
    if place in GREEN_PLACES:
        apply_season(image, context, season, material != SKY_MATERIAL)
    plate = to_rgba(add_vignette_and_grain(image, context.rng.spawn(1)[0]))
    plate[..., 3] = material
    return plate


def _draw_plane(wing: ForegroundElement, canvas: ForegroundCanvas, side: float) -> Plane:
    wing.draw(canvas, side)
    soft = max(wing.disparity - _FOCUS_DISPARITY, 0.0) * _BLUR_PER_DISPARITY * canvas.size_unit
    image, opacity, disparity = prepare_plane(canvas.image, wing.disparity, soft)
    phase = float(canvas.rng.random() * 6)
    return Plane(image, opacity, disparity, wing.sway, wing.rooted, (wing.drift, 0.0), phase)
