"""How far recordings are out of tune, in cents, where that is four or more; and what is mixed louder.

Measured on the tones that the sampler makes of them, all keys of each zone: the median of the power-weighted
first five harmonics in 0.1-0.8 s, 0.5-1.3 s and 1.2-2.4 s.
"""

from typing import Final

from keyreel.sound.music.soundfont.cutting import FontCorrections

_OUT_OF_TUNE: Final = {
    "P200 Piano D#8(L)": 13,
    "P200 Piano A#7(L)": 10,
    "P200 Piano F#7(L)": 5,
    "P200 Piano F#6(L)": 5,
    "P200 Piano F#3(L)": -7,
    "Celesta C 6(L)": 9,
    "Vibraphone B5(L)": 6,
    "Vibraphone F#5(L)": -5,
    "dulci_c4(L)": 4,
    "dulci_c5(L)": -5,
    "Cello C#4(L)": 7,
    "Cello C#5(L)": 7,
    "Cello A#5(L)": -4,
    "Harp F#5(L)": -5,
    "Harp B5(L)": 5,
    "Timpani 1(L)": -16,
    "Timpani 3(L)": -10,
    "Strings C#3L": 6,
    "Strings E3L": -17,
    "Strings G3L": -4,
    "Strings E4L": -12,
    "Strings A#4L": -7,
    "Strings G6 L": 8,
    "Strings B6L": -5,
    "Ahh Choir C4(L)": -18,
    "Ahh Choir D#4(L)": -42,
    "Ahh Choir A4(L)": -32,
    "Ahh Choir C5(L)": -6,
    "Ahh Choir D#5(L)": -30,
    "Ahh Choir F#5(L)": -6,
    "Ahh Choir D#6(L)": -21,
    "Ahh Choir F#6(L)": -7,
    "French Horns A3(L)": 5,
    "French Horns D#6(L)": 5,
    "Flute C#4(L)": 5,
    "Flute E4(L)": 10,
    "Flute G4(L)": 6,
    "Flute F#5(L)": 8,
    "Flute G#5(L)": 5,
    "Flute C6(L)": 16,
    "Sawtooth Wave A2": 6,
    "Sawtooth Wave A3": 5,
    "Koto C 5(R)": -4,
    "Koto F# 6(R)": -4,
}

CORRECTIONS: Final = FontCorrections(_OUT_OF_TUNE, {"pad": 3.5})
"""In dB: the styles were mixed with a pad of which only one of its two layers had been measured."""
