"""The form of a piece: bars, tempo and sections that fit into a clip; knows no chords and no notes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

FINAL_CHORD_SECONDS: Final = 1.3
"""Seconds before the clip's end at which the final chord comes and rings out."""
_PHRASE_BARS: Final = 4
_MIN_INTRO_BARS: Final = 2
"""Bars beyond whole phrases that make an introduction of their own."""
_MAX_PHRASES_WITHOUT_INTRO: Final = 3
"""Phrases of a piece that has no introduction yet."""
_UPBEAT_COST: Final = 0.3
_ODD_PHRASE_COST: Final = 0.08
"""Costs of a form that starts inside a bar, or has no whole number of phrases, in octaves of tempo."""

_SECTIONS_BY_PHRASE_COUNT: Final = (
    "",
    "A",
    "AV",
    "ABV",
    "IABV",
    "IAVBV",
    "IAVBVE",
    "IAVBAVE",
    "IAVBBAVE",
    "IAVBBAVVE",
)
_SECTION_INTENSITIES: Final = {"I": 0.36, "A": 0.55, "V": 0.75, "B": 0.65, "E": 0.4}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its section (Intro, A, V for varied A, B, Ending), its index there and the section's bars.

    Intensity, 0 … 1, says how loud and how full it is.
    """

    first_beat: int
    beats: int
    section: str
    index: int
    length: int
    intensity: float
    opens_section: bool
    """The first bar of a section."""
    closes_section: bool
    """The last bar of a section."""


@dataclass(frozen=True, slots=True)
class Form:
    """All bars, a beat's length in seconds, and the beat of the final chord."""

    bars: tuple[Bar, ...]
    beat_seconds: float
    final_beat: int


def plan_form(seconds: float, tempo: tuple[float, float], beats: int, rng: np.random.Generator) -> Form:
    """Fit whole beats between the clip's start and the final chord; `tempo` is a range in beats a minute."""
    final_seconds = seconds - min(FINAL_CHORD_SECONDS, seconds / 2)
    wanted = tempo[0] * (tempo[1] / tempo[0]) ** rng.uniform()

    def cost(count: int) -> float:
        actual = 60 * count / final_seconds
        off = abs(math.log2(actual / wanted))
        outside = max(0.0, math.log2(tempo[0] / actual), math.log2(actual / tempo[1]))
        upbeat = _UPBEAT_COST if count % beats else 0.0
        phrases = count // beats % _PHRASE_BARS
        return (
            off
            + 2 * outside
            + upbeat
            + (_ODD_PHRASE_COST if phrases and count > beats * _PHRASE_BARS else 0.0)
        )

    count = min(range(1, max(2, round(final_seconds * tempo[1] / 60) + 3)), key=cost)
    return Form(_build_bars(count, beats), final_seconds / count, count)


def _build_bars(count: int, beats: int) -> tuple[Bar, ...]:
    whole, upbeat = divmod(count, beats)
    letters = _choose_sections(whole)
    rows: list[tuple[str, int, int]] = [("I" if whole else "A", 0, 1)] if upbeat else []
    for letter, length in letters:
        rows += [(letter, index, length) for index in range(length)]
    levels = _compute_intensities(rows, [letter for letter, _ in letters])
    bars: list[Bar] = []
    at = 0
    for number, (letter, index, length) in enumerate(rows):
        lasts = upbeat if upbeat and number == 0 else beats
        bars.append(Bar(at, lasts, letter, index, length, levels[number], index == 0, index == length - 1))
        at += lasts
    return tuple(bars)


def _choose_sections(bar_count: int) -> list[tuple[str, int]]:
    phrases, rest = divmod(bar_count, _PHRASE_BARS)
    if phrases == 0:
        return [("A", bar_count)] if bar_count else []
    form = (
        _choose_section_letters(phrases + 1)[1:]
        if rest >= _MIN_INTRO_BARS and phrases > _MAX_PHRASES_WITHOUT_INTRO
        else _choose_section_letters(phrases)
    )
    sections = [(letter, _PHRASE_BARS) for letter in form]
    if form[0] == "I":
        return [("I", _PHRASE_BARS + rest), *sections[1:]]
    return [("I", rest), *sections] if rest else sections


def _choose_section_letters(phrases: int) -> str:
    if phrases < len(_SECTIONS_BY_PHRASE_COUNT):
        return _SECTIONS_BY_PHRASE_COUNT[phrases]
    return "IAV" + ("BAV" * phrases)[: phrases - 5] + "VE"


def _compute_intensities(rows: list[tuple[str, int, int]], letters: list[str]) -> list[float]:
    """Return each bar's intensity: every return of a section is fuller; short pieces start higher."""
    lift = {0: 0.3, 1: 0.3, 2: 0.15, 3: 0.1}.get(len([letter for letter in letters if letter != "I"]), 0.0)
    last = max((at for at, row in enumerate(rows) if row[0] in "AVB"), default=0)
    levels = []
    for number, (letter, index, length) in enumerate(rows):
        through = number / max(1, last)
        level = _SECTION_INTENSITIES[letter] + lift + 0.1 * index / length
        if letter in "AVB":
            level += 0.2 * through
        levels.append(min(1.0, level))
    return levels
