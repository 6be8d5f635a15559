"""What a style is made of: scales, the rhythms of motifs, layers; knows no moods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.sound.music.score import MixSettings

if TYPE_CHECKING:
    from keyreel.sound.music.arrangement import ArrangementLayer

# Scales, in semitones above the tonic.
MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
MINOR: Final = (0, 2, 3, 5, 7, 8, 10)
DORIAN: Final = (0, 2, 3, 5, 7, 9, 10)
PHRYGIAN: Final = (0, 1, 3, 5, 7, 8, 10)
LYDIAN: Final = (0, 2, 4, 6, 7, 9, 11)
PENTATONIC: Final = (0, 2, 4, 7, 9)

# Rhythms of a bar, in beats; negative ones are rests.
FLOWING_RHYTHMS: Final = ((2, 1, 1), (1.5, 0.5, 2), (1, 1, 2), (-1, 1, 1, 1), (1.5, 0.5, 1, 1))
WALTZ_RHYTHMS: Final = ((2, 1), (1, 0.5, 0.5, 1), (1.5, 0.5, 1), (1, 1, 1), (-1, 1, 1))
LIVELY_RHYTHMS: Final = (
    (0.5, 0.5, 1, 0.5, 0.5, 1),
    (1, 0.5, 0.5, 1, 1),
    (0.75, 0.75, 0.5, 1, 1),
    (-0.5, 0.5, 0.5, 0.5, 1, 1),
)
BROAD_RHYTHMS: Final = ((1.5, 0.5, 1, 1), (2, 1.5, 0.5), (1, 1, 2), (3, 0.5, 0.5), (1, 0.5, 0.5, 2))
SPARSE_RHYTHMS: Final = (
    (-1, 0.5, 0.5, 2),
    (2, -1, 0.5, 0.5),
    (1.5, 0.5, -1, 1),
    (-2, 1, 1),
    (0.5, 0.5, 1, -1, 1),
    (3, 0.5, 0.5),
)

BASS_MIX_SETTINGS: Final = MixSettings(level=-1, reverb_send=0.06)
"""How a bass is mixed: loud, central and almost dry."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a mood is composed. Progressions hold a chord a bar; two joined by "_" share one.

    `tempo` is a range in beats a minute, `beats` those of a bar.
    """

    scale: tuple[int, ...]
    tonics: tuple[int, ...]
    """MIDI keys of the tonic to choose from, in the octave below middle C."""
    tempo: tuple[float, float]
    beats: int
    verse_progressions: tuple[str, ...]
    contrast_progressions: tuple[str, ...]
    closing_bars: tuple[str, ...]
    """Bars that lead into the final chord."""
    final_chord: str
    rhythms: tuple[tuple[float, ...], ...]
    melody_key: int
    """The MIDI key around which the melody moves."""
    layers: tuple[ArrangementLayer, ...]
    reverb_seconds: float = 1.6
    """Seconds in which the room's reverb falls by 60 dB."""
