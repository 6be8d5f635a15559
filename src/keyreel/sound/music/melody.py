"""A melody: motifs repeated on other degrees, varied and answered; knows no instruments."""

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

_SCALE_STEPS: Final = (-3, -2, -1, 0, 1, 2, 3, 4)  # from one note to the next, in steps of the scale
_STEP_PROBABILITIES: Final = (0.04, 0.14, 0.27, 0.06, 0.25, 0.14, 0.06, 0.04)
_MAX_EXCURSION_STEPS: Final = 5  # of the scale, from a motif's first note
_TRIES: Final = 8  # contours drawn, of which the best is taken
_PHRASE_ARCH: Final = (0, 2, 4, 0)
"""Semitones by which a phrase's bars lie above its register: up to the third bar, and back."""


@dataclass(frozen=True, slots=True)
class BeatNote:
    """One note: start and length in beats, MIDI key, stress 0 … 1."""

    at: float
    beats: float
    key: int
    stress: float


@dataclass(frozen=True, slots=True)
class Motif:
    """A bar's rhythm, as starts and lengths in beats, and its contour in steps of the scale."""

    rhythm: tuple[tuple[float, float], ...]
    contour: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HarmonicContext:
    """Each beat's chord, the scale's pitch classes, MIDI keys of the register's middle and of the tonic."""

    chords: Sequence[Chord]
    scale: tuple[int, ...]
    register_key: int
    tonic: int


def invent_motif(rhythms: Sequence[tuple[float, ...]], rng: np.random.Generator) -> Motif:
    """Invent a motif with one of the rhythms: mostly steps, one leap, and back; negative beats are rests."""
    lengths = rhythms[int(rng.integers(len(rhythms)))]
    starts = [sum(abs(length) for length in lengths[:index]) for index in range(len(lengths))]
    rhythm = tuple((start, length) for start, length in zip(starts, lengths, strict=True) if length > 0)
    contours = [_draw_contour(len(rhythm), rng) for _ in range(_TRIES)]
    return Motif(rhythm, max(contours, key=_rate_contour))


def _draw_contour(count: int, rng: np.random.Generator) -> tuple[int, ...]:
    contour = [0]
    while len(contour) < count:
        step = int(rng.choice(_SCALE_STEPS, p=_STEP_PROBABILITIES))
        leapt = len(contour) > 1 and abs(contour[-1] - contour[-2]) > 1
        if leapt:  # a leap is answered by a step the other way
            step = -1 if contour[-1] > contour[-2] else 1
        contour.append(max(-_MAX_EXCURSION_STEPS, min(_MAX_EXCURSION_STEPS, contour[-1] + step)))
    return tuple(contour)


def _rate_contour(contour: tuple[int, ...]) -> float:
    leaps = sum(abs(after - before) > 1 for before, after in pairwise(contour))
    repeats = sum(after == before for before, after in pairwise(contour))
    return len(set(contour)) - 1.5 * repeats - abs(leaps - 1) - 0.3 * abs(contour[-1])


def vary_motif(motif: Motif, rng: np.random.Generator) -> Motif:
    """Return the motif with its longest note divided and its last note moved by a step."""
    rhythm, contour = list(motif.rhythm), list(motif.contour)
    longest = max(range(len(rhythm)), key=lambda index: rhythm[index][1])
    start, length = rhythm[longest]
    if length >= 1:
        rhythm[longest : longest + 1] = [(start, length / 2), (start + length / 2, length / 2)]
        contour.insert(longest + 1, contour[longest] + (1 if rng.uniform() < 0.5 else -1))
    contour[-1] += int(rng.choice((-1, 1)))
    return Motif(tuple(rhythm), tuple(contour))


def write_melody(bars: Sequence[Bar], motifs: dict[str, Motif], harmony: HarmonicContext) -> list[BeatNote]:
    """Return the motif of each bar's section, fitted to the chords; phrases end on a long chord tone."""
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
    """Return the end of a phrase: one long chord tone next to the note before."""
    under = harmony.chords[bar.first_beat]
    tones = [key for key in _list_scale_keys(under, harmony) if key % 12 in under.tones]
    key = _find_nearest_key(notes_before[-1].key - 1 if notes_before else harmony.register_key, tones)
    return [BeatNote(bar.first_beat, bar.beats - 0.5, key, 0.8)]


def _list_scale_keys(chord: Chord, harmony: HarmonicContext) -> list[int]:
    fits = fit_scale(chord, harmony.scale)
    return [key for key in range(harmony.register_key - 14, harmony.register_key + 18) if key % 12 in fits]


def _find_nearest_key(wanted: float, keys: Sequence[int]) -> int:
    return min(keys, key=lambda key: (abs(key - wanted), key))
