"""A melody: a motif that is said, said again elsewhere and answered; does not know who plays it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from keyreel.sound.music.harmony import scale_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from keyreel.sound.music.form import Bar
    from keyreel.sound.music.harmony import Chord

_STEPS: Final = (-3, -2, -1, 0, 1, 2, 3, 4)
_LIKELY: Final = (0.04, 0.14, 0.27, 0.06, 0.25, 0.14, 0.06, 0.04)
_WIDEST: Final = 5
_TRIES: Final = 8
_ARCH: Final = (0, 2, 4, 0)
"""Semitones by which a phrase's bars stand above its register: it rises to the third and comes home."""


@dataclass(frozen=True, slots=True)
class Tone:
    """One note of a melody, in beats from the piece's start; stress 0 … 1."""

    at: float
    beats: float
    key: int
    stress: float


@dataclass(frozen=True, slots=True)
class Motif:
    """A bar's rhythm, as starts and lengths in beats, and its course in steps of the scale."""

    rhythm: tuple[tuple[float, float], ...]
    course: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a melody stands on: each beat's chord, the scale's pitch classes, and its register's middle."""

    chords: Sequence[Chord]
    scale: tuple[int, ...]
    middle: int
    tonic: int


def motif(rhythms: Sequence[tuple[float, ...]], rng: np.random.Generator) -> Motif:
    """Invent a motif on one of the rhythms: mostly steps, a leap, and back."""
    lengths = rhythms[int(rng.integers(len(rhythms)))]
    starts = [sum(abs(length) for length in lengths[:index]) for index in range(len(lengths))]
    rhythm = tuple((start, length) for start, length in zip(starts, lengths, strict=True) if length > 0)
    courses = [_course(len(rhythm), rng) for _ in range(_TRIES)]
    return Motif(rhythm, max(courses, key=_interest))


def _course(count: int, rng: np.random.Generator) -> tuple[int, ...]:
    course = [0]
    while len(course) < count:
        step = int(rng.choice(_STEPS, p=_LIKELY))
        leapt = len(course) > 1 and abs(course[-1] - course[-2]) > 1
        if leapt:  # a leap is answered by a step the other way
            step = -1 if course[-1] > course[-2] else 1
        course.append(max(-_WIDEST, min(_WIDEST, course[-1] + step)))
    return tuple(course)


def _interest(course: tuple[int, ...]) -> float:
    leaps = sum(abs(after - before) > 1 for before, after in pairwise(course))
    repeats = sum(after == before for before, after in pairwise(course))
    return len(set(course)) - 1.5 * repeats - abs(leaps - 1) - 0.3 * abs(course[-1])


def varied(known: Motif, rng: np.random.Generator) -> Motif:
    """Return the motif with one long note divided and its end bent."""
    rhythm, course = list(known.rhythm), list(known.course)
    longest = max(range(len(rhythm)), key=lambda index: rhythm[index][1])
    start, length = rhythm[longest]
    if length >= 1:
        rhythm[longest : longest + 1] = [(start, length / 2), (start + length / 2, length / 2)]
        course.insert(longest + 1, course[longest] + (1 if rng.uniform() < 0.5 else -1))
    course[-1] += int(rng.choice((-1, 1)))
    return Motif(tuple(rhythm), tuple(course))


def sing(bars: Sequence[Bar], motifs: dict[str, Motif], ground: Ground) -> list[Tone]:
    """Sing the motif of each bar's section over the chords, phrase by phrase, up to the last chord."""
    tones: list[Tone] = []
    for number, bar in enumerate(bars):
        if bar.section not in motifs:
            continue
        last = number == len(bars) - 1
        if bar.closes and bar.length > 1 and not last:
            tones += _rest(bar, tones, ground)
        else:
            tones += _said(bar, motifs[bar.section], tones, ground)
    return tones


def _said(bar: Bar, what: Motif, before: Sequence[Tone], ground: Ground) -> list[Tone]:
    under = ground.chords[bar.at]
    keys = _scale_keys(under, ground)
    lift = 5 if bar.section == "B" else 0
    wanted = ground.middle + lift + _ARCH[bar.index % len(_ARCH)]
    if before:
        wanted = round((wanted + before[-1].key) / 2)
    first = _nearest(wanted, [key for key in keys if key % 12 in under.tones])
    anchor = keys.index(first)
    tones = []
    for (start, beats), step in zip(what.rhythm, what.course, strict=True):
        if start >= bar.beats:
            break
        here = ground.chords[bar.at + int(start)]
        key = keys[max(0, min(len(keys) - 1, anchor + step))]
        if beats >= 1 or start == 0 or key % 12 not in scale_for(here, ground.scale):
            key = _nearest(key, [each for each in _scale_keys(here, ground) if each % 12 in here.tones])
        stress = (1.0 if start == 0 else 0.75 if start % 1 == 0 else 0.5) + 0.02 * (key - ground.middle)
        tones.append(Tone(bar.at + start, min(beats, bar.beats - start), key, max(0.0, min(1.0, stress))))
    return tones


def _rest(bar: Bar, before: Sequence[Tone], ground: Ground) -> list[Tone]:
    """End a phrase: one long chord tone, reached from the note above or below."""
    under = ground.chords[bar.at]
    tones = [key for key in _scale_keys(under, ground) if key % 12 in under.tones]
    key = _nearest(before[-1].key - 1 if before else ground.middle, tones)
    return [Tone(bar.at, bar.beats - 0.5, key, 0.8)]


def _scale_keys(under: Chord, ground: Ground) -> list[int]:
    fits = scale_for(under, ground.scale)
    return [key for key in range(ground.middle - 14, ground.middle + 18) if key % 12 in fits]


def _nearest(wanted: float, keys: Sequence[int]) -> int:
    return min(keys, key=lambda key: (abs(key - wanted), key))
