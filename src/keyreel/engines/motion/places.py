"""The places of backdrops: what stands on the ground under each sky."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion import interiors, skyline
from keyreel.engines.motion.lexicon import Place
from keyreel.engines.motion.raster import fetched, step
from keyreel.engines.motion.sky import mixed, noise, painted

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engines.motion.sky import Colour, Sketch

    FloatArray = NDArray[np.float32]

HORIZONS: Final = {
    Place.SEA: 0.50,
    Place.MOUNTAINS: 0.56,
    Place.FOREST: 0.56,
    Place.CITY: 0.60,
    Place.DESERT: 0.52,
    Place.ROOM: 0.64,
    Place.SPACE: 0.80,
    Place.SKY: 0.86,
    Place.SNOWFIELD: 0.54,
    Place.MEADOW: 0.52,
}


def draw(place: Place, sketch: Sketch) -> FloatArray:
    """Draw a place, RGB 0 … 255."""
    return _PLACES[place](sketch)


def _meadow(sketch: Sketch) -> FloatArray:
    image = painted(sketch)
    skyline.ridge(image, sketch, rise=0.10, waves=3, colour=sketch.hazy((96, 128, 120), 0.62))
    skyline.ridge(image, sketch, rise=0.055, waves=5, colour=sketch.hazy((74, 112, 76), 0.38))
    skyline.trees(image, sketch, rise=0.05, colour=sketch.hazy((52, 88, 50), 0.2))
    _ground(image, sketch, far=(150, 176, 92), near=(70, 118, 44), contrast=0.34)
    _blades(image, sketch, (60, 112, 38))
    return image


def _mountains(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.4)
    skyline.peaks(image, sketch, rise=0.36, colour=sketch.hazy((110, 124, 150), 0.5), snow=0.55)
    skyline.peaks(image, sketch, rise=0.22, colour=sketch.hazy((78, 96, 112), 0.28), snow=0.2)
    skyline.trees(image, sketch, rise=0.06, colour=sketch.hazy((34, 58, 48), 0.15))
    _ground(image, sketch, far=(112, 132, 84), near=(58, 82, 46), contrast=0.4)
    return image


def _snowfield(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.7)
    skyline.peaks(image, sketch, rise=0.24, colour=sketch.hazy((150, 168, 196), 0.45), snow=0.9)
    skyline.trees(image, sketch, rise=0.09, colour=sketch.hazy((58, 80, 92), 0.35))
    _ground(image, sketch, far=(232, 238, 248), near=(196, 212, 234), contrast=0.16)
    return image


def _desert(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.25)
    skyline.ridge(image, sketch, rise=0.13, waves=2.2, colour=sketch.hazy((206, 150, 104), 0.5), rough=0.1)
    skyline.ridge(image, sketch, rise=0.07, waves=3.1, colour=sketch.hazy((214, 152, 92), 0.25), rough=0.1)
    _ground(image, sketch, far=(228, 176, 112), near=(198, 136, 76), contrast=0.2, stretch=3.0)
    return image


def _forest(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.2)
    mixed(image, sketch.hazy((120, 150, 110), 0.6), np.full(image.shape[:2], 0.55, np.float32))
    for rise, haze in ((0.34, 0.62), (0.46, 0.40), (0.58, 0.18)):
        skyline.trees(image, sketch, rise=rise, colour=sketch.hazy((30, 58, 38), haze))
    _ground(image, sketch, far=(98, 118, 66), near=(44, 62, 32), contrast=0.5)
    _rays(image, sketch)
    skyline.trunks(image, sketch, colour=sketch.lit((34, 30, 24)))
    return image


def _city(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.35)
    for rise, haze, lights in ((0.30, 0.66, 0.25), (0.42, 0.42, 0.5), (0.30, 0.16, 1.0)):
        skyline.towers(image, sketch, rise=rise, colour=sketch.hazy((70, 78, 96), haze), lights=lights)
    _ground(image, sketch, far=(116, 116, 124), near=(64, 66, 74), contrast=0.14)
    _reflected(image, sketch, 0.34)
    return image


def _sea(sketch: Sketch) -> FloatArray:
    image = painted(sketch)
    skyline.ridge(image, sketch, rise=0.035, waves=2.5, colour=sketch.hazy((88, 112, 132), 0.55))
    _water(image, sketch)
    _beach(image, sketch)
    return image


def _sky(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.8)
    width, height = sketch.size
    for level, haze in ((0.74, 0.5), (0.84, 0.3), (0.94, 0.1)):
        tops = noise((width, 1), (7, 1), sketch.rng, 5)[0] * height * 0.16
        rows = np.arange(height, dtype=np.float32)[:, None]
        edge = level * height - tops[None, :]
        puff = noise((width, height), (9, 5), sketch.rng, 4)
        mask = step(rows - edge + (puff - 0.5) * height * 0.10, 0, height * 0.05)
        shade = 0.82 + 0.25 * puff
        colour = np.array(sketch.palette.cloud, np.float32) * (1 - haze) + np.array(sketch.palette.low) * haze
        image += (colour.astype(np.float32) * shade[..., None] - image) * mask[..., None]
    return np.asarray(image, np.float32)


def _ground(  # noqa: PLR0913 - a land's look has this many sides
    image: FloatArray, sketch: Sketch, *, far: Colour, near: Colour, contrast: float, stretch: float = 1.6
) -> None:
    """Draw a plain in perspective, far colour at the horizon, its texture growing towards the viewer."""
    width, height = sketch.size
    rows = np.arange(height - sketch.line, dtype=np.float32)
    part = np.asarray(rows / max(height - sketch.line, 1), np.float32)
    texture = _perspective(noise((512, 512), (26, 26 * stretch), sketch.rng, 5), part, width)
    colours = sketch.hazy(far, 0.22) * (1 - part[:, None]) + sketch.lit(near) * part[:, None]
    strength = contrast * (0.35 + 0.65 * part)
    shade = 1 + strength[:, None] * (texture - 0.5) * 2
    soft = step(rows, -1.0, height * 0.012)
    drawn = colours[:, None, :] * shade[..., None]
    below = image[sketch.line :]
    below += (drawn - below) * soft[:, None, None]


def _perspective(texture: FloatArray, part: FloatArray, width: int) -> FloatArray:
    """Lay a texture on the ground: `part` is how far down from the horizon each row is."""
    distance = 1 / (0.06 + part)
    x = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :] * distance[:, None] * 90 + 256
    y = np.repeat((distance * 90)[:, None], width, axis=1)
    return fetched(texture, np.stack((x, y), axis=-1).astype(np.float32), cv2.BORDER_WRAP)


def _blades(image: FloatArray, sketch: Sketch, colour: Colour) -> None:
    """Draw grass and a few flowers along the lower edge."""
    width, height = sketch.size
    rng = sketch.rng
    for _ in range(700):
        part = rng.random() ** 0.6
        foot = (rng.random() * width, height * (0.90 + 0.12 * part))
        tall = height * (0.015 + 0.05 * part) * (0.6 + rng.random())
        tip = (foot[0] + (rng.random() - 0.5) * tall * 0.8, foot[1] - tall)
        tone = sketch.lit(colour) * (0.55 + 0.8 * rng.random())
        first, last = ((round(x * 16), round(y * 16)) for x, y in (foot, tip))
        colours = [float(c) for c in tone]
        cv2.line(image, first, last, colours, max(round(height / 700), 1), cv2.LINE_AA, 4)


def _rays(image: FloatArray, sketch: Sketch) -> None:
    """Draw slanting beams of light."""
    width, height = sketch.size
    beams = noise((width * 2, 1), (26, 1), sketch.rng, 3)[0]
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    at = np.clip(columns + rows * 0.45, 0, 2 * width - 1).astype(np.int32)
    light = step(beams[at], 0.52, 0.8) * (1 - rows / height) ** 0.8 * 0.34
    mixed(image, sketch.palette.glow, light.astype(np.float32))


def _water(image: FloatArray, sketch: Sketch) -> None:
    """Draw the sea: the sky's colours deepened, waves in perspective, the sun's path of light."""
    width, height = sketch.size
    part = np.linspace(0, 1, height - sketch.line, dtype=np.float32)
    deep = sketch.lit((22, 92, 122))
    low = np.array(sketch.palette.low, np.float32) * 0.86
    colours = low * (1 - part[:, None]) ** 2 + deep * (1 - (1 - part[:, None]) ** 2)
    waves = _perspective(noise((512, 512), (40, 130), sketch.rng, 4), part * 0.8, width)
    drawn = np.asarray(colours[:, None, :] * (1 + 0.5 * (waves - 0.5))[..., None], np.float32)
    across = (np.arange(width, dtype=np.float32) - np.float32(sketch.sun_at()[0])) / width
    path = np.exp(-((across[None, :] / (0.05 + 0.13 * part[:, None])) ** 2))
    glitter = path * step(waves, 0.48, 0.72) * sketch.palette.glare * 1.1
    mixed(drawn, sketch.palette.glow, np.clip(glitter, 0, 0.9).astype(np.float32))
    image[sketch.line :] = drawn


def _beach(image: FloatArray, sketch: Sketch) -> None:
    """Draw the sand in front, with the wet line and the foam where the sea ends."""
    width, height = sketch.size
    shore = (
        height * (0.80 + 0.03 * np.sin(np.linspace(0.3, 4.2, width)))
        - height * 0.03 * noise((width, 1), (5, 1), sketch.rng, 3)[0]
    )
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = (rows - shore[None, :]).astype(np.float32) / height
    part = np.clip((np.arange(height) / height - 0.76) / 0.3, 0, 1).astype(np.float32)
    sand = 1 + 0.16 * (_perspective(noise((512, 512), (60, 60), sketch.rng, 4), part, width) - 0.5)
    colour = (
        sketch.lit((226, 198, 152)) * (0.72 + 0.28 * step(below, 0.01, 0.07))[..., None] * sand[..., None]
    )
    image += (colour - image) * step(below, 0, 0.004)[..., None]
    foam = step(-np.abs(below - 0.002), -0.011, -0.002) * (
        0.4 + 0.6 * noise((width, height), (60, 60), sketch.rng, 2)
    )
    mixed(image, sketch.lit((250, 252, 252)), np.asarray(foam * 0.8, np.float32))


def _reflected(image: FloatArray, sketch: Sketch, strength: float) -> None:
    """Mirror what stands above the horizon in a wet street."""
    line, height = sketch.line, sketch.size[1]
    mirrored = image[line - (height - line) : line][::-1]
    soft = cv2.blur(mirrored, (max(sketch.size[0] // 300, 1), max(height // 14, 1)))
    part = np.linspace(1, 0.35, height - line, dtype=np.float32)[:, None, None] * np.float32(strength)
    image[line:] += (soft - image[line:]) * part


_PLACES: Final[dict[Place, Callable[[Sketch], FloatArray]]] = {
    Place.MEADOW: _meadow,
    Place.MOUNTAINS: _mountains,
    Place.SNOWFIELD: _snowfield,
    Place.DESERT: _desert,
    Place.FOREST: _forest,
    Place.CITY: _city,
    Place.SEA: _sea,
    Place.SKY: _sky,
    Place.ROOM: interiors.room,
    Place.SPACE: interiors.space,
}
