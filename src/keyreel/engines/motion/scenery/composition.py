"""How the picture of a place is composed: its plate, what frames it in front, and what lives in it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import four_channels
from keyreel.engines.motion.prompts.vocabulary import Effect, Hour, Place, Season
from keyreel.engines.motion.scenery import places
from keyreel.engines.motion.scenery.backdrop import finished
from keyreel.engines.motion.scenery.canvas import easel
from keyreel.engines.motion.scenery.cities import window
from keyreel.engines.motion.scenery.landscapes import foreground, plants, sky
from keyreel.engines.motion.scenery.landscapes.clouds import SKY, Clouds, clouds
from keyreel.engines.motion.scenery.landscapes.water_ripples import WATER, Ripples, ripples
from keyreel.engines.motion.scenery.moving.birds import Flock, flock
from keyreel.engines.motion.scenery.moving.cars import Traffic, traffic
from keyreel.engines.motion.scenery.moving.drifting_specks import (
    BUBBLES,
    FIREFLIES,
    MOTES,
    STARS,
    Kind,
    Swarm,
    swarm,
)
from keyreel.engines.motion.scenery.seasons import GREEN, WINTERS, turned
from keyreel.engines.motion.scenery.view import FINER, Plane, Relief, Vista, canvas_of, in_frame, plane_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.path import Pose
    from keyreel.engines.motion.prompts.parser import Direction
    from keyreel.engines.motion.scenery.canvas import Easel
    from keyreel.engines.motion.scenery.landscapes.sky import Sketch
    from keyreel.engines.motion.scenery.view import Look
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]
    Draw = Callable[[Easel, float], None]
    """Draws on an easel, on the side -1.0 or 1.0 where that matters."""

_NIGHTS: Final = (Hour.NIGHT,)
_LIT_HOURS: Final = tuple(hour for hour in Hour if hour is not Hour.NIGHT)


@dataclass(frozen=True, slots=True)
class Wing:
    """What frames a place at one depth, in these hours; `other` puts it on the other side."""

    draw: Draw
    disparity: float
    sway: float = 0.0
    rooted: float = 1.0
    other: bool = False
    hours: tuple[Hour, ...] = tuple(Hour)
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class Composition:
    """A scene ready to be filmed: `indoors` keeps the weather behind what stands in front."""

    vista: Vista
    clouds: Clouds | None = None
    ripples: Ripples | None = None
    swarm: Swarm | None = None
    flock: Flock | None = None
    traffic: Traffic | None = None
    indoors: bool = False

    def live(self, look: Look, pose: Pose, seconds: float) -> None:
        """Draw what moves in the distance, in place: clouds, water, birds and cars."""
        view = self.vista.view
        if self.clouds:
            self.clouds.drift(look, view, seconds)
        if self.ripples:
            self.ripples.run(look, view, seconds)
        if self.flock:
            self.flock.fly(look.frame, pose, view, seconds)
        if self.traffic:
            self.traffic.drive(look.frame, pose, self.vista, seconds)


def _boughs(canvas: Easel, side: float) -> None:
    plants.boughs(canvas, side=side)


def _grasses(canvas: Easel, _: float, *, tall: float, flowers: float = 0.0, dense: float = 1.0) -> None:
    plants.grasses(canvas, tall=tall, flowers=flowers, dense=dense)


def _tree(canvas: Easel, side: float) -> None:
    plants.tree(canvas, side=side)


def _conifers(canvas: Easel, _: float, *, tall: float, count: int) -> None:
    plants.conifers(canvas, tall=tall, count=count)


def _palms(canvas: Easel, side: float) -> None:
    plants.palms(canvas, side=side)


def _rocks(canvas: Easel, side: float, *, colour: sky.Colour) -> None:
    foreground.rocks(canvas, colour, side=side)


def _weeds(canvas: Easel, _: float) -> None:
    plants.weeds(canvas)


def _dunes(canvas: Easel, _: float, *, level: float, high: float) -> None:
    foreground.dunes(canvas, level=level, high=high)


def _bokeh(canvas: Easel, _: float) -> None:
    foreground.bokeh(canvas, count=20)


def _puffs(canvas: Easel, _: float, *, level: float, thick: float) -> None:
    foreground.puffs(canvas, level=level, thick=thick)


def _asteroids(canvas: Easel, _: float, *, count: int) -> None:
    foreground.asteroids(canvas, count=count)


def _window(canvas: Easel, _: float) -> None:
    window.window(canvas)


_GREY: Final = (112, 108, 106)
_TOWN: Final = (
    Wing(_bokeh, 1.1, 0.006, 0.0, hours=_NIGHTS),
    Wing(_boughs, 0.95, 0.012, -1.0, hours=_LIT_HOURS),
)
_WINGS: Final[dict[Place, tuple[Wing, ...]]] = {
    Place.MEADOW: (
        Wing(_tree, 0.40, 0.005, other=True),
        Wing(partial(_grasses, tall=0.24, flowers=0.16), 0.66, 0.014),
        Wing(_boughs, 0.74, 0.014, -1.0),
        Wing(partial(_grasses, tall=0.42, flowers=0.16), 0.94, 0.030),
    ),
    Place.MOUNTAINS: (
        Wing(partial(_conifers, tall=0.66, count=9), 0.60, 0.003),
        Wing(partial(_rocks, colour=_GREY), 0.85),
        Wing(partial(_grasses, tall=0.34, flowers=0.12), 0.94, 0.024),
    ),
    Place.SNOWPEAKS: (
        Wing(partial(_conifers, tall=0.66, count=9), 0.60, 0.003),
        Wing(partial(_rocks, colour=(196, 204, 216)), 0.92),
    ),
    Place.SNOWFIELD: (
        Wing(partial(_conifers, tall=0.66, count=9), 0.60, 0.003),
        Wing(partial(_conifers, tall=0.98, count=3), 0.92, 0.005),
    ),
    Place.FOREST: (
        Wing(_boughs, 0.80, 0.012, -1.0, other=True),
        Wing(partial(_grasses, tall=0.34, flowers=0.06), 0.90, 0.020),
        Wing(_boughs, 0.94, 0.016, -1.0),
    ),
    Place.LAKE: (
        Wing(partial(_conifers, tall=0.62, count=7), 0.60, 0.003),
        Wing(partial(_grasses, tall=0.44, dense=0.8), 0.92, 0.028),
        Wing(_boughs, 0.80, 0.014, -1.0),
    ),
    Place.SEA: (Wing(partial(_rocks, colour=(92, 86, 84)), 0.92),),
    Place.BEACH: (
        Wing(_palms, 0.80, 0.010, 1.0),
        Wing(partial(_grasses, tall=0.20, dense=0.5), 1.05, 0.024),
    ),
    Place.DESERT: (
        Wing(partial(_dunes, level=0.66, high=0.16), 0.30),
        Wing(partial(_dunes, level=0.84, high=0.20), 0.52),
        Wing(partial(_dunes, level=1.06, high=0.22), 0.82),
    ),
    Place.CITY: _TOWN,
    Place.SKYLINE: _TOWN,
    Place.SKY: (
        Wing(partial(_puffs, level=0.66, thick=0.94), 0.30, drift=0.010),
        Wing(partial(_puffs, level=0.82, thick=0.92), 0.55, drift=-0.018),
        Wing(partial(_puffs, level=1.0, thick=0.86), 0.90, drift=0.034),
    ),
    Place.SPACE: (
        Wing(partial(_asteroids, count=16), 0.45, 0.0, 0.0, drift=0.008),
        Wing(partial(_asteroids, count=6), 1.0, 0.0, 0.0, drift=-0.020),
    ),
    Place.UNDERWATER: (Wing(_weeds, 0.62, 0.030), Wing(_weeds, 1.05, 0.046)),
    Place.ROOM: (Wing(_window, 0.86),),
}
_OVER_CLOUDS: Final = (
    Wing(partial(_puffs, level=1.02, thick=0.85), 0.62, drift=0.016),
    Wing(partial(_puffs, level=1.16, thick=0.80), 0.95, drift=-0.030),
)
_ALOFT: Final[dict[Place, tuple[Wing, ...]]] = {
    Place.MOUNTAINS: _OVER_CLOUDS,
    Place.SNOWPEAKS: _OVER_CLOUDS,
}
"""What frames a place seen from the air."""
_CORRIDORS: Final = {
    Place.CITY: Relief(0, side=0.62),
    Place.FOREST: Relief(0, side=0.66),
    Place.UNDERWATER: Relief(0, ground=0.7, side=0.34),
    Place.SPACE: Relief(0, ground=0.12, side=0.16, above=0.12),
    Place.SKY: Relief(0, ground=0.30),
}
"""Depth of the places that are no open plain; each gets its own horizon."""
_CALM: Final = {Place.SEA: 0.15, Place.BEACH: 0.35, Place.LAKE: 0.80, Place.SKYLINE: 0.55}
_COVER: Final = {Hour.DAY: 0.56, Hour.SUNSET: 0.64, Hour.DAWN: 0.56, Hour.OVERCAST: 0.96, Hour.NIGHT: 0.42}
_OPEN: Final = frozenset(Place) - {Place.FOREST, Place.SPACE, Place.UNDERWATER, Place.ROOM}
_OVERCAST: Final = (Effect.RAIN, Effect.SNOW, Effect.FOG)
_BIRDS: Final = frozenset({Place.MEADOW, Place.MOUNTAINS, Place.LAKE, Place.SEA, Place.BEACH, Place.SKY})
_SWARMS: Final[dict[tuple[Place, Hour | None], Kind]] = {
    (Place.SPACE, None): STARS,
    (Place.UNDERWATER, None): BUBBLES,
    (Place.MEADOW, Hour.NIGHT): FIREFLIES,
    (Place.FOREST, Hour.NIGHT): FIREFLIES,
    (Place.LAKE, Hour.NIGHT): FIREFLIES,
    (Place.FOREST, None): MOTES,
    (Place.MEADOW, Hour.SUNSET): MOTES,
}
_ROUGHENS: Final = 0.5
_SAME: Final = 0.8
_TILT: Final = 0.035
_SOFT: Final = 0.0075
_IN_FOCUS: Final = 0.6


def compose(direction: Direction, size: Size, seed: int, *, aloft: bool = False) -> Composition:
    """Compose the place, hour and season of a direction; another seed gives another view.

    Mountains may be seen from `aloft`, over the clouds in their valleys.
    """
    rng = np.random.default_rng([seed, 41])
    season = direction.season or Season.SUMMER
    place = direction.place or Place.MEADOW
    if season is Season.WINTER:
        place = WINTERS.get(place, place)
    outside = _outside(direction, rng) if place is Place.ROOM else place
    hour = _hour(direction, outside)
    side = 1.0 if rng.random() < 0.5 else -1.0
    sketch = _sketch(outside, hour, size, seed=seed, wet=direction.strength_of(Effect.RAIN))
    if aloft and place in _ALOFT:
        sketch = replace(sketch, aerial=True, horizon=places.horizon(place, aerial=True))
    plate = _plate(outside, sketch, season)
    horizon = in_frame(sketch.horizon, size)
    relief = replace(_CORRIDORS.get(outside, Relief(0)), horizon=horizon)
    wings = _ALOFT.get(place, ()) if sketch.aerial else _WINGS.get(place, ())
    wings = tuple(wing for wing in wings if hour in wing.hours)
    winter = place in {Place.SNOWPEAKS, Place.SNOWFIELD}
    canvas = partial(easel, size, sketch, Season.WINTER if winter else season)
    planes = tuple(_plane(wing, canvas(), -side if wing.other else side) for wing in wings)
    vista = Vista(plate, relief, planes, size)
    sun = (in_frame_aside(sketch.palette.sun[0], size) - 0.5) * size.width / size.height
    wind = 1 + direction.strength_of(Effect.WIND)
    kind = _SWARMS.get((outside, hour)) or _SWARMS.get((outside, None))
    birds = outside in _BIRDS and hour in _LIT_HOURS and not winter and not direction.strength_of(Effect.RAIN)
    return Composition(
        vista,
        clouds(sketch, horizon, _cover(direction, hour), wind) if outside in _OPEN else None,
        ripples(sketch, horizon, sun, max(_CALM[outside] - _ROUGHENS * sketch.wet, 0.0))
        if outside in _CALM
        else None,
        swarm(kind, size, rng) if kind else None,
        flock(sketch, vista.view, horizon) if birds else None,
        traffic(sketch, vista) if outside is Place.CITY and hour in _NIGHTS else None,
        indoors=place is Place.ROOM,
    )


def _cover(direction: Direction, hour: Hour) -> float:
    return _COVER[Hour.OVERCAST] if direction.strength_of(Effect.RAIN) else _COVER[hour]


def in_frame_aside(x: float, size: Size) -> float:
    """Return a part of a canvas's width as a part of the frame's."""
    wide, _ = canvas_of(size)
    return (x * wide - (wide - size.width) / 2) / size.width


def _outside(direction: Direction, rng: np.random.Generator) -> Place:
    """Choose what a window looks out on."""
    if direction.hour is Hour.NIGHT or direction.strength_of(Effect.RAIN):
        return Place.SKYLINE
    views = (Place.MOUNTAINS, Place.LAKE, Place.SEA, Place.SKYLINE)
    return views[int(rng.integers(len(views)))]


def _hour(direction: Direction, place: Place) -> Hour:
    hour = direction.hour or (Hour.NIGHT if place is Place.SPACE else Hour.DAY)
    wet = any(direction.strength_of(effect) for effect in _OVERCAST)
    return Hour.OVERCAST if hour is Hour.DAY and wet else hour


def _sketch(place: Place, hour: Hour, size: Size, *, seed: int, wet: float) -> Sketch:
    palette = sky.PALETTES[hour]
    if wet and hour is not Hour.NIGHT:
        palette = sky.dulled(palette, min(wet, 1.0))
    rng = np.random.default_rng([seed, 47])
    if palette.disc:
        palette = replace(palette, sun=(float(rng.uniform(0.28, 0.72)), palette.sun[1]))
    return sky.Sketch(
        canvas_of(size, FINER),
        places.horizon(place, aerial=False) + float(rng.uniform(-_TILT, _TILT)),
        palette,
        np.random.default_rng([seed, 23]),
        wet=min(wet, 1.0),
        clear=place in _OPEN,
    )


def _plate(place: Place, sketch: Sketch, season: Season) -> Frame:
    # The same stars again, as they come from a stream of their own.
    bare = sky.painted(replace(sketch, rng=copy.deepcopy(sketch.rng)))
    image = places.draw(place, sketch)
    height = sketch.size[1]
    material = np.zeros(image.shape[:2], np.uint8)
    if place in _OPEN:
        above = image[: sketch.line]
        material[: sketch.line][np.abs(above - bare[: sketch.line]).max(axis=2) < _SAME] = SKY
    if place in _CALM:
        shore = min(places.SHORES[place] - 0.03, 1.0)
        material[sketch.line : round(shore * height)] = WATER
    if place in GREEN:
        turned(image, sketch, season, material != SKY)
    plate = four_channels(finished(image, sketch.rng.spawn(1)[0]))
    plate[..., 3] = material
    return plate


def _plane(wing: Wing, canvas: Easel, side: float) -> Plane:
    wing.draw(canvas, side)
    soft = max(wing.disparity - _IN_FOCUS, 0.0) * _SOFT * canvas.short
    picture, opacity, disparity = plane_of(canvas.image, wing.disparity, soft)
    phase = float(canvas.rng.random() * 6)
    return Plane(picture, opacity, disparity, wing.sway, wing.rooted, (wing.drift, 0.0), phase)
