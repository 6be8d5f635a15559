"""The instruments that the composer writes for: the General MIDI preset and the played keys of each."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - dataclasses read their annotations
from dataclasses import dataclass
from typing import Final

DRUM_BANK: Final = 128
STANDARD_KIT: Final = 0
"""The program of the one drum kit that every General MIDI font has."""


@dataclass(frozen=True, slots=True)
class WantedInstrument:
    """A preset's program and bank, the MIDI keys played, and a low-pass in Hz in place of the font's."""

    program: int
    keys: Sequence[int]
    bank: int = 0
    cutoff: float | None = None


_DRUMS: Final = (35, 37, 38, 39, 42, 45, 46, 49, 51, 54, 70, 75, 76, 77, 80, 82, 83, 86, 87)

WANTED_INSTRUMENTS: Final = {
    "piano": WantedInstrument(0, range(31, 97)),
    "rhodes": WantedInstrument(4, range(40, 88)),
    "celesta": WantedInstrument(8, range(60, 96)),
    "music_box": WantedInstrument(10, range(61, 89)),
    "vibraphone": WantedInstrument(11, range(53, 89)),
    "marimba": WantedInstrument(12, range(48, 84)),
    "dulcimer": WantedInstrument(15, range(50, 89)),
    "guitar": WantedInstrument(24, range(40, 80)),
    "double_bass": WantedInstrument(32, range(28, 55)),
    "synth_bass": WantedInstrument(39, range(28, 61)),
    "cello": WantedInstrument(42, range(36, 73)),
    "harp": WantedInstrument(46, range(40, 92)),
    "timpani": WantedInstrument(47, range(36, 56)),
    "strings": WantedInstrument(48, range(35, 88)),
    "choir": WantedInstrument(52, range(46, 79)),
    "trombone": WantedInstrument(57, range(36, 66)),
    "horn": WantedInstrument(60, range(41, 77)),
    "clarinet": WantedInstrument(71, range(52, 87)),
    "flute": WantedInstrument(73, range(60, 91)),
    "shakuhachi": WantedInstrument(77, range(60, 85), cutoff=6000),
    "saw": WantedInstrument(81, range(45, 85), cutoff=4000),
    "pad": WantedInstrument(89, range(40, 85), cutoff=2600),
    "koto": WantedInstrument(107, range(50, 85)),
    "kalimba": WantedInstrument(108, range(60, 89)),
    "drums": WantedInstrument(STANDARD_KIT, _DRUMS, bank=DRUM_BANK),
    "orchestra_drums": WantedInstrument(48, (36, 38, 57), bank=DRUM_BANK),
}
