"""A melody: a motif that is said, said again elsewhere and answered; does not know who plays it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from keyreel.sound.music.harmony import fit_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from keyreel.sound.music.form import Bar
    from keyreel.sound.music.harmony import Chord

_SCALE_STEPS: Final = (-3, -2, -1, 0, 1, 2, 3, 4)
_STEP_PROBABILITIES: Final = (0.04, 0.14, 0.27, 0.06, 0.25, 0.14, 0.06, 0.04)
_MAX_EXCURSION_STEPS: Final = 5
_TRIES: Final = 8
_PHRASE_ARCH: Final = (0, 2, 4, 0)
"""Semitones by which a phrase's bars stand above its register: it rises to the third and comes home."""


@dataclass(frozen=True, slots=True)
class BeatNote:
    """One note of a melody, in beats from the piece's start; stress 0 … 1."""

    at: float
    beats: float
    key: int
    stress: float


@dataclass(frozen=True, slots=True)
class Motif:
    """A bar's rhythm, as starts and lengths in beats, and its course in steps of the scale."""

    rhythm: tuple[tuple[float, float], ...]
    contour: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HarmonicContext:
    """What a melody stands on: each beat's chord, the scale's pitch classes, and its register's middle."""

    chords: Sequence[Chord]
    scale: tuple[int, ...]
    register_key: int
    tonic: int


def invent_motif(rhythms: Sequence[tuple[float, ...]], rng: np.random.Generator) -> Motif:
    """Invent a motif on one of the rhythms: mostly steps, a leap, and back."""
    lengths = rhythms[int(rng.integers(len(rhythms)))]
    starts = [sum(abs(length) for length in lengths[:index]) for index in range(len(lengths))]
    rhythm = tuple((start, length) for start, length in zip(starts, lengths, strict=True) if length > 0)
    courses = [_draw_contour(len(rhythm), rng) for _ in range(_TRIES)]
    return Motif(rhythm, max(courses, key=_rate_contour))


def _draw_contour(count: int, rng: np.random.Generator) -> tuple[int, ...]:
    course = [0]
    while len(course) < count:
        step = int(rng.choice(_SCALE_STEPS, p=_STEP_PROBABILITIES))
        leapt = len(course) > 1 and abs(course[-1] - course[-2]) > 1
        if leapt:  # a leap is answered by a step the other way
            step = -1 if course[-1] > course[-2] else 1
        course.append(max(-_MAX_EXCURSION_STEPS, min(_MAX_EXCURSION_STEPS, course[-1] + step)))
    return tuple(course)


def _rate_contour(course: tuple[int, ...]) -> float:
    leaps = sum(abs(after - before) > 1 for before, after in pairwise(course))
    repeats = sum(after == before for before, after in pairwise(course))
    return len(set(course)) - 1.5 * repeats - abs(leaps - 1) - 0.3 * abs(course[-1])


def vary_motif(motif: Motif, rng: np.random.Generator) -> Motif:
    """Return the motif with one long note divided and its end bent."""
    rhythm, course = list(motif.rhythm), list(motif.contour)
    longest = max(range(len(rhythm)), key=lambda index: rhythm[index][1])
    start, length = rhythm[longest]
    if length >= 1:
        rhythm[longest : longest + 1] = [(start, length / 2), (start + length / 2, length / 2)]
        course.insert(longest + 1, course[longest] + (1 if rng.uniform() < 0.5 else -1))
    course[-1] += int(rng.choice((-1, 1)))
    return Motif(tuple(rhythm), tuple(course))


def write_melody(bars: Sequence[Bar], motifs: dict[str, Motif], harmony: HarmonicContext) -> list[BeatNote]:
    """Sing the motif of each bar's section over the chords, phrase by phrase, up to the last chord."""
    notes: list[BeatNote] = []
    for number, bar in enumerate(bars):
        if bar.section not in motifs:
            continue
        last = number == len(bars) - 1
        if bar.closes_section and bar.length > 1 and not last:
            notes += _write_phrase_end(bar, notes, harmony)
        else:
            notes += _write_bar(bar, motifs[bar.section], notes, harmony)
    return notes


def _write_bar(
    bar: Bar, motif: Motif, notes_before: Sequence[BeatNote], harmony: HarmonicContext
) -> list[BeatNote]:
    under = harmony.chords[bar.first_beat]
    keys = _list_scale_keys(under, harmony)
    lift = 5 if bar.section == "B" else 0
    wanted = harmony.register_key + lift + _PHRASE_ARCH[bar.index % len(_PHRASE_ARCH)]
    if notes_before:
        wanted = round((wanted + notes_before[-1].key) / 2)
    first = _find_nearest_key(wanted, [key for key in keys if key % 12 in under.tones])
    anchor = keys.index(first)
    notes = []
    for (start, beats), step in zip(motif.rhythm, motif.contour, strict=True):
        if start >= bar.beats:
            break
        here = harmony.chords[bar.first_beat + int(start)]
        key = keys[max(0, min(len(keys) - 1, anchor + step))]
        if beats >= 1 or start == 0 or key % 12 not in fit_scale(here, harmony.scale):
            key = _find_nearest_key(
                key, [each for each in _list_scale_keys(here, harmony) if each % 12 in here.tones]
            )
        stress = (1.0 if start == 0 else 0.75 if start % 1 == 0 else 0.5) + 0.02 * (
            key - harmony.register_key
        )
        notes.append(
            BeatNote(bar.first_beat + start, min(beats, bar.beats - start), key, max(0.0, min(1.0, stress)))
        )
    return notes


def _write_phrase_end(bar: Bar, notes_before: Sequence[BeatNote], harmony: HarmonicContext) -> list[BeatNote]:
    """End a phrase: one long chord tone, reached from the note above or below."""
    under = harmony.chords[bar.first_beat]
    tones = [key for key in _list_scale_keys(under, harmony) if key % 12 in under.tones]
    key = _find_nearest_key(notes_before[-1].key - 1 if notes_before else harmony.register_key, tones)
    return [BeatNote(bar.first_beat, bar.beats - 0.5, key, 0.8)]


def _list_scale_keys(chord: Chord, harmony: HarmonicContext) -> list[int]:
    fits = fit_scale(chord, harmony.scale)
    return [key for key in range(harmony.register_key - 14, harmony.register_key + 18) if key % 12 in fits]


def _find_nearest_key(wanted: float, keys: Sequence[int]) -> int:
    return min(keys, key=lambda key: (abs(key - wanted), key))
