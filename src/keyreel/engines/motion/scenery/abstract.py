"""Abstract scenes for prompts that name no place: silk, paper, orbs and light in the colours of a mood."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import (
    blur_image,
    premultiply,
    resize,
    smoothstep_array,
    to_rgba,
    to_uint8,
)
from keyreel.engines.motion.scenery.backdrop import add_vignette_and_grain
from keyreel.engines.motion.scenery.composition import ComposedScene
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour
from keyreel.engines.motion.scenery.moving.drifting_specks import MOTES, create_swarm
from keyreel.engines.motion.scenery.view import (
    BACKGROUND_SCALE,
    DepthProfile,
    LayeredBackdrop,
    Plane,
    get_canvas_size,
    get_margins,
    prepare_plane,
)
from keyreel.sound.music.moods import Mood, detect_mood

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import Colour
    from keyreel.order import Size

    Design = Callable[["AbstractCanvas", float], FloatArray]
    """Draws one depth, 0.0 far … 1.0 near: float32 [height, width, 4], RGB 0 … 255 and opacity 0.0 … 1.0."""


class AbstractPalette(NamedTuple):
    """The colours of a scene, RGB 0 … 255, from the darkest to the brightest, and one accent."""

    ground: Colour
    deep: Colour
    middle: Colour
    bright: Colour
    accent: Colour


class AbstractCanvas(NamedTuple):
    """What a design draws on: a canvas around a frame, its palette, and its randomness."""

    size: Size
    palette: AbstractPalette
    rng: np.random.Generator

    @property
    def extent(self) -> tuple[int, int]:
        """The canvas's width and height."""
        return get_canvas_size(self.size)

    def get_tone(self, part: float) -> FloatArray:
        """Return a colour between the darkest, 0.0, and the brightest, 1.0: float32 [3], RGB 0 … 255."""
        return np.asarray(_interpolate_colours(self.palette[:4], np.array(part)), np.float32)

    def get_column_positions(self) -> FloatArray:
        """Return each column's position, float32 [1, width], 0.0 … 1.0 within the frame."""
        wide, beside = self.extent[0], get_margins(self.size)[0]
        return ((np.arange(wide, dtype=np.float32) - np.float32(beside)) / np.float32(self.size.width))[
            None, :
        ]

    def get_row_positions(self) -> FloatArray:
        """Return each row's position, float32 [height, 1], 0.0 … 1.0 within the frame."""
        high, above = self.extent[1], get_margins(self.size)[1]
        return ((np.arange(high, dtype=np.float32) - np.float32(above)) / np.float32(self.size.height))[
            :, None
        ]


_PALETTE_BY_MOOD: Final[dict[Mood, AbstractPalette]] = {
    Mood.CALM: AbstractPalette((16, 34, 54), (34, 84, 116), (92, 160, 176), (206, 234, 226), (250, 196, 150)),
    Mood.HAPPY: AbstractPalette(
        (92, 40, 98), (226, 78, 106), (252, 150, 92), (255, 226, 150), (92, 206, 206)
    ),
    Mood.EPIC: AbstractPalette((16, 12, 34), (86, 24, 58), (206, 74, 50), (255, 190, 92), (92, 130, 226)),
    Mood.TENSE: AbstractPalette((10, 12, 18), (40, 26, 44), (132, 26, 44), (234, 84, 62), (96, 150, 170)),
    Mood.SAD: AbstractPalette((14, 20, 38), (40, 56, 92), (92, 112, 150), (190, 200, 220), (160, 130, 170)),
    Mood.MYSTERY: AbstractPalette((10, 10, 28), (36, 26, 78), (86, 62, 150), (170, 150, 226), (70, 210, 190)),
    Mood.SCIFI: AbstractPalette((6, 10, 26), (14, 48, 98), (28, 130, 190), (130, 236, 246), (246, 70, 160)),
    Mood.ROMANCE: AbstractPalette(
        (54, 18, 48), (146, 46, 88), (236, 118, 138), (255, 214, 200), (255, 190, 110)
    ),
    Mood.ORIENTAL: AbstractPalette(
        (22, 30, 34), (44, 82, 82), (126, 160, 140), (232, 226, 200), (206, 62, 48)
    ),
    Mood.FANTASY: AbstractPalette(
        (24, 16, 64), (80, 44, 146), (170, 92, 206), (250, 190, 240), (110, 226, 246)
    ),
}
_COLOUR_PATTERNS: Final[tuple[tuple[str, Colour], ...]] = (
    (r"\b(?:red|crimson|scarlet)\b|红", (216, 44, 46)),
    (r"\borange\b|橙|橘", (246, 130, 40)),
    (r"\b(?:yellow|gold(?:en)?)\b|黄|金", (248, 196, 64)),
    (r"\b(?:green|emerald|jade)\b|绿|翠", (52, 160, 92)),
    (r"\b(?:teal|turquoise|cyan|aqua)\b|青|碧", (40, 176, 186)),
    (r"\b(?:blue|azure|indigo)\b|蓝", (48, 96, 214)),
    (r"\b(?:purple|violet|lavender)\b|紫", (134, 76, 206)),
    (r"\b(?:pink|rose|magenta)\b|粉|玫", (244, 120, 170)),
    (r"\b(?:white|silver|ivory)\b|白|银", (226, 230, 238)),
    (r"\bblack\b|黑", (30, 30, 38)),
)
_PLANE_DISPARITIES: Final = (0.14, 0.26, 0.40, 0.55, 0.72, 0.92)
"""Disparities of the planes, far ones first."""
_BLUR_PER_DISPARITY: Final = 0.007
"""Sigma of the defocus blur, in shorter sides of the frame per disparity away from the focus."""
_FOCUS_DISPARITY: Final = 0.5
"""The disparity in focus."""


def compose_abstract_scene(prompt: str, size: Size, seed: int) -> ComposedScene:
    """Compose an abstract scene in the mood and the colours of a prompt; the seed chooses the design."""
    text = prompt.lower()
    rng = np.random.default_rng([seed, 43])
    mood = detect_mood(prompt)
    canvas = AbstractCanvas(size, _choose_palette(text, _PALETTE_BY_MOOD[mood]), rng)
    name = _DESIGNS_BY_MOOD[mood][int(rng.integers(len(_DESIGNS_BY_MOOD[mood])))]
    design = _DESIGNS[name]
    planes = tuple(
        _draw_plane(design, canvas, depth, number) for number, depth in enumerate(_PLANE_DISPARITIES)
    )
    relief = DepthProfile(0.5, ground=0.10, side=0.10, above=0.10)
    backdrop = LayeredBackdrop(_draw_background(canvas), relief, planes, size)
    motes = replace(MOTES, colour=_lighten(canvas.palette.accent), count=130, light=0.5)
    return ComposedScene(backdrop, swarm=create_swarm(motes, size, rng))


def _choose_palette(text: str, mood: AbstractPalette) -> AbstractPalette:
    """Return the mood's palette, or one around the colours that the text names."""
    found = [colour for pattern, colour in _COLOUR_PATTERNS if re.search(pattern, text)]
    if not found:
        return mood
    main = np.array(found[0], np.float32)
    accent = found[1] if len(found) > 1 else mood.accent
    ground, deep = main * 0.14 + np.array((6, 6, 14)), main * 0.42 + np.array((6, 4, 12))
    bright = main * 0.42 + np.array((150, 148, 148))
    return AbstractPalette(_to_colour(ground), _to_colour(deep), _to_colour(main), _to_colour(bright), accent)


def _to_colour(values: NDArray[np.floating]) -> Colour:
    red, green, blue = (float(each) for each in np.clip(values, 0, 255))
    return red, green, blue


def _lighten(colour: Colour) -> Colour:
    return _to_colour(np.array(colour) * 0.6 + 102)


def _interpolate_colours(stops: tuple[Colour, ...], part: NDArray[np.floating]) -> NDArray[np.floating]:
    positions = np.linspace(0, 1, len(stops))
    return np.stack(
        [np.interp(part, positions, [stop[each] for stop in stops]) for each in range(3)], axis=-1
    )


def _draw_background(canvas: AbstractCanvas) -> Frame:
    """Draw the distance, uint8 [height, width, 4]: soft lights, brightest around one source."""
    wide, high = get_canvas_size(canvas.size, BACKGROUND_SCALE)
    rng, palette = canvas.rng, canvas.palette
    rows = np.linspace(0, 1, high, dtype=np.float32)
    image = np.repeat(
        np.asarray(_interpolate_colours(palette[:3], rows), np.float32)[:, None, :], wide, axis=1
    )
    small = wide // 4, high // 4
    clouds = generate_noise(small, (3, 3), rng, 5)
    veil = blur_image(generate_noise(small, (5, 6), rng, 5), small[1] / 24)
    blend_colour(
        image, palette.middle, resize(smoothstep_array(clouds, 0.40, 0.72) * np.float32(0.55), wide, high)
    )
    blend_colour(
        image,
        palette.accent,
        resize(smoothstep_array(clouds * veil, 0.20, 0.42) * np.float32(0.42), wide, high),
    )
    x, y = rng.uniform(0.28, 0.72) * wide, rng.uniform(0.26, 0.46) * high
    across, down = np.arange(wide, dtype=np.float32)[None, :], np.arange(high, dtype=np.float32)[:, None]
    away = np.hypot(across - np.float32(x), down - np.float32(y)) / np.float32((wide * high) ** 0.5)
    blend_colour(image, palette.bright, np.asarray(0.85 * np.exp(-away * 7.5), np.float32))
    core = smoothstep_array(-away, -0.062, -0.058) * np.float32(0.9)
    blend_colour(image, _lighten(palette.bright), core)
    background = to_rgba(add_vignette_and_grain(image, rng))
    background[..., 3] = 0
    return background


def _draw_plane(design: Design, canvas: AbstractCanvas, depth: float, number: int) -> Plane:
    part = number / (len(_PLANE_DISPARITIES) - 1)
    drawn = design(canvas, part)
    over = premultiply(to_uint8(drawn[..., :3]), np.ascontiguousarray(drawn[..., 3]))
    short = min(canvas.size.height, canvas.size.width)
    soft = abs(depth - _FOCUS_DISPARITY) * _BLUR_PER_DISPARITY * short
    image, opacity, disparity = prepare_plane(over, depth, soft)
    direction = -1.0 if number % 2 else 1.0
    return Plane(
        image, opacity, disparity, sway=0.012 + 0.014 * part, rooted=0.0, drift=(direction * 0.012, 0.0),
        phase=float(canvas.rng.random() * 6), heave=0.016 + 0.026 * part,
    )  # fmt: skip


def _draw_silk(canvas: AbstractCanvas, part: float) -> FloatArray:
    """Draw one ribbon of silk that lies across the frame, with its folds in the light."""
    rng = canvas.rng
    x, y = canvas.get_column_positions(), canvas.get_row_positions()
    lean = np.float32(rng.uniform(-0.32, 0.32))
    level = np.float32(0.18 + 0.80 * part + rng.uniform(-0.07, 0.07))
    phase = rng.random(4) * 6
    middle = level + lean * (x - 0.5) + np.float32(0.10) * np.sin(x * np.float32(3.6) + np.float32(phase[0]))
    half = np.float32(0.13) + np.float32(0.06) * np.sin(x * np.float32(2.7) + np.float32(phase[1]))
    s = (y - middle) / half
    fold = (
        s * np.float32(4.4)
        + np.float32(2.2) * np.sin(x * np.float32(4.1) + np.float32(phase[2]))
        + s * s * np.sin(x * 7)
    )
    light = 0.5 + 0.5 * np.cos(fold)
    sheen = np.exp(-(((light - 0.86) / 0.11) ** 2)) * np.float32(0.55)
    deep, bright = canvas.get_tone(0.22 + 0.30 * part), canvas.get_tone(0.62 + 0.34 * part)
    colour = deep + (bright - deep) * np.asarray(light**1.4, np.float32)[..., None]
    accent = np.array(canvas.palette.accent, np.float32)
    colour += (accent - colour) * (
        np.float32(0.30) * smoothstep_array(x * np.ones_like(y), 0.1, 1.0) * light
    )[..., None]
    colour += sheen[..., None] * np.float32(70)
    alpha = smoothstep_array(1 - np.abs(s), 0.0, 0.05) * np.float32(0.94)
    return np.dstack((colour, alpha)).astype(np.float32)


def _draw_paper(canvas: AbstractCanvas, part: float) -> FloatArray:
    """Draw one sheet of paper cut into hills, with a lit edge that shades towards its foot."""
    rng = canvas.rng
    x, y = canvas.get_column_positions(), canvas.get_row_positions()
    line = np.zeros_like(x)
    for waves, share in ((1.1, 0.55), (2.6, 0.30), (5.7, 0.15)):
        line += np.float32(share) * np.sin(x * np.float32(waves * 3.2) + np.float32(rng.random() * 6))
    top = np.float32(0.44 + 0.52 * part) - line * np.float32(0.10)
    deep = y - top
    # Far sheets are bright with haze, near ones dark: light comes from behind them.
    tone = canvas.get_tone(0.82 - 0.74 * part)
    grain = generate_noise(canvas.extent, (160, 120), rng, 2) - np.float32(0.5)
    light = np.float32(1.06) - np.float32(0.34) * np.clip(deep / 0.5, 0, 1) + np.float32(0.06) * grain
    colour = tone * light[..., None]
    edge = np.exp(-((deep / 0.005) ** 2)) * np.float32(0.6)
    colour += (np.array(_lighten(canvas.palette.bright), np.float32) - colour) * edge[..., None]
    return np.dstack((colour, smoothstep_array(deep, 0.0, 0.004))).astype(np.float32)


def _draw_orbs(canvas: AbstractCanvas, part: float) -> FloatArray:
    """Draw glass balls that float at one depth: lit from above, with a rim and a highlight."""
    rng = canvas.rng
    wide, high = canvas.extent
    drawn = np.zeros((high, wide, 4), np.float32)
    short = min(canvas.size.width, canvas.size.height)
    for _ in range(max(round(9 - 6 * part), 3)):
        radius = short * (0.035 + 0.16 * part) * rng.uniform(0.55, 1.25)
        side = rng.choice((-1.0, 1.0)) * (0.10 + 0.50 * rng.random() ** (0.5 + 0.5 * (1 - part)))
        _draw_ball(drawn, canvas, ((0.5 + side), float(rng.uniform(0.0, 1.0))), radius)
    return drawn


def _draw_ball(drawn: FloatArray, canvas: AbstractCanvas, at: tuple[float, float], radius: float) -> None:
    beside, above = get_margins(canvas.size)
    centre = beside + at[0] * canvas.size.width, above + at[1] * canvas.size.height
    x0, y0 = (max(int(each - radius) - 2, 0) for each in centre)
    x1, y1 = (
        min(int(centre[0] + radius) + 3, drawn.shape[1]),
        min(int(centre[1] + radius) + 3, drawn.shape[0]),
    )
    if x0 >= x1 or y0 >= y1:
        return
    x = (np.arange(x0, x1, dtype=np.float32)[None, :] - np.float32(centre[0])) / np.float32(radius)
    y = (np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(centre[1])) / np.float32(radius)
    out = np.hypot(x, y)
    z = np.sqrt(np.clip(1 - out * out, 0, 1))
    light = np.clip(0.5 * z - 0.5 * x - 0.62 * y, 0, 1)
    rim = np.clip(1 - z, 0, 1) ** 2.6
    shine = np.exp(-(((x + 0.34) ** 2 + (y + 0.42) ** 2) / 0.018)) + 0.35 * np.exp(
        -(((x - 0.3) ** 2 + (y - 0.44) ** 2) / 0.06)
    )
    which = canvas.rng.random()
    body = (
        np.array(canvas.palette.accent, np.float32) if which < 0.22 else canvas.get_tone(0.35 + 0.5 * which)
    )
    colour = (
        body * (0.30 + 0.80 * light)[..., None] + np.array(canvas.palette.bright) * (0.7 * rim)[..., None]
    )
    colour += 255 * np.clip(shine, 0, 1)[..., None] * 0.75
    mask = smoothstep_array(1 - out, 0.0, 2.5 / radius) * np.float32(0.96)
    part = drawn[y0:y1, x0:x1]
    part[..., :3] += (np.clip(colour, 0, 255).astype(np.float32) - part[..., :3]) * mask[..., None]
    part[..., 3] = np.maximum(part[..., 3], mask)


def _draw_curtain(canvas: AbstractCanvas, part: float) -> FloatArray:
    """Draw one curtain of light that hangs in folds and fades upwards, over dark hills when it is near."""
    if part > 0.7:
        return _draw_paper(canvas._replace(palette=_darken(canvas.palette)), part)
    rng = canvas.rng
    x, y = canvas.get_column_positions(), canvas.get_row_positions()
    wide = canvas.extent[0]
    fold = np.float32(0.13) * np.sin(x * np.float32(4.3) + np.float32(rng.random() * 6)) + np.float32(
        0.05
    ) * np.sin(x * np.float32(11.0) + np.float32(rng.random() * 6))
    foot = np.float32(0.30 + 0.42 * part) + fold
    up = (foot - y) / np.float32(0.46 + 0.2 * part)
    streaks = (
        generate_noise((wide, 1), (70, 1), rng, 4)[0][None, :] * 0.6
        + generate_noise((wide, 1), (9, 1), rng, 3)[0][None, :] * 0.7
    )
    light = smoothstep_array(up, 0.0, 0.06) * np.exp(-np.clip(up, 0, None) * 2.6) * streaks
    low, top = canvas.get_tone(0.86), np.array(canvas.palette.accent, np.float32)
    colour = low + (top - low) * smoothstep_array(up, 0.05, 0.75)[..., None]
    return np.dstack((colour, np.clip(light * 0.95, 0, 0.9))).astype(np.float32)


def _darken(palette: AbstractPalette) -> AbstractPalette:
    return AbstractPalette(*(_to_colour(np.array(each) * 0.30) for each in palette))


_DESIGNS: Final[dict[str, Design]] = {
    "silk": _draw_silk,
    "paper": _draw_paper,
    "orbs": _draw_orbs,
    "curtains": _draw_curtain,
}
_DESIGNS_BY_MOOD: Final[dict[Mood, tuple[str, ...]]] = {
    Mood.CALM: ("silk", "paper", "orbs"),
    Mood.HAPPY: ("orbs", "paper", "silk"),
    Mood.EPIC: ("curtains", "silk", "paper"),
    Mood.TENSE: ("silk", "curtains"),
    Mood.SAD: ("paper", "silk"),
    Mood.MYSTERY: ("curtains", "silk", "orbs"),
    Mood.SCIFI: ("orbs", "curtains"),
    Mood.ROMANCE: ("silk", "orbs", "paper"),
    Mood.ORIENTAL: ("paper", "silk"),
    Mood.FANTASY: ("curtains", "orbs", "silk"),
}
