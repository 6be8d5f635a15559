"""Chords from Roman numerals, the scale that fits each, and voice leading; knows no rhythm."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OCTAVE: Final = 12
"""Semitones."""

_DEGREE_SEMITONES: Final = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_SYMBOL: Final = re.compile(r"(b|#)?([IViv]+)(maj7|maj9|add9|sus2|sus4|o|5|6|7|9)?(?:/([35]))?")
_CHORD_QUALITIES: Final = {
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "maj7": (0, 4, 7, 11),
    "maj9": (0, 4, 7, 11, 14),
    "add9": (0, 4, 7, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "o": (0, 3, 6),
    None: (0, 4, 7),
}
_MAJOR_THIRD: Final = 4  # semitones
# Costs of a voicing, in semitones of movement.
_WIDE_GAP_COST, _SEMITONE_CLASH_COST, _REGISTER_COST, _PARALLEL_COST = 3.0, 4.0, 0.4, 2.0


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: root, bass and tones as pitch classes 0 … 11, the root first among the tones."""

    root: int
    bass: int
    tones: tuple[int, ...]

    def stack_keys(self, lowest: int, count: int) -> tuple[int, ...]:
        """Return `count` MIDI keys of the chord, upwards from the first root at or above `lowest`."""
        start = find_key_at_or_above(self.root, lowest)
        steps = sorted({(tone - self.root) % OCTAVE for tone in self.tones})
        octaves = range(1 + count // len(steps))
        return tuple(start + OCTAVE * octave + step for octave in octaves for step in steps)[:count]

    def list_keys(self, lowest: int, highest: int) -> tuple[int, ...]:
        """Return all MIDI keys of the chord in a range, both ends included."""
        return tuple(key for key in range(lowest, highest + 1) if key % OCTAVE in self.tones)


def parse_chord(symbol: str, tonic: int) -> Chord:
    """Parse a Roman numeral over a tonic: lower case is minor, "b" flat, "/3" the third in the bass."""
    read = _SYMBOL.fullmatch(symbol)
    assert read is not None, symbol
    flat, numeral, colour, inverted = read.groups()
    root = tonic + _DEGREE_SEMITONES[numeral.upper()] + {"b": -1, "#": 1, None: 0}[flat]
    steps = [step - (step == _MAJOR_THIRD and numeral.islower()) for step in _CHORD_QUALITIES[colour]]
    bass = root + {"3": steps[1], "5": 7, None: 0}[inverted]
    return Chord(root % OCTAVE, bass % OCTAVE, tuple(dict.fromkeys((root + step) % OCTAVE for step in steps)))


def find_key_at_or_above(pitch_class: int, lowest: int) -> int:
    """Return the first MIDI key of a pitch class at or above `lowest`."""
    return lowest + (pitch_class - lowest) % OCTAVE


def fit_scale(chord: Chord, scale: Iterable[int]) -> frozenset[int]:
    """Return the scale's pitch classes; a chord's tone from outside replaces its neighbours by a semitone."""
    borrowed = set(chord.tones) - set(scale)
    kept = {
        tone
        for tone in scale
        if tone in chord.tones or not any((tone - other) % OCTAVE in {1, 11} for other in borrowed)
    }
    return frozenset(kept | borrowed)


def lead_voices(
    chord: Chord, before: Sequence[int], voices: int, key_range: tuple[int, int]
) -> tuple[int, ...]:
    """Return the voicing, as rising MIDI keys in a range, with the least movement from the one before.

    As many of the first three tones sound as there are voices for; another layer plays the bass.
    """
    needed = set(chord.tones[:3])
    middle = sum(key_range) / 2
    best: tuple[float, tuple[int, ...]] | None = None
    for keys in itertools.combinations(chord.list_keys(*key_range), voices):
        if len(needed - {key % OCTAVE for key in keys}) > max(0, len(needed) - voices):
            continue
        gaps = [high - low for low, high in itertools.pairwise(keys)]
        cost = _WIDE_GAP_COST * sum(gap > OCTAVE for gap in gaps)
        cost += _SEMITONE_CLASH_COST * sum(gap == 1 for gap in gaps)
        cost += abs(sum(keys) / voices - middle) * _REGISTER_COST
        cost += sum(abs(new - old) for new, old in zip(keys, before, strict=False))
        cost += _compute_parallels_cost(before, keys)
        if best is None or cost < best[0]:
            best = cost, keys
    assert best is not None, chord
    return best[1]


def _compute_parallels_cost(before: Sequence[int], after: Sequence[int]) -> float:
    """Return the cost of parallel fifths and octaves."""
    moved = [(old, new) for old, new in zip(before, after, strict=False) if old != new]
    return _PARALLEL_COST * sum(
        (high[0] - low[0]) % OCTAVE == (high[1] - low[1]) % OCTAVE and (high[1] - low[1]) % OCTAVE in {0, 7}
        for low, high in itertools.combinations(moved, 2)
    )
