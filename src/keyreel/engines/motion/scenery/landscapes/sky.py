"""Skies for each time of day: gradient, sun or moon, stars and clouds, and the light they give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import resize, sample_image, smoothstep_array
from keyreel.engines.motion.prompts.vocabulary import TimeOfDay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.imaging.arrays import FloatArray

    Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a time of day, RGB 0 … 255.

    `light` multiplies the land's own colours; `sun` is (x, height above the horizon) as parts of the width
    and of the sky; `disc` is the sun's radius in geometric mean sides, 0.0 without a disc; `glare` is the
    strength of its halo, 0.0 … 1.0; `stars` is their number.
    """

    zenith: Colour
    middle: Colour
    horizon: Colour
    sun: tuple[float, float]
    glow: Colour
    cloud: Colour
    light: Colour
    disc: float = 0.016
    glare: float = 0.5
    stars: int = 0


@dataclass(frozen=True, slots=True)
class SceneLight:
    """How a scene's light falls on what stands in it.

    `x` is where it comes from, as a part of the frame's width; `rim` and `shaping` are how strongly it draws
    edges and roundness, `dimming` how much dark surroundings darken a subject, all 0.0 … 1.0; `shadow_length`
    is in heights of what casts the shadow.
    """

    x: float = 0.3
    glow: Colour = (255, 250, 236)
    rim: float = 0.3
    shaping: float = 0.8
    shadow_opacity: float = 0.0
    dimming: float = 1.0
    shadow_length: float = 0.3

    def get_shadow_slant(self, x: float) -> float:
        """Return how far aside a shadow falls at this part of the frame's width, in its caster's heights."""
        return max(min((x - self.x) * 1.6, 0.9), -0.9) * (0.4 + self.shadow_length)


PALETTE_BY_TIME_OF_DAY: Final = {
    TimeOfDay.DAY: Palette(
        zenith=(58, 122, 201), middle=(120, 176, 228), horizon=(214, 232, 240), sun=(0.78, 0.86),
        glow=(255, 246, 220), cloud=(252, 252, 252), light=(1.0, 1.0, 0.97), disc=0.0, glare=0.35,
    ),
    TimeOfDay.SUNSET: Palette(
        zenith=(56, 62, 120), middle=(205, 108, 112), horizon=(255, 190, 110), sun=(0.66, 0.16),
        glow=(255, 214, 140), cloud=(255, 150, 120), light=(0.84, 0.60, 0.52), disc=0.034, glare=0.85,
    ),
    TimeOfDay.DAWN: Palette(
        zenith=(104, 140, 196), middle=(222, 186, 196), horizon=(255, 226, 190), sun=(0.32, 0.14),
        glow=(255, 236, 196), cloud=(255, 214, 206), light=(0.92, 0.82, 0.80), disc=0.028, glare=0.7,
    ),
    TimeOfDay.OVERCAST: Palette(
        zenith=(96, 112, 130), middle=(136, 150, 164), horizon=(186, 194, 200), sun=(0.6, 0.7),
        glow=(214, 220, 226), cloud=(156, 166, 178), light=(0.66, 0.70, 0.74), disc=0.0, glare=0.2,
    ),
    TimeOfDay.NIGHT: Palette(
        zenith=(8, 14, 38), middle=(20, 34, 74), horizon=(58, 80, 124), sun=(0.74, 0.58),
        glow=(206, 220, 255), cloud=(48, 62, 104), light=(0.26, 0.34, 0.54), disc=0.030, glare=0.28,
        stars=420,
    ),
}  # fmt: skip


_RAIN_DULLING: Final = 0.62
"""How far the heaviest rain takes a palette towards an overcast sky's."""


_STORM_LIGHT: Final = (0.46, 0.50, 0.56)
"""The part of red, green and blue light that storm clouds let through."""


def darken_palette(palette: Palette) -> Palette:
    """Return a palette under storm clouds: every colour darker and colder, without a disc."""

    def darken(colour: Colour) -> Colour:
        red, green, blue = (each * part for each, part in zip(colour, _STORM_LIGHT, strict=True))
        return red, green, blue

    return replace(
        palette,
        zenith=darken(palette.zenith),
        middle=darken(palette.middle),
        horizon=darken(palette.horizon),
        glow=darken(palette.glow),
        cloud=darken(palette.cloud),
        light=darken(palette.light),
        disc=0.0,
        glare=palette.glare * 0.5,
        stars=0,
    )


def dull_palette(palette: Palette, wet: float) -> Palette:
    """Return a palette dulled by rain: `wet`, 0.0 … 1.0, is how far towards an overcast sky's colours."""
    grey, part = PALETTE_BY_TIME_OF_DAY[TimeOfDay.OVERCAST], wet * _RAIN_DULLING

    def mix_colour(name: str) -> Colour:
        here, there = getattr(palette, name), getattr(grey, name)
        red, green, blue = (one + (other * 0.82 - one) * part for one, other in zip(here, there, strict=True))
        return red, green, blue

    return replace(
        palette,
        zenith=mix_colour("zenith"),
        middle=mix_colour("middle"),
        horizon=mix_colour("horizon"),
        glow=mix_colour("glow"),
        cloud=mix_colour("cloud"),
        light=mix_colour("light"),
        disc=0.0,
        glare=palette.glare * (1 - 0.5 * part),
    )


LIGHT_BY_TIME_OF_DAY: Final = {
    TimeOfDay.DAY: SceneLight(glow=(255, 250, 236), rim=0.35, shadow_opacity=0.34, shadow_length=0.26),
    TimeOfDay.SUNSET: SceneLight(glow=(255, 206, 134), rim=0.75, shadow_opacity=0.36, shadow_length=0.62),
    TimeOfDay.DAWN: SceneLight(glow=(255, 232, 196), rim=0.6, shadow_opacity=0.26, shadow_length=0.55),
    TimeOfDay.OVERCAST: SceneLight(glow=(214, 222, 230), rim=0.15, shaping=0.5),
    TimeOfDay.NIGHT: SceneLight(glow=(176, 200, 255), rim=0.42, shadow_opacity=0.26, shadow_length=0.34),
}
"""The light of each time of day; its `x` is taken from the palette's sun."""


@dataclass(frozen=True, slots=True)
class DrawingContext:
    """What a place is drawn with: size (width, height) in pixels, horizon as a part of the height, light.

    An `aerial` place is seen from the air; `wet` is how much rain lies on the ground, 0.0 … 1.0; a `clear`
    sky has no drawn clouds.
    """

    size: tuple[int, int]
    horizon: float
    palette: Palette
    rng: np.random.Generator
    aerial: bool = False
    wet: float = 0.0
    clear: bool = False

    @property
    def horizon_row(self) -> int:
        """The horizon's row."""
        return round(self.size[1] * self.horizon)

    @property
    def height_unit(self) -> float:
        """The unit of heights, in pixels: the image's height, less in tall narrow images."""
        return min(self.size[1], self.size[0] * 0.9)

    def light_colour(self, colour: Colour) -> FloatArray:
        """Return an object's colour in this light: float32 [3], RGB 0 … 255."""
        return np.array(colour, np.float32) * np.array(self.palette.light, np.float32)

    def haze_colour(self, colour: Colour, distance: float) -> FloatArray:
        """Return an object's colour through haze, 0.0 near … 1.0 far: float32 [3], RGB 0 … 255."""
        haze = np.array(self.palette.horizon, np.float32)
        return np.asarray(self.light_colour(colour) * (1 - distance) + haze * distance, np.float32)

    def get_sun_position(self) -> tuple[float, float]:
        """Return the sun's or moon's centre in pixels."""
        x, above = self.palette.sun
        return x * self.size[0], self.horizon_row * (1 - above)


def draw_sky(context: DrawingContext, clouds: float = 0.55) -> FloatArray:
    """Draw the sky over the whole image: float32 [height, width, 3], RGB 0 … 255.

    `clouds` is the part of it that they cover.
    """
    palette = context.palette
    width, height = context.size
    rows = np.clip(np.arange(height, dtype=np.float32) / max(context.horizon_row, 1), 0, 1)
    stops = np.array((palette.zenith, palette.middle, palette.horizon), np.float32)
    column = np.stack(
        [np.interp(rows**1.1, (0.0, 0.58, 1.0), stops[:, channel]) for channel in range(3)], axis=-1
    )
    image = np.repeat(column[:, None, :].astype(np.float32), width, axis=1)
    if palette.stars:
        _draw_stars(image, context)
    _draw_sun(image, context)
    if not context.clear:
        _draw_clouds(image, context, clouds)
    return image


_STRIP_ROWS: Final = 24
"""Rows that `blend_colour` blends at a time."""


def blend_colour(image: FloatArray, colour: FloatArray | Colour, mask: NDArray[np.floating]) -> None:
    """Blend a colour into the image in place, with the mask [height, width], 0.0 … 1.0, as its opacity."""
    # In strips that stay in the processor's cache: three times as fast as the whole at once.
    colours = np.asarray(colour, np.float32)
    for top in range(0, len(image), _STRIP_ROWS):
        part = image[top : top + _STRIP_ROWS]
        over = colours[top : top + _STRIP_ROWS] if colours.ndim > 1 else colours
        part += (over - part) * np.asarray(mask[top : top + _STRIP_ROWS], np.float32)[..., None]


def _draw_stars(image: FloatArray, context: DrawingContext) -> None:
    width = context.size[0]
    small = max(width / 1600, 0.5)
    # From a stream of their own: the land below is the same at every time of day.
    rng = context.rng.spawn(1)[0]
    for _ in range(context.palette.stars):
        x, y = rng.random() * width, rng.random() ** 1.3 * context.horizon_row
        light = rng.random() ** 3
        radius = small * (0.7 + 1.2 * light)
        tint = np.array((255, 250 - 30 * rng.random(), 225 + 30 * rng.random()))
        colour = (image[int(y), int(x)] + tint * (0.25 + 0.75 * light)).clip(0, 255)
        centre = (round(x * 16), round(y * 16))
        cv2.circle(image, centre, round(radius * 16), [float(c) for c in colour], -1, cv2.LINE_AA, 4)


def _draw_sun(image: FloatArray, context: DrawingContext) -> None:
    palette = context.palette
    width, height = context.size
    x, y = context.get_sun_position()
    scale = (width * height) ** 0.5
    small = max(width // 4, 1), max(height // 4, 1)
    halo = np.exp(-_compute_distances(small, (x / 4, y / 4), scale / 4) * 5.5) * palette.glare
    halo += np.exp(-_compute_distances(small, (x / 4, y / 4), scale / 4) * 22) * palette.glare * 0.6
    blend_colour(image, palette.glow, resize(np.asarray(np.clip(halo, 0, 0.95), np.float32), width, height))
    if palette.disc:
        edge, reach = 1.5 / scale, palette.disc * scale + 3
        x0, y0 = max(int(x - reach), 0), max(int(y - reach), 0)
        part = image[y0 : int(y + reach) + 1, x0 : int(x + reach) + 1]
        away = _compute_distances((part.shape[1], part.shape[0]), (x - x0, y - y0), scale)
        blend_colour(
            part, (255, 252, 240), smoothstep_array(-away, -palette.disc - edge, -palette.disc + edge)
        )


def _compute_distances(size: tuple[int, int], centre: tuple[float, float], scale: float) -> FloatArray:
    """Return how far each pixel of an image is from a point, in units of `scale`."""
    across = (np.arange(size[0], dtype=np.float32) - np.float32(centre[0])) / np.float32(scale)
    down = (np.arange(size[1], dtype=np.float32) - np.float32(centre[1])) / np.float32(scale)
    return np.asarray(np.sqrt(across[None, :] ** 2 + down[:, None] ** 2), np.float32)


def _draw_clouds(image: FloatArray, context: DrawingContext, cover: float) -> None:
    """Draw clouds in perspective: small and dense near the horizon, wide overhead."""
    width, line = context.size[0], context.horizon_row
    if cover <= 0 or line < 8:
        return
    small = (max(width // 2, 8), max(line // 2, 8))
    field = generate_noise((small[0], small[1] * 2), (3.4, 9.0), context.rng, octaves=6)
    rows = np.arange(small[1], dtype=np.float32) / small[1]
    depth = 1 / (1.45 - rows) - 1 / 1.45
    v = depth / depth.max() * (2 * small[1] - 2)
    columns = np.arange(small[0], dtype=np.float32)
    spread = (columns[None, :] - small[0] / 2) * (0.5 + 0.5 * rows[:, None]) + small[0] / 2
    coordinates = np.stack((spread, np.repeat(v[:, None], small[0], axis=1)), axis=-1).astype(np.float32)
    body = sample_image(field, coordinates)
    edge = 0.62 - 0.25 * cover
    dense = smoothstep_array(body, edge, edge + 0.26)
    under = np.roll(dense, -max(small[1] // 40, 1), axis=0)
    mask = resize(dense, width, line) * np.float32(0.85)
    shade = resize(np.asarray(np.clip(dense - under * 0.55, 0, 1), np.float32), width, line)
    colour = np.array(context.palette.cloud, np.float32)
    tone = colour * (0.80 + 0.20 * shade[..., None])
    sky = image[:line]
    sky += (tone - sky) * mask[..., None]
