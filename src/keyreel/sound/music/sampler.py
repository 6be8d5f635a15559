"""The sampler: plays parts on the instruments of a pack; does not know what music they make.

Each tone (one recording at one key and loudness) is made once, as long as its longest note, by resampling in
the frequency domain: exact in pitch, free of aliases, and its low-pass costs nothing. A note is a cut of it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from keyreel.sound.music.instruments import Pack, Zone
    from keyreel.sound.music.score import Note, Part, Seat

_BANDS: Final = 4
"""Steps of loudness at which a tone's colour is told apart."""
_TOUCH: Final = 1.7
"""Exponent of gain over velocity: half the velocity is 10 dB softer."""
_DETUNED: Final = 4.0
"""Cents by which the two sides of a section are apart from the pitch."""
_LONGEST_RELEASE: Final = 1.2
_INAUDIBLE: Final = 0.6  # of a release or decay, which last until -100 dB: there it is at -60 dB
_SHORT: Final = 0.35
_SPEAKS: Final = 0.02
"""Seconds: a note this short is hurried where its recording takes longer than that to speak."""
_LOWEST: Final = 35.0
"""Hz below which nothing is played."""
_FADE: Final = 240
_GUARD: Final = 512
"""Samples of silence after a tone, so that resampling's ringing does not come round to its start."""
_ROUGHLY: Final = 1.12
_NEAR: Final = 1.0
"""Cents that a tone may be off for the sake of lengths whose transform is fast."""


@dataclass(frozen=True, slots=True)
class _Tone:
    zone: Zone
    key: int
    band: int
    detuned: float
    hurried: bool
    """Too short for the instrument to speak: its slow start is skipped, as a player attacks harder."""


@dataclass(frozen=True, slots=True)
class _Sounding:
    """One note on one zone, in samples, with its gain to either side."""

    start: int
    held: int
    total: int
    left: float
    right: float


def perform(
    parts: Iterable[Part], samples: int, pack: Pack
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Play the parts: what is heard directly, [2, samples], and what goes into the room, [samples]."""
    direct = np.zeros((2, samples), np.float32)
    room = np.zeros(samples, np.float32)
    for part in parts:
        heard = np.zeros((2, samples), np.float32)
        for tone, cuts in _tones(part, samples, pack):
            wave = _tone(tone, max(min(cut.total, samples - cut.start) for cut in cuts), pack)
            for cut in cuts:
                _play(wave, cut, tone.zone, heard)
        direct += heard
        if part.seat.room:
            room += np.float32(part.seat.room / 2) * (heard[0] + heard[1])
    return direct, room


def _tones(part: Part, samples: int, pack: Pack) -> Iterator[tuple[_Tone, list[_Sounding]]]:
    """Yield the part's tones with all their notes, the longest first: so each recording is decoded once."""
    instrument = pack.instrument(part.instrument)
    gathered: dict[_Tone, list[_Sounding]] = defaultdict(list)
    for note in part.notes:
        for zone in instrument.sounding(note.key):
            gain = part.seat.level + instrument.gain + zone.gain
            for detuned, left, right in _sides(part.seat, zone, note.key):
                band = min(_BANDS - 1, int(note.velocity * _BANDS))
                tone = _Tone(zone, note.key, band, detuned, _hurried(note, zone))
                cut = _sounding(note, zone, gain, (left, right))
                if cut.start < samples:
                    gathered[tone].append(cut)
    yield from sorted(gathered.items(), key=lambda each: -max(cut.total for cut in each[1]))


def _sides(seat: Seat, zone: Zone, key: int) -> Sequence[tuple[float, float, float]]:
    """Return how a key is heard: cents out of tune, and the gains to the left and to the right."""
    if seat.wide:
        return (-_DETUNED, 0.92, 0.38), (_DETUNED, 0.38, 0.92)
    pan = max(-1.0, min(1.0, seat.pan + zone.pan + seat.spread * (key - 64) / 24))
    angle = (pan + 1) * math.pi / 4
    return ((0.0, math.cos(angle), math.sin(angle)),)


def _sounding(note: Note, zone: Zone, gain: float, sides: tuple[float, float]) -> _Sounding:
    loud = 10 ** (gain / 20) * note.velocity**_TOUCH
    held = max(1, round(note.length * SAMPLE_RATE))
    release = min(_LONGEST_RELEASE, zone.release * _INAUDIBLE)
    early = 0.0 if _hurried(note, zone) else zone.late
    start = max(0, round((note.at - early) * SAMPLE_RATE))
    return _Sounding(
        start, held, held + max(_FADE, round(release * SAMPLE_RATE)), loud * sides[0], loud * sides[1]
    )


def _hurried(note: Note, zone: Zone) -> bool:
    return note.length < _SHORT and zone.late > _SPEAKS


def _play(wave: NDArray[np.float32], cut: _Sounding, zone: Zone, heard: NDArray[np.float32]) -> None:
    length = min(cut.total, len(wave), heard.shape[1] - cut.start)
    piece = wave[:length]
    if length > cut.held:
        tail = length - cut.held
        # Falls by 100 dB in the zone's release, but fast enough to be gone where it is cut.
        slope = max(100 / zone.release, 60 / max(0.005, (cut.total - cut.held) / SAMPLE_RATE))
        fall = np.exp(
            np.arange(tail, dtype=np.float32) * np.float32(-slope * math.log(10) / 20 / SAMPLE_RATE)
        )
        fall[-min(_FADE, tail) :] *= np.linspace(1, 0, min(_FADE, tail), dtype=np.float32)
        piece = piece.copy()
        piece[cut.held :] *= fall
    for side, gain in zip(heard, (cut.left, cut.right), strict=True):
        side[cut.start : cut.start + length] += np.float32(gain) * piece


def _tone(tone: _Tone, length: int, pack: Pack) -> NDArray[np.float32]:
    zone = tone.zone
    semitones = (tone.key - zone.pitch) * zone.follow + tone.detuned / 100
    step = pack.rate(zone) / SAMPLE_RATE * 2 ** (semitones / 12)
    fades_out = zone.attack + zone.hold + zone.decay * _INAUDIBLE if zone.sustain <= -60 else math.inf
    length = int(min(length, fades_out * SAMPLE_RATE))
    skipped = int((zone.late - _SPEAKS / 2) * pack.rate(zone)) if tone.hurried else 0
    recording = pack.recording(zone, skipped + math.ceil(length * step) + 1)[skipped:].copy()
    source, target = _lengths(len(recording) + _GUARD, step)
    last = min(_FADE, len(recording))
    recording[-last:] = recording[-last:] * np.linspace(1, 0, last, dtype=np.float32)
    spectrum = np.fft.rfft(recording, source)
    bins = target // 2 + 1
    spectrum = spectrum[:bins] if len(spectrum) >= bins else np.pad(spectrum, (0, bins - len(spectrum)))
    soft, loud = zone.cutoff
    cutoff = soft * (loud / soft) ** ((tone.band + 0.5) / _BANDS)
    above = np.linspace(0, SAMPLE_RATE / 2 / cutoff, bins, dtype=np.float32)
    above *= above
    spectrum *= np.float32(target / source) / np.sqrt(1 + above * above)
    # Some loops have a bias, which would thump where the note starts and ends.
    low = math.ceil(_LOWEST * target / SAMPLE_RATE)
    spectrum[:low] *= np.linspace(0, 1, low, dtype=np.float32) ** 2
    wave = np.fft.irfft(spectrum, target)[:length].astype(np.float32, copy=False)
    if skipped:
        wave[:_FADE] *= np.linspace(0, 1, len(wave[:_FADE]), dtype=np.float32)
    return _shaped(wave, zone)


def _shaped(wave: NDArray[np.float32], zone: Zone) -> NDArray[np.float32]:
    """Apply attack and decay; in place."""
    rise = min(len(wave), round(zone.attack * SAMPLE_RATE))
    if rise > 1:
        wave[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    start = rise + round(zone.hold * SAMPLE_RATE)
    if zone.sustain < 0 and start < len(wave):
        slope = 100 / zone.decay / SAMPLE_RATE
        falling = np.arange(len(wave) - start, dtype=np.float32) * np.float32(-slope)
        wave[start:] *= np.exp(np.maximum(falling, zone.sustain) * np.float32(math.log(10) / 20))
    return wave


def _lengths(least: int, step: float) -> tuple[int, int]:
    """Return two lengths whose ratio is the step, to a cent, and whose transforms are fast."""
    first, last = np.searchsorted(_SMOOTH, (least, least * _ROUGHLY))
    sources = _SMOOTH[first : max(last, first + 1)]
    wanted = sources / step
    after = np.searchsorted(_SMOOTH, wanted)
    targets = np.where(
        _SMOOTH[after] - wanted < wanted - _SMOOTH[after - 1], _SMOOTH[after], _SMOOTH[after - 1]
    )
    off = np.abs(1200 * np.log2(targets / wanted))
    fits = np.flatnonzero(off < _NEAR)
    if fits.size:
        return int(sources[fits[0]]), int(targets[fits[0]])
    return int(sources[0]), round(wanted[0])


def _smooth(most: int) -> NDArray[np.int64]:
    """Return every even number whose prime factors are 2, 3, 5, 7 and 11, in order."""
    found = np.array([2], np.int64)
    for prime in (2, 3, 5, 7, 11):
        powers = np.array([prime**power for power in range(int(math.log(most, prime)) + 1)], np.int64)
        products = np.outer(found, powers).ravel()
        found = products[products <= most]
    return np.unique(found)


_SMOOTH: Final = _smooth(2**24)
