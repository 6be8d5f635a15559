"""Drawn pictures: a lighthouse by the sea, and two subjects on plain grounds that are easy to cut out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pictures.noise import Field, fractal, look_up, smoothstep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FINE = 2
SEA_LEVEL = 480
BAND = 26
Point = tuple[float, float]
Paint = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to draw on, in points of the finished picture; drawn twice as fine."""

    light: Field

    @classmethod
    def of(cls, width: int, height: int, top: Paint, bottom: Paint) -> Sheet:
        """Return a sheet with a ground that runs from one colour to another."""
        share = np.linspace(0, 1, height * FINE, dtype=np.float32)[:, None, None]
        ground = np.array(top, np.float32) * (1 - share) + np.array(bottom, np.float32) * share
        return cls(np.repeat(ground, width * FINE, 1))

    def grid(self) -> tuple[Field, Field]:
        """Return each pixel's column and row in points."""
        rows, columns = np.indices(self.light.shape[:2], dtype=np.float32)
        return columns / FINE, rows / FINE

    def polygon(self, points: Sequence[Point]) -> Field:
        """Return the smooth-edged mask of a polygon."""
        mask = np.zeros(self.light.shape[:2], np.uint8)
        fixed = np.round(np.array(points) * FINE * 16).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
        return (mask / 255).astype(np.float32)

    def oval(self, centre: Point, reach: Point) -> Field:
        """Return the smooth-edged mask of an oval."""
        turns = np.linspace(0, 2 * np.pi, 160)
        return self.polygon(
            list(zip(centre[0] + reach[0] * np.cos(turns), centre[1] + reach[1] * np.sin(turns), strict=True))
        )

    def lay(self, mask: Field, paint: Paint | Field) -> None:
        """Cover the masked part."""
        paint = np.asarray(paint, np.float32)
        self.light[:] += (paint - self.light) * mask[..., None]

    def finished(self) -> Field:
        """Return the picture in its own size."""
        size = (self.light.shape[1] // FINE, self.light.shape[0] // FINE)
        return np.clip(cv2.resize(self.light, size, interpolation=cv2.INTER_AREA), 0, 1)


def all_drawings() -> Iterator[tuple[str, Field]]:
    """Draw each picture, RGB in 0 … 1."""
    yield "lighthouse", lighthouse()
    yield "balloon", balloon()
    yield "boat", boat()


def lighthouse() -> Field:
    """Draw a lighthouse on its rock, with the sea behind and the evening around."""
    sheet = Sheet.of(1280, 720, (0.13, 0.20, 0.42), (1.0, 0.62, 0.40))
    across, down = sheet.grid()
    _evening_sky(sheet, across, down)
    _sea(sheet, across, down)
    _rock(sheet, across, down)
    _house(sheet)
    _tower(sheet, across)
    return sheet.finished()


def _evening_sky(sheet: Sheet, across: Field, down: Field) -> None:
    away = np.hypot(across - 330, down - 425)
    glow = np.exp(-((away / 300) ** 1.1))[..., None]
    sheet.light[:] += glow * np.array([0.75, 0.42, 0.08], np.float32)
    sheet.lay(sheet.oval((330, 425), (46, 46)), (1.0, 0.93, 0.70))
    puffs = fractal(1024, 5, 6, 501, gain=0.52)
    here = look_up(puffs, across * 0.62, down * 1.9, repeat=True)
    sunward = look_up(puffs, across * 0.62 - 9, down * 1.9 + 14, repeat=True)
    thick = smoothstep(0.2, 1.5, here + 0.35 * np.sin(across / 260)) * smoothstep(470, 300, down)
    lit = np.clip(0.55 + 0.6 * (here - sunward), 0, 1)[..., None]
    cloud = (
        np.array([0.42, 0.30, 0.46], np.float32) * (1 - lit) + np.array([1.0, 0.70, 0.52], np.float32) * lit
    )
    sheet.lay(thick * 0.85, cloud)
    sheet.light[:] = np.clip(sheet.light, 0, 1)
    for level, height, seed, paint in ((470, 70, 3, (0.62, 0.42, 0.50)), (478, 42, 8, (0.42, 0.30, 0.44))):
        line = fractal(1024, 4, 5, seed, gain=0.45)[7]
        crest = level - height * np.clip(0.45 + 0.35 * line[np.arange(0, 1281, 8) % 1024], 0, 1.4)
        sheet.lay(
            sheet.polygon([(0, 490), *zip(np.arange(0, 1281, 8), crest, strict=True), (1280, 490)]), paint
        )


def _sea(sheet: Sheet, across: Field, down: Field) -> None:
    depth = np.clip((down - SEA_LEVEL) / 240, 0, 1)
    colour = (
        np.array([0.78, 0.47, 0.42], np.float32) * (1 - depth[..., None])
        + np.array([0.07, 0.16, 0.28], np.float32) * depth[..., None]
    )
    waves = fractal(1024, 24, 5, 511, gain=0.6)
    ripple = look_up(waves, across * (0.42 - 0.10 * depth), 330 * np.log(0.05 + depth), repeat=True)
    colour += (0.05 + 0.05 * depth[..., None]) * ripple[..., None] * np.array([0.8, 0.9, 1.0], np.float32)
    road = np.exp(-(((across - 330) / (34 + 190 * depth)) ** 2)) * smoothstep(0.1, 1.1, ripple + 0.5)
    colour += road[..., None] * np.array([0.95, 0.62, 0.30], np.float32) * (1 - 0.45 * depth[..., None])
    sheet.lay((down >= SEA_LEVEL).astype(np.float32), np.clip(colour, 0, 1))


def _rock(sheet: Sheet, across: Field, down: Field) -> None:
    edge = fractal(1024, 8, 6, 521, gain=0.55)[3]
    at = np.arange(560, 1301, 4)
    profile = (
        720
        - 250 * smoothstep(560, 840, at.astype(np.float32))
        + 24 * smoothstep(1000, 1280, at.astype(np.float32))
    )
    crest = profile + 11 * edge[at % 1024]
    mask = sheet.polygon([(556, 730), *zip(at, crest, strict=True), (1300, 730)])
    stone = fractal(1024, 9, 7, 531, gain=0.6)
    here = look_up(stone, across * 0.9, down * 0.55, repeat=True)
    lit = np.clip(0.45 + 0.5 * (here - look_up(stone, across * 0.9 - 3, down * 0.55 - 2, repeat=True)), 0, 1)[
        ..., None
    ]
    dark, bright = np.array([0.12, 0.11, 0.16], np.float32), np.array([0.78, 0.47, 0.33], np.float32)
    sheet.lay(mask, dark + (bright - dark) * lit * smoothstep(1250, 600, across)[..., None])
    full = np.interp(across[0], at, crest).astype(np.float32)
    grass = np.exp(-np.clip(down - full[None], 0, None) / 13) * mask * smoothstep(740, 830, across)
    blade = 0.75 + 0.25 * look_up(stone, across * 6, down * 2, repeat=True)[..., None]
    sheet.lay(np.clip(grass * 1.3, 0, 1), np.array([0.36, 0.38, 0.16], np.float32) * blade)


def _house(sheet: Sheet) -> None:
    house = sheet.polygon([(985, 478), (985, 418), (1110, 418), (1110, 482)])
    sheet.lay(house, (0.72, 0.60, 0.58))
    sheet.lay(sheet.polygon([(973, 420), (1000, 380), (1098, 380), (1122, 420)]), (0.42, 0.16, 0.15))
    for left in (1010, 1064):
        sheet.lay(
            sheet.polygon([(left, 438), (left + 20, 438), (left + 20, 462), (left, 462)]), (1.0, 0.86, 0.50)
        )


def _tower(sheet: Sheet, across: Field) -> None:
    # Round bodies are bright on the sun's side, at the left.
    turn = np.clip((across - 862) / 116, 0, 1)[..., None]
    shade = np.clip(1.08 - 0.75 * turn**1.2, 0.25, 1) * np.array([1.0, 0.93, 0.86], np.float32)
    for band in range(5):
        top, bottom = 190 + band * 58, 190 + (band + 1) * 58
        half = [(30 + 0.085 * (row - 190)) for row in (top, bottom)]
        sag = [(920 + x * half[0], top + 5 * (1 - x * x)) for x in np.linspace(-1, 1, 15)]
        base = [(920 + x * half[1], bottom + 6 * (1 - x * x)) for x in np.linspace(1, -1, 15)]
        paint = np.array((0.80, 0.17, 0.13) if band % 2 == 0 else (0.97, 0.94, 0.90), np.float32)
        sheet.lay(sheet.polygon([*sag, *base]), paint * shade)
    for row, half, deep in ((184, 42, 8), (121, 30, 6)):
        dark = np.array([0.20, 0.17, 0.22], np.float32) * shade * 1.5
        sheet.lay(
            sheet.polygon(
                [
                    (920 - half, row),
                    (920 + half, row),
                    (920 + half - 4, row + deep),
                    (920 - half + 4, row + deep),
                ]
            ),
            dark,
        )
    sheet.lay(sheet.polygon([(897, 128), (943, 128), (945, 184), (895, 184)]), (1.0, 0.90, 0.58))
    for x in (897, 908, 919, 931, 942):
        sheet.lay(sheet.polygon([(x, 128), (x + 2, 128), (x + 2, 184), (x, 184)]), (0.22, 0.18, 0.22))
    roof = sheet.polygon([(892, 121), (905, 95), (920, 84), (935, 95), (948, 121)])
    sheet.lay(roof, np.array([0.72, 0.15, 0.12], np.float32) * shade)
    sheet.lay(sheet.polygon([(919, 66), (921, 66), (921, 86), (919, 86)]), (0.2, 0.17, 0.2))
    sheet.lay(
        sheet.polygon([(908, 474), (908, 448), (914, 440), (926, 440), (932, 448), (932, 474)]),
        (0.30, 0.16, 0.12),
    )
    down = sheet.grid()[1]
    lamp = np.exp(-np.hypot(across - 920, down - 156) / 52)[..., None]
    sheet.light[:] += lamp * np.array([0.60, 0.46, 0.20], np.float32)


def balloon() -> Field:
    """Draw a hot-air balloon before a plain pale sky."""
    sheet = Sheet.of(900, 900, (0.86, 0.92, 0.96), (0.95, 0.96, 0.95))
    across, down = sheet.grid()
    lines = [(404, 628, 424, 716), (496, 628, 476, 716), (440, 640, 440, 716), (460, 640, 460, 716)]
    for x0, y0, x1, y1 in lines:
        sheet.lay(sheet.polygon([(x0 - 1, y0), (x0 + 1, y0), (x1 + 1, y1), (x1 - 1, y1)]), (0.25, 0.18, 0.14))
    turns = np.linspace(0, 1, 90)
    reach = (
        250 * np.sqrt(np.clip(1 - (turns * 1.62 - 1) ** 2, 0, 1)) * (1 - 0.34 * smoothstep(0.55, 1.0, turns))
    )
    rows = 110 + 530 * turns
    right = list(zip(450 + reach, rows, strict=True))
    left = list(zip(450 - reach[::-1], rows[::-1], strict=True))
    mask = sheet.polygon([*right, *left])
    half = np.interp(down, rows, np.maximum(reach, 1)).astype(np.float32)
    side = np.clip((across - 450) / half, -1, 1)
    gore = np.floor((np.arcsin(side) / np.pi + 0.5) * 10)
    reds = np.array([[0.83, 0.13, 0.11], [0.97, 0.82, 0.52]], np.float32)
    colour = reds[(gore % 2).astype(int)]
    band = (np.abs(down - 395) < BAND)[..., None]
    colour = np.where(band, np.array([0.13, 0.26, 0.45], np.float32), colour)
    seam = np.abs((np.arcsin(side) / np.pi + 0.5) * 10 - np.round((np.arcsin(side) / np.pi + 0.5) * 10))
    round_light = 0.62 + 0.45 * np.exp(-((side + 0.42) ** 2) / 0.3 - ((down - 260) / 300) ** 2)
    round_light *= 0.93 + 0.07 * smoothstep(0, 0.08, seam)
    sheet.lay(mask, np.clip(colour * round_light[..., None], 0, 1))
    weave = 0.85 + 0.15 * np.sign(np.sin(across / 2.2) * np.sin(down / 2.6))[..., None]
    basket = sheet.polygon([(418, 716), (482, 716), (476, 770), (424, 770)])
    sheet.lay(
        basket,
        np.array([0.55, 0.34, 0.17], np.float32)
        * weave
        * (1.15 - 0.4 * smoothstep(420, 480, across))[..., None],
    )
    sheet.lay(sheet.polygon([(414, 712), (486, 712), (486, 722), (414, 722)]), (0.40, 0.22, 0.11))
    return sheet.finished()


def boat() -> Field:
    """Draw a folded paper boat on a plain ground."""
    sheet = Sheet.of(900, 900, (0.80, 0.86, 0.84), (0.86, 0.89, 0.86))
    across, down = sheet.grid()
    grain = fractal(1024, 64, 4, 541, gain=0.7)
    paper = (1 + 0.012 * look_up(grain, across * 1.1, down * 1.1, repeat=True))[..., None]
    parts = (
        (((450, 210), (640, 520), (450, 560)), (0.80, 0.76, 0.70)),
        (((450, 210), (260, 520), (450, 560)), (0.98, 0.96, 0.92)),
        (
            ((130, 470), (330, 520), (450, 540), (570, 520), (770, 470), (660, 640), (240, 640)),
            (0.92, 0.44, 0.22),
        ),
        (((450, 540), (570, 520), (770, 470), (660, 640), (450, 640)), (0.72, 0.29, 0.13)),
        (((130, 470), (330, 520), (240, 640)), (0.99, 0.58, 0.33)),
        (((770, 470), (570, 520), (660, 640)), (0.82, 0.36, 0.18)),
    )
    for points, paint in parts:
        slope = (1.04 - 0.12 * (down - 210) / 430)[..., None]
        sheet.lay(sheet.polygon(points), np.clip(np.array(paint, np.float32) * paper * slope, 0, 1))
    return sheet.finished()
