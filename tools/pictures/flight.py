"""The flight over the lake: a camera, the light of a late hour, and the finished keyframes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pictures.land import Land, build
from pictures.noise import Field, fractal, look_up, smoothstep

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH, HEIGHT, FINE = 1280, 720, 2
SUN_AZIMUTH, SUN_ELEVATION = np.radians(-78.0), np.radians(12.0)
SUN = np.array(
    [
        np.sin(SUN_AZIMUTH) * np.cos(SUN_ELEVATION),
        np.cos(SUN_AZIMUTH) * np.cos(SUN_ELEVATION),
        np.sin(SUN_ELEVATION),
    ],
    np.float32,
)
SUNLIGHT = np.array([1.0, 0.56, 0.24], np.float32) * 8.0
SKYLIGHT = np.array([0.30, 0.40, 0.62], np.float32) * 0.52
FAR = 26_000.0


@dataclass(frozen=True, slots=True)
class Camera:
    """Where it is (metres) and where it looks (radians, north to east); the picture plane stays upright."""

    east: float
    north: float
    up: float
    heading: float
    focal: float = 1.0
    """In picture widths."""
    horizon: float = 0.36
    """Where the horizon lies, from the top, in picture heights."""

    def rays(self, width: int, height: int) -> tuple[Field, Field]:
        """Return how far right and up each pixel's ray runs while it runs one metre ahead."""
        right = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / (self.focal * width)
        up = (self.horizon * height - np.arange(height, dtype=np.float32) - 0.5) / (self.focal * width)
        return right, up

    def ground(self, right: Field, ahead: Field) -> tuple[Field, Field]:
        """Return the place (east, north) that lies this many metres ahead on these rays."""
        sine, cosine = float(np.sin(self.heading)), float(np.cos(self.heading))
        return self.east + ahead * (sine + right * cosine), self.north + ahead * (cosine - right * sine)

    def directions(self, right: Field, up: Field) -> Field:
        """Return unit directions [..., 3] (east, north, up) for rays."""
        east, north = self.ground(right, np.ones_like(right))
        way = np.stack(np.broadcast_arrays(east - self.east, north - self.north, up), -1)
        return (way / np.linalg.norm(way, axis=-1, keepdims=True)).astype(np.float32)


# Each step moves the nearest ground by about an eighth of the picture.
CAMERAS = tuple(
    Camera(
        east=640 + 46 * step - 9 * step**2,
        north=-1500 + 225 * step,
        up=270 - 6 * step,
        heading=float(np.radians(2.0 - 2.5 * step)),
    )
    for step in range(5)
)

# A second, shorter flight: low over the water towards the island.
APPROACH = (
    Camera(east=590, north=-830, up=100, heading=float(np.radians(-13)), horizon=0.46),
    Camera(east=500, north=-440, up=78, heading=float(np.radians(-13)), horizon=0.46),
)
SHORE = Camera(east=200, north=1500, up=120, heading=float(np.radians(14)), horizon=0.5)


def all_views() -> Iterator[tuple[str, Field]]:
    """Render the five keyframes, a pair for start-end and a scene, RGB [720, 1280, 3] in 0 … 1."""
    land = build(float(SUN_AZIMUTH), float(SUN_ELEVATION))
    for number, camera in enumerate(CAMERAS):
        yield f"flight-{number}", render(land, camera)
    for name, camera in zip(("start", "end", "scene"), (*APPROACH, SHORE), strict=True):
        yield name, render(land, camera)


def render(land: Land, camera: Camera, width: int = WIDTH * FINE, height: int = HEIGHT * FINE) -> Field:
    """Render one keyframe in twice its size, and develop it."""
    right, up = camera.rays(width, height)
    ahead = _first_hits(land, camera, right, up)
    grid_right, grid_up = np.meshgrid(right, up)
    way = camera.directions(grid_right, grid_up)
    water = np.where(grid_up < 0, camera.up / np.maximum(-grid_up, 1e-6), np.float32(np.inf)).astype(
        np.float32
    )
    wet = water < np.minimum(ahead, FAR)
    solid = (ahead < FAR) & ~wet
    light = np.empty((height, width, 3), np.float32)
    heavens = ~solid & ~wet
    light[heavens] = sky(way[heavens])
    light[solid] = _land_light(land, camera, grid_right[solid], ahead[solid], width=width)
    light[wet] = _water_light(land, camera, grid_right[wet], water[wet], way=way[wet])
    distance = np.where(wet, water, np.minimum(ahead, FAR)).astype(np.float32)
    light = _through_air(land, camera, light, distance)
    return _developed(light)


def _first_hits(land: Land, camera: Camera, right: Field, up: Field) -> Field:
    """Return the metres ahead at which each pixel's ray meets the land: [rows, columns], inf for none.

    Every column of an upright picture plane is one straight line over the land, so one pass over its heights
    answers all its rows: the first place whose slope from the camera reaches the row's.
    """
    ahead = np.geomspace(60, FAR, 2600, dtype=np.float32)
    hits = np.full((up.size, right.size), np.inf, np.float32)
    wanted = up[::-1]
    for start in range(0, right.size, 320):
        part = right[start : start + 320]
        east, north = camera.ground(part[:, None], ahead[None])
        slopes = (land.height(east, north) - camera.up) / ahead
        reached = np.maximum.accumulate(slopes, 1)
        for column in range(part.size):
            index = np.searchsorted(reached[column], wanted)
            inside = (index < ahead.size) & (index > 0)
            hit = index[inside]
            low, high = reached[column, hit - 1], reached[column, hit]
            share = (wanted[inside] - low) / np.maximum(high - low, 1e-9)
            found = np.full(wanted.size, np.inf, np.float32)
            found[inside] = ahead[hit - 1] + (ahead[hit] - ahead[hit - 1]) * share
            hits[:, start + column] = found[::-1]
    return hits


def _land_light(land: Land, camera: Camera, right: Field, ahead: Field, *, width: int) -> Field:
    east, north = (part[:, None] for part in camera.ground(right, ahead))
    step = np.maximum(0.8, ahead[:, None] * 1.1 / (camera.focal * width))
    here = land.height(east, north)
    slope_east = (land.height(east + step, north) - land.height(east - step, north)) / (2 * step)
    slope_north = (land.height(east, north + step) - land.height(east, north - step)) / (2 * step)
    ground = land.of(land.ground, east, north)
    broad = 14.0
    lie_east = (land.of(land.ground, east + broad, north) - land.of(land.ground, east - broad, north)) / (
        2 * broad
    )
    lie_north = (land.of(land.ground, east, north + broad) - land.of(land.ground, east, north - broad)) / (
        2 * broad
    )
    normal = np.concatenate([-slope_east, -slope_north, np.ones_like(here)], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    lie = np.concatenate([-lie_east, -lie_north, np.ones_like(here)], 1)
    lie /= np.linalg.norm(lie, axis=1, keepdims=True)
    dense = smoothstep(0.35, 0.6, land.of(land.wooded, east, north))
    colour = _land_colour(land, (east, north), ground, flat=lie[:, 2:], dense=dense)
    crown = np.clip(land.patch(land.wood, east, north) / 16, 0, 1)
    inside = 1 - dense * (1 - (0.18 + 0.82 * crown**1.3))
    sunny = smoothstep(-14, 10, here - land.of(land.shade, east, north))
    facing = np.clip(0.75 * (normal @ SUN) + 0.25 * (lie @ SUN) + 0.12 * dense[:, 0], 0, 1)[:, None]
    # Needles and grass let some of the low sun through towards the camera.
    glow = 0.22 * dense * crown
    direct = SUNLIGHT * sunny * (facing + glow) * inside
    ambient = SKYLIGHT * land.of(land.hollow, east, north) * (0.55 + 0.45 * normal[:, 2:]) * inside
    bounce = np.array([0.20, 0.14, 0.09], np.float32) * (0.4 + sunny) * (1 - normal[:, 2:]) * inside
    return colour * (direct + ambient + bounce)


def _land_colour(
    land: Land, place: tuple[Field, Field], ground: Field, *, flat: Field, dense: Field
) -> Field:
    def paint(*rgb: float) -> Field:
        return np.array(rgb, np.float32)

    tint = land.patch(land.tint, *place)
    wide = land.patch(land.tint, *place, 9.0)
    rock = paint(0.25, 0.215, 0.19) * (0.85 + 0.22 * wide)
    meadow = paint(0.17, 0.155, 0.055) + paint(0.06, 0.02, 0.0) * tint
    colour = rock + (meadow - rock) * smoothstep(0.72, 0.86, flat + 0.04 * wide) * (
        1 - smoothstep(900, 1350, ground + 120 * wide)
    )
    shore = 1 - smoothstep(1.0, 5, ground + 1.5 * wide)
    colour = colour + (paint(0.30, 0.25, 0.18) - colour) * shore
    snow = smoothstep(900, 1250, ground + 170 * wide) * smoothstep(0.50, 0.70, flat + 0.05 * wide)
    colour = colour + (paint(0.86, 0.88, 0.93) - colour) * snow
    wood = paint(0.050, 0.072, 0.028) + paint(0.026, 0.016, 0.002) * tint
    autumn = smoothstep(0.75, 1.1, tint + 0.25 * wide)
    wood = wood + (paint(0.26, 0.13, 0.022) - wood) * autumn
    return np.clip(colour + (wood - colour) * dense, 0.005, 1)


def _water_light(land: Land, camera: Camera, right: Field, ahead: Field, *, way: Field) -> Field:
    east, north = camera.ground(right, ahead)
    waves = _waves(east, north, ahead)
    normal = np.stack([-waves[0], -waves[1], np.ones_like(east)], -1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    mirror = way - 2 * (way * normal).sum(1, keepdims=True) * normal
    mirror[:, 2] = np.maximum(mirror[:, 2], 0.012)
    mirror /= np.linalg.norm(mirror, axis=1, keepdims=True)
    seen = _mirrored(land, east, north, mirror)
    cosine = np.clip(-(way * normal).sum(1, keepdims=True), 0.02, 1)
    fresnel = 0.02 + 0.98 * (1 - cosine) ** 5
    deep = np.array([0.010, 0.034, 0.042], np.float32)
    depth = -land.of(land.ground, east[:, None], north[:, None])
    body = deep + np.array([0.05, 0.075, 0.055], np.float32) * np.exp(-np.maximum(depth, 0) / 7)
    half = SUN - way
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    # The sun's road: how many facets of a rough surface mirror the sun from here.
    tilt = np.maximum(half[:, 2], 0.05)
    lean = (half[:, 0] / tilt + waves[0] * 0.9) ** 2 + (half[:, 1] / tilt + waves[1] * 0.9) ** 2
    rough = 0.0032
    facets = np.exp(-lean / (2 * rough)) / (2 * np.pi * rough)
    sunny = smoothstep(-25, 8, -land.of(land.shade, east[:, None], north[:, None]))
    road = SUNLIGHT * sunny * (facets[:, None] * fresnel * 0.16)
    return body * 0.7 + seen * fresnel + np.minimum(road, 9)


def _waves(east: Field, north: Field, ahead: Field) -> tuple[Field, Field]:
    """Return the water's slopes to the east and north, calmer where a pixel covers many waves."""
    ripple = fractal(1024, 32, 4, 201, gain=0.7)
    across, along = np.gradient(ripple)
    slopes = []
    for part in (along, across):
        near = look_up(part, (east / 0.55)[:, None], (north / 0.8)[:, None], repeat=True)[:, 0]
        wide = look_up(part, (east / 4.2)[:, None], (north / 6.1)[:, None], repeat=True)[:, 0]
        calm = 1 / (1 + (ahead / 2600) ** 2)
        gust = look_up(ripple, (east / 21)[:, None], (north / 14)[:, None], repeat=True)[:, 0]
        slopes.append((0.055 * near + 0.045 * wide) * calm * (0.55 + 0.45 * smoothstep(-1, 1, gust)))
    return slopes[0], slopes[1]


def _mirrored(land: Land, east: Field, north: Field, way: Field) -> Field:
    """Return the light that mirrored rays meet: the far shore where one is in the way, else the sky."""
    light = sky(way)
    open_rays = np.arange(east.size)
    travelled = np.full(east.size, 12.0, np.float32)
    for _ in range(104):
        at_east = east[open_rays] + way[open_rays, 0] * travelled[open_rays]
        at_north = north[open_rays] + way[open_rays, 1] * travelled[open_rays]
        up = way[open_rays, 2] * travelled[open_rays]
        ground = land.of(land.ground, at_east[:, None], at_north[:, None])[:, 0]
        ground += 12 * land.of(land.wooded, at_east[:, None], at_north[:, None])[:, 0]
        met = up < ground
        if met.any():
            hit = open_rays[met]
            light[hit] = _far_shore(land, (at_east[met], at_north[met]), away=travelled[hit], way=way[hit])
        open_rays = open_rays[~met]
        travelled[open_rays] *= 1.075
    return light


def _far_shore(land: Land, place: tuple[Field, Field], *, away: Field, way: Field) -> Field:
    places = place[0][:, None], place[1][:, None]
    ground = land.of(land.ground, *places)
    broad = 14.0
    slope_east = (land.of(land.ground, places[0] + broad, places[1]) - ground) / broad
    slope_north = (land.of(land.ground, places[0], places[1] + broad) - ground) / broad
    normal = np.concatenate([-slope_east, -slope_north, np.ones_like(ground)], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    dense = smoothstep(0.35, 0.6, land.of(land.wooded, *places))
    colour = _land_colour(land, places, ground, flat=normal[:, 2:], dense=dense)
    sunny = smoothstep(-14, 10, ground - land.of(land.shade, *places))
    facing = np.clip(normal @ SUN + 0.15 * dense[:, 0], 0, 1)[:, None]
    light = colour * (SUNLIGHT * sunny * facing * 0.8 + SKYLIGHT * (1 - 0.5 * dense))
    clear = np.exp(-away / 9000)[:, None]
    return light * clear + _haze(way) * (1 - clear) * 0.8


def _haze(way: Field) -> Field:
    """Return the colour of lit air in a direction: warm towards the sun, blue away from it."""
    towards = np.clip(way @ SUN, 0, 1)[..., None]
    cool = np.array([0.34, 0.44, 0.62], np.float32) * 0.62
    warm = np.array([1.25, 0.74, 0.40], np.float32)
    return cool + warm * (0.42 * towards**2 + 0.5 * towards**14)


def sky(way: Field) -> Field:
    """Return the sky's light in these directions [n, 3]."""
    up = np.clip(way[:, 2:], 0.0, 1)
    towards = np.clip(way @ SUN, 0, 1)[:, None]
    zenith = np.array([0.06, 0.15, 0.40], np.float32)
    middle = np.array([0.33, 0.45, 0.66], np.float32)
    edge = np.array([1.02, 0.70, 0.46], np.float32)
    light = (
        zenith
        + (middle - zenith) * np.exp(-up * 4.4)
        + (edge - middle) * np.exp(-up * 11) * (0.5 + 0.5 * towards**2)
    )
    light = light + np.array([1.3, 0.78, 0.36], np.float32) * (0.30 * towards**8 + 0.55 * towards**60)
    disc = smoothstep(0.99985, 0.99993, towards)
    aureole = np.array([1.0, 0.80, 0.52], np.float32) * (3.0 * towards**900 + 6 * towards**6000)
    light = light + aureole + disc * np.array([30.0, 24.0, 15.0], np.float32)
    return _clouded(light, way, towards)


def _clouded(light: Field, way: Field, towards: Field) -> Field:
    """Lay two sheets of cloud over the sky: high feathers, and lower banks lit from the sun's side."""
    up = np.maximum(way[:, 2:], 0.006)
    for height, cells, seed, cover, body in ((5200.0, 5, 301, 0.25, 0.5), (3400.0, 6, 331, 0.45, 1.0)):
        sheet = fractal(1024, cells, 6, seed, gain=0.56)
        stretch = 21.0 if body < 1 else 19.0
        east, north = way[:, :1] / up * height / stretch, way[:, 1:2] / up * height / (stretch * 0.8)
        towards_sun = SUN[:2] / np.linalg.norm(SUN[:2]) * 26
        here = look_up(sheet, east, north, repeat=True)
        before = look_up(sheet, east + towards_sun[0], north + towards_sun[1], repeat=True)
        thick = smoothstep(cover, cover + 1.5, here) * body
        lit = np.clip(0.5 + 0.55 * (here - before), 0.05, 1.3) * np.exp(-0.9 * thick)
        shine = np.array([1.75, 0.98, 0.58], np.float32) * (0.85 + 1.5 * towards**6) * lit
        dark = np.array([0.34, 0.34, 0.44], np.float32) * 0.75
        fade = smoothstep(0.015, 0.11, up)
        cover_share = thick * fade * 0.92
        light = light * (1 - cover_share) + (shine + dark * 0.6) * cover_share
    return light


def _through_air(land: Land, camera: Camera, light: Field, distance: Field) -> Field:
    """Let air and low mist dim the light and add their own, with the mountains' shadows in them."""
    height, width = distance.shape
    small = (width // 4, height // 4)
    right, up = camera.rays(*small)
    grid_right, grid_up = np.meshgrid(right, up)
    way = camera.directions(grid_right, grid_up)
    end = cv2.resize(distance, small, interpolation=cv2.INTER_NEAREST)
    drift = fractal(1024, 6, 5, 401)
    seen, added = np.ones_like(end), np.zeros((*end.shape, 3), np.float32)
    haze = _haze(way)
    blue = np.array([0.30, 0.38, 0.55], np.float32) * 0.52
    edges = np.geomspace(80, FAR, 45, dtype=np.float32)
    for near, far in itertools.pairwise(edges):
        length = np.clip(np.minimum(far, end) - near, 0, None)
        middle = near + length * 0.5
        east, north = camera.ground(grid_right, middle)
        above = np.maximum(camera.up + grid_up * middle, 0)
        drifted = smoothstep(-0.6, 1.6, look_up(drift, east / 14, north / 14, repeat=True))
        density = 1 / 30000 * np.exp(-above / 1500) + 1 / 9000 * drifted * np.exp(-above / 80)
        lit = smoothstep(-60, 60, above - land.of(land.shade, east, north))[..., None]
        share = 1 - np.exp(-density * length)
        added += (seen * share)[..., None] * (haze * (0.25 + 0.75 * lit) + blue * 0.35)
        seen *= 1 - share
    shape = (width, height)
    seen = cv2.resize(seen, shape, interpolation=cv2.INTER_LINEAR)
    added = cv2.resize(added, shape, interpolation=cv2.INTER_LINEAR)
    heavens = (distance >= FAR)[..., None]
    # The sky's own colour holds its air already; only the low mist in front of it counts.
    return np.where(
        heavens, light * (0.65 + 0.35 * seen[..., None]) + added * 0.30, light * seen[..., None] + added
    )


def _developed(light: Field) -> Field:
    """Add the lens's glow, bring the light on film and down to the picture's size."""
    bright = np.maximum(light - 1.4, 0)
    small = cv2.resize(np.minimum(bright, 12), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    glow = sum(
        cv2.GaussianBlur(small, (0, 0), width) * share for width, share in ((4, 0.10), (16, 0.07), (60, 0.06))
    )
    light = light + cv2.resize(glow, light.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    light = light * 1.5
    # Hable's film curve, then a little more warmth in the lights and blue in the darks.
    film = _film(light * 2.1) / _film(np.float32(9.0))
    picture = np.clip(film, 0, 1) ** (1 / 2.2)
    picture = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    picture = picture + 0.35 * (smoothstep(0.0, 1.0, picture) - picture) - 0.02
    grey = picture.mean(-1, keepdims=True)
    picture = grey + (picture - grey) * 1.14
    picture += np.array([0.012, 0.0, -0.016], np.float32) * (grey * 2 - 1)
    picture = np.clip(picture, 0, 1)
    blurred = cv2.GaussianBlur(picture, (0, 0), 1.1)
    return np.clip(picture + 0.30 * (picture - blurred), 0, 1).astype(np.float32)


def _film(light: Field) -> Field:
    return (light * (0.15 * light + 0.05) + 0.004) / (light * (0.15 * light + 0.50) + 0.06) - 0.004 / 0.06
