"""Foreground plants: boughs that hang in from above, grasses, trees, conifers, palms and seaweed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.prompts.vocabulary import Season
from keyreel.engines.motion.scenery.landscapes.forest import draw_leaves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import Colour


_LEAF_COLOURS: Final[dict[Season, tuple[tuple[Colour, Colour], ...]]] = {
    Season.SPRING: (((206, 112, 148), (255, 214, 226)), ((232, 140, 170), (255, 236, 240))),
    Season.SUMMER: (((22, 48, 18), (104, 148, 52)), ((30, 56, 22), (136, 166, 60))),
    Season.AUTUMN: (((128, 44, 18), (240, 140, 40)), ((150, 74, 20), (252, 196, 70))),
    Season.WINTER: (((150, 164, 186), (244, 248, 255)), ((176, 188, 206), (252, 254, 255))),
}
_GRASS_COLOURS: Final[dict[Season, tuple[Colour, Colour]]] = {
    Season.SPRING: ((44, 92, 30), (150, 190, 84)),
    Season.SUMMER: ((34, 76, 26), (128, 166, 62)),
    Season.AUTUMN: ((120, 80, 30), (226, 178, 90)),
    Season.WINTER: ((120, 118, 120), (226, 230, 238)),
}
_FLOWER_COLOURS: Final[dict[Season, tuple[Colour, ...]]] = {
    Season.SPRING: ((250, 246, 238), (246, 160, 190), (250, 214, 92), (176, 150, 232)),
    Season.SUMMER: ((226, 58, 44), (250, 214, 92), (250, 246, 238), (120, 120, 226)),
    Season.AUTUMN: ((232, 196, 120),),
    Season.WINTER: (),
}
_BARK: Final = (52, 40, 34)
_MAX_FORKS: Final = 3
"""How often a bough branches."""


def draw_boughs(canvas: ForegroundCanvas) -> None:
    """Draw boughs that hang into the image from the upper corner of the canvas's side."""
    rng = canvas.rng
    for number in range(3):
        start = np.array(canvas.to_pixel(0.5 + canvas.side * (0.66 - 0.05 * number), -0.22 + 0.13 * number))
        turn = np.pi / 2 + canvas.side * (1.02 - 0.30 * number + rng.normal(0, 0.08))
        long = canvas.size_unit * (0.50 + 0.14 * rng.random() - 0.08 * number)
        _draw_bough(canvas, start, turn, long=long, fork=0)


def _draw_bough(
    canvas: ForegroundCanvas, start: NDArray[np.floating], turn: float, *, long: float, fork: int
) -> None:
    rng = canvas.rng
    count = 7
    bends = turn + np.cumsum(rng.normal(0.015 * np.sign(np.cos(turn)), 0.13, count))
    steps = np.stack((np.cos(bends), np.sin(bends)), axis=-1) * (long / count)
    points = np.concatenate((start[None], start + np.cumsum(steps, axis=0)))
    thick = canvas.size_unit * 0.013 / (1 + 1.5 * fork) * np.linspace(1, 0.35, count)
    canvas.draw_stroke(points, thick.tolist(), canvas.light_tone(_BARK, 0.8))
    if fork < _MAX_FORKS:
        for joint in rng.choice(np.arange(2, count + 1), 3 if fork else 4, replace=False):
            aside = rng.choice((-1, 1)) * rng.uniform(0.35, 0.8)
            _draw_bough(
                canvas, points[joint], float(bends[joint - 1] + aside), long=long * 0.5, fork=fork + 1
            )
    if fork:
        for point in points[2:]:
            _draw_leaf_clump(canvas, point, wide=canvas.size_unit * 0.034)


def _draw_leaf_clump(
    canvas: ForegroundCanvas, at: NDArray[np.floating], *, wide: float, leaf: float = 0.0105, count: int = 11
) -> None:
    pairs = _LEAF_COLOURS[canvas.season]
    dark, bright = pairs[int(canvas.rng.integers(len(pairs)))]
    winter = canvas.season is Season.WINTER
    draw_leaves(
        canvas.image,
        canvas.rng,
        (float(at[0]), float(at[1])),
        spread=(wide, wide * (0.4 if winter else 0.8)),
        size=canvas.size_unit * (0.005 if winter else leaf),
        count=12 if winter else count,
        dark=canvas.light_tone(dark, 0.85),
        bright=canvas.light_tone(bright),
        light_from=1.0 if canvas.context.palette.sun[0] > 0.5 else -1.0,
    )


def draw_grasses(canvas: ForegroundCanvas, *, tall: float, dense: float = 1.0, flowers: float = 0.0) -> None:
    """Draw grass along the lower edge, taller at the sides.

    `tall` is its height in size units; `flowers` is the part of its blades that carry flowers.
    """
    rng = canvas.rng
    count = round(420 * dense * max(canvas.size.width / canvas.size.height, 0.6) / 1.78)
    x = rng.random(count) * 1.4 - 0.2
    clumps = 0.55 + 0.45 * np.sin(x * 17 + rng.random() * 6) * np.sin(x * 7.3 + rng.random() * 6)
    framing = 0.34 + 0.9 * np.abs(x - 0.5 - rng.normal(0, 0.06)) * 1.3
    high = canvas.size_unit * tall * framing * clumps * (0.5 + 0.7 * rng.random(count))
    foot = np.array([canvas.to_pixel(float(each), 1.10) for each in x]) + rng.normal(0, 4, (count, 2))
    bent = high * rng.normal(0.10, 0.24, count)
    tip = foot + np.stack((bent, -high), axis=-1)
    middle = foot + np.stack((bent * 0.36, -high * 0.58), axis=-1)
    thick = np.maximum(canvas.size_unit * 0.0032 * (0.6 + 0.8 * rng.random(count)), 0.6)
    side = np.stack((thick, np.zeros(count)), axis=-1)
    corners = np.stack((foot - side, middle - side * 0.9, tip, middle + side * 0.9, foot + side), axis=1)
    dark, bright = (canvas.light_tone(each, 0.82) for each in _GRASS_COLOURS[canvas.season])
    shine = (rng.random(count) ** 1.6)[:, None]
    canvas.fill_polygons(corners, dark * (1 - shine) + bright * shine)
    colours = _FLOWER_COLOURS[canvas.season]
    if colours and flowers:
        chosen = np.flatnonzero(rng.random(count) < flowers)
        _draw_flowers(canvas, tip[chosen], colours)


def _draw_flowers(canvas: ForegroundCanvas, tips: NDArray[np.floating], colours: tuple[Colour, ...]) -> None:
    """Draw open flowers: six petals around a centre, seen from the side."""
    rng = canvas.rng
    for tip in tips:
        radius = canvas.size_unit * rng.uniform(0.008, 0.015)
        tone = canvas.light_tone(colours[int(rng.integers(len(colours)))], 0.9 + 0.1 * rng.random())
        around = np.linspace(0, 2 * np.pi, 6, endpoint=False) + rng.random() * 6
        middle = tip + np.stack((np.cos(around), np.sin(around) * 0.62), axis=-1) * radius
        ring = np.linspace(0, 2 * np.pi, 9, endpoint=False)
        petal = np.stack((np.cos(ring), np.sin(ring) * 0.72), axis=-1) * radius * 0.62
        shade = tone[None] * np.append(np.full(3, 1.0), 1.0)
        tones = np.repeat(shade, 6, axis=0)
        tones[:, :3] *= (0.82 + 0.18 * (np.sin(around) < 0.2))[:, None]
        canvas.fill_polygons(middle[:, None, :] + petal[None], tones)
        canvas.fill_polygons((tip + petal * 0.6)[None], canvas.light_tone((240, 190, 60), 0.9)[None])


def draw_tree(canvas: ForegroundCanvas) -> None:
    """Draw one broad tree, a third of the width from the canvas's side."""
    rng = canvas.rng
    foot = np.array(canvas.to_pixel(0.5 + canvas.side * rng.uniform(0.22, 0.32), 0.80))
    high = canvas.size_unit * rng.uniform(0.40, 0.50)
    head = foot - np.array((0, high * 0.42))
    _draw_trunk(canvas, foot, head, wide=high * 0.036)
    for turn in rng.uniform(-2.5, -0.6, 7):
        _draw_limb(canvas, head, turn, high * rng.uniform(0.24, 0.4))
    crown = np.array((0, -high * 0.68))
    # A crown is several round clumps of leaves, the lowest ones first.
    rounds = rng.normal(0, 1, (9, 2)).clip(-1.2, 1.2) * (high * 0.20, high * 0.11)
    for middle in rounds[np.argsort(-rounds[:, 1])]:
        wide = high * rng.uniform(0.11, 0.20)
        for angle, out in zip(rng.uniform(0, 2 * np.pi, 20), rng.random(20) ** 0.5, strict=True):
            spot = foot + crown + middle + np.array((np.cos(angle), np.sin(angle) * 0.72)) * out * wide
            _draw_leaf_clump(canvas, spot, wide=high * 0.07, leaf=0.0066, count=20)


def _draw_trunk(
    canvas: ForegroundCanvas, foot: NDArray[np.floating], head: NDArray[np.floating], *, wide: float
) -> None:
    """Draw a trunk that flares at its root, one side in shade, with grass around its foot."""
    along = np.linspace(0, 1, 12)[:, None]
    spine = foot + (head - foot) * along
    half = wide * (0.62 + 0.9 * (1 - along) ** 5)
    side = np.array((1.0, 0.0)) * half
    canvas.fill_outline(np.concatenate((spine - side, (spine + side)[::-1])), canvas.light_tone(_BARK, 0.62))
    lit = np.array((0.34 if canvas.context.palette.sun[0] > 0.5 else -0.34, 0.0)) * half
    canvas.fill_outline(
        np.concatenate((spine + lit - side * 0.5, (spine + lit + side * 0.5)[::-1])),
        canvas.light_tone((92, 72, 56), 0.9),
    )
    count = 60
    spots = foot + canvas.rng.normal(0, 1, (count, 2)) * (wide * 2.2, wide * 0.35)
    tips = spots + np.stack(
        (canvas.rng.normal(0, wide * 0.4, count), -wide * canvas.rng.uniform(1, 2.6, count)), -1
    )
    thin = np.array((wide * 0.09 + 0.4, 0.0))
    dark, bright = (canvas.light_tone(each, 0.8) for each in _GRASS_COLOURS[canvas.season])
    shine = canvas.rng.random(count)[:, None]
    canvas.fill_polygons(
        np.stack((spots - thin, tips, spots + thin), axis=1), dark * (1 - shine) + bright * shine
    )


def _draw_limb(canvas: ForegroundCanvas, start: NDArray[np.floating], turn: float, long: float) -> None:
    along = np.linspace(0, 1, 5)[:, None]
    line = start + along * long * np.array((np.cos(turn), np.sin(turn)))
    canvas.draw_stroke(line, (long * np.linspace(0.10, 0.03, 4)).tolist(), canvas.light_tone(_BARK, 0.8))


def draw_conifers(
    canvas: ForegroundCanvas, *, tall: float, count: int, level: float = 1.06, gap: float = 0.30
) -> None:
    """Draw conifers at both sides, `tall` size units high, with snow on them in winter.

    `level` is the row of their feet, `gap` the least distance from the middle, as parts of the frame's sides.
    """
    rng = canvas.rng
    for number in range(count):
        side = -1.0 if number % 2 else 1.0
        x = 0.5 + side * (0.64 - (0.64 - gap) * rng.random() ** 1.3)
        high = canvas.size_unit * tall * rng.uniform(0.6, 1.15)
        _draw_conifer(canvas, np.array(canvas.to_pixel(x, level)), high)


def _draw_conifer(canvas: ForegroundCanvas, foot: NDArray[np.floating], high: float) -> None:
    rng = canvas.rng
    wide = high * rng.uniform(0.24, 0.32)
    top = foot - (0, high)
    canvas.draw_stroke(
        np.stack((foot, top + np.array((0, high * 0.2)))),
        (max(high * 0.014, 1),),
        canvas.light_tone(_BARK, 0.7),
    )
    rows = 34
    level = np.repeat((np.arange(rows) + 0.4) / rows, 26)
    at = rng.uniform(-1, 1, level.size)
    reach = wide * level**0.92 * (0.62 + 0.38 * ((level * rows / 3) % 1.0)) * at
    # Boughs hang: the farther out, the lower.
    start = top + np.stack((reach * 0.45, level * high * 0.95), axis=-1)
    end = start + np.stack((reach * 0.62, np.abs(reach) * 0.36 + high * 0.012), axis=-1)
    thick = np.stack((np.zeros(level.size), np.full(level.size, high * 0.010)), axis=-1)
    corners = np.stack((start - thick, end, start + thick), axis=1)
    lit_side = 1.0 if canvas.context.palette.sun[0] > 0.5 else -1.0
    shine = np.clip(0.30 + 0.45 * at * lit_side + rng.normal(0, 0.16, level.size), 0, 1)[:, None]
    winter = canvas.season is Season.WINTER
    dark, bright = canvas.light_tone((16, 32, 26), 0.9), canvas.light_tone((62, 92, 58), 0.95)
    tones = dark * (1 - shine) + bright * shine
    if winter:
        snow = (rng.random(level.size) < 0.42)[:, None]
        tones = np.where(snow, canvas.light_tone((236, 242, 252)), tones)
    canvas.fill_polygons(corners, tones)


def draw_palm(canvas: ForegroundCanvas) -> None:
    """Draw a palm that leans in from the canvas's side."""
    rng = canvas.rng
    foot = np.array(canvas.to_pixel(0.5 + canvas.side * 0.68, 1.10))
    head = np.array(canvas.to_pixel(0.5 + canvas.side * rng.uniform(0.36, 0.42), rng.uniform(0.08, 0.16)))
    along = np.linspace(0, 1, 24)[:, None]
    bow = np.stack(
        (canvas.side * np.sin(along[:, 0] * np.pi) * canvas.size_unit * 0.05, np.zeros(24)), axis=-1
    )
    trunk = foot + (head - foot) * along**0.92 - bow
    canvas.draw_stroke(
        trunk,
        (canvas.size_unit * np.linspace(0.034, 0.019, 23)).tolist(),
        canvas.light_tone((84, 66, 48), 0.75),
    )
    for angle in np.linspace(0.1, 2 * np.pi - 0.3, 11) + rng.normal(0, 0.14, 11):
        _draw_frond(canvas, head, angle, canvas.size_unit * rng.uniform(0.26, 0.36))


def _draw_frond(canvas: ForegroundCanvas, head: NDArray[np.floating], angle: float, long: float) -> None:
    rng = canvas.rng
    along = np.linspace(0, 1, 46)
    # A frond rises, then its weight draws it down.
    spine = head + long * np.stack(
        (np.cos(angle) * along, 0.62 * np.sin(angle) * along + 0.52 * along**2.3 - 0.24 * along), axis=-1
    )
    tangent = np.gradient(spine, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    dark, bright = canvas.light_tone((20, 46, 22), 0.9), canvas.light_tone((112, 150, 60), 0.9)
    canvas.draw_stroke(spine, (canvas.size_unit * np.linspace(0.005, 0.001, 45)).tolist(), dark)
    for out in (-1.0, 1.0):
        across = np.stack((-tangent[:, 1], tangent[:, 0]), axis=-1) * out
        reach = long * 0.14 * np.sin(np.pi * np.clip(along * 0.9 + 0.12, 0, 1))[:, None]
        tip = spine + across * reach + tangent * reach * 0.9 + np.array((0.0, 1.0)) * reach * 0.7
        thick = tangent * canvas.size_unit * 0.0026
        corners = np.stack((spine - thick, tip, spine + thick), axis=1)
        shine = np.clip(rng.normal(0.30 - 0.16 * out, 0.18, along.size), 0, 1)[:, None]
        canvas.fill_polygons(corners, dark * (1 - shine) + bright * shine)


def draw_weeds(canvas: ForegroundCanvas) -> None:
    """Draw long ribbons of kelp and fans of coral at both sides of a sea bed."""
    rng = canvas.rng
    hues = ((28, 74, 50), (70, 96, 40), (120, 56, 66), (30, 92, 84))
    for number in range(16):
        side = -1.0 if number % 2 else 1.0
        foot = np.array(canvas.to_pixel(0.5 + side * (0.66 - 0.26 * rng.random() ** 1.2), 1.08))
        high, wave = canvas.size_unit * rng.uniform(0.3, 0.85), rng.random() * 6
        along = np.linspace(0, 1, 26)
        spine = foot + np.stack(
            (np.sin(along * 5 + wave) * canvas.size_unit * 0.03 * along, -along * high), axis=-1
        )
        tone = canvas.light_tone(hues[int(rng.integers(len(hues)))], rng.uniform(0.7, 1.1))
        canvas.draw_stroke(spine, (canvas.size_unit * np.linspace(0.012, 0.002, 25)).tolist(), tone)
        for out in (-1, 1):
            tip = spine + np.stack((out * np.full(26, canvas.size_unit * 0.034), np.full(26, -8.0)), axis=-1)
            thick = np.stack((np.zeros(26), np.full(26, canvas.size_unit * 0.008)), axis=-1)
            canvas.fill_polygons(
                np.stack((spine - thick, tip, spine + thick), axis=1), np.repeat(tone[None], 26, 0)
            )
