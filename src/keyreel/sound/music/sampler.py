"""The sampler: renders parts with the instruments of a pack; does not know how the music was composed.

Each tone (one recording at one key and velocity) is rendered once, as long as its longest note, by resampling
in the frequency domain: exact in pitch, free of aliases, with a low-pass at no cost. Notes are cut out of it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.fft_length import list_smooth_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyreel.sound.arrays import Mono, PlanarStereo
    from keyreel.sound.music.instruments import InstrumentPack, Zone
    from keyreel.sound.music.score import InstrumentPart, MixSettings, Note

_VELOCITY_BANDS: Final = 4
"""Steps of velocity with a timbre of their own."""
_VELOCITY_EXPONENT: Final = 1.7
"""Exponent of the gain over velocity: half the velocity is 10 dB softer."""
_SECTION_DETUNE_CENTS: Final = 4.0
"""Cents by which a section's two sides are detuned, one down and one up."""
_MAX_RELEASE_SECONDS: Final = 1.2
_AUDIBLE_DECAY_SHARE: Final = 0.6  # of a release or decay, which last until -100 dB: there it is at -60 dB
_SHORT_NOTE_SECONDS: Final = 0.35
_MAX_ONSET_SECONDS: Final = 0.02
"""Seconds: a note shorter than the first is hurried where its recording takes longer than this to speak."""
_HIGH_PASS_HZ: Final = 35.0
"""Hz below which nothing is played."""
_FADE_SAMPLES: Final = 240  # 5 ms: no clicks at cuts
_GUARD_SAMPLES: Final = 512
"""Samples of silence after a tone, so that resampling's ringing does not wrap around to its start."""
_MAX_LENGTH_FACTOR: Final = 1.12  # of the least length: how far a faster transform may be longer
_LARGEST_LENGTH: Final = 2**24  # samples: six minutes
_PITCH_TOLERANCE_CENTS: Final = 1.0
"""Cents that a tone may be off for the sake of lengths whose transform is fast."""


@dataclass(frozen=True, slots=True)
class _ToneSpec:
    """One zone at one MIDI key, velocity band and detuning in cents."""

    zone: Zone
    key: int
    band: int
    detuned: float
    is_hurried: bool
    """Too short for the instrument to speak: its slow start is skipped, like a harder attack."""


@dataclass(frozen=True, slots=True)
class _ScheduledNote:
    """One note on one zone: times in samples, and its gains to the left and to the right."""

    start: int
    held_samples: int
    total_samples: int
    left: float
    right: float


def render_parts(
    parts: Iterable[InstrumentPart], samples: int, pack: InstrumentPack
) -> tuple[PlanarStereo, Mono]:
    """Render the parts; return the direct sound and the input of the reverb."""
    direct = np.zeros((2, samples), np.float32)
    reverb_input = np.zeros(samples, np.float32)
    for part in parts:
        dry = np.zeros((2, samples), np.float32)
        for tone, cuts in _group_notes(part, samples, pack):
            wave = _render_tone(tone, max(min(cut.total_samples, samples - cut.start) for cut in cuts), pack)
            for cut in cuts:
                _mix_note(wave, cut, tone.zone, dry)
        direct += dry
        if part.mix_settings.reverb_send:
            reverb_input += np.float32(part.mix_settings.reverb_send / 2) * (dry[0] + dry[1])
    return direct, reverb_input


def _group_notes(
    part: InstrumentPart, samples: int, pack: InstrumentPack
) -> Iterator[tuple[_ToneSpec, list[_ScheduledNote]]]:
    """Yield the part's tones with all their notes, the longest first: each recording is decoded only once."""
    instrument = pack.get_instrument(part.instrument)
    gathered: dict[_ToneSpec, list[_ScheduledNote]] = defaultdict(list)
    for note in part.notes:
        for zone in instrument.get_zones(note.key):
            gain = part.mix_settings.level + instrument.gain + zone.gain
            for detuned, left, right in _compute_pan_gains(part.mix_settings, zone, note.key):
                band = min(_VELOCITY_BANDS - 1, int(note.velocity * _VELOCITY_BANDS))
                tone = _ToneSpec(zone, note.key, band, detuned, _is_hurried(note, zone))
                cut = _schedule_note(note, zone, gain, (left, right))
                if cut.start < samples:
                    gathered[tone].append(cut)
    yield from sorted(gathered.items(), key=lambda each: -max(cut.total_samples for cut in each[1]))


def _compute_pan_gains(settings: MixSettings, zone: Zone, key: int) -> Sequence[tuple[float, float, float]]:
    """Return what a key is rendered as: detuning in cents, gains to the left and to the right."""
    if settings.is_section:
        return (-_SECTION_DETUNE_CENTS, 0.92, 0.38), (_SECTION_DETUNE_CENTS, 0.38, 0.92)
    pan = max(-1.0, min(1.0, settings.pan + zone.pan + settings.spread * (key - 64) / 24))
    angle = (pan + 1) * math.pi / 4
    return ((0.0, math.cos(angle), math.sin(angle)),)


def _schedule_note(note: Note, zone: Zone, gain: float, sides: tuple[float, float]) -> _ScheduledNote:
    loud = 10 ** (gain / 20) * note.velocity**_VELOCITY_EXPONENT
    held = max(1, round(note.length * SAMPLE_RATE))
    release = min(_MAX_RELEASE_SECONDS, zone.release * _AUDIBLE_DECAY_SHARE)
    early = 0.0 if _is_hurried(note, zone) else zone.late
    start = max(0, round((note.at - early) * SAMPLE_RATE))
    return _ScheduledNote(
        start, held, held + max(_FADE_SAMPLES, round(release * SAMPLE_RATE)), loud * sides[0], loud * sides[1]
    )


def _is_hurried(note: Note, zone: Zone) -> bool:
    return note.length < _SHORT_NOTE_SECONDS and zone.late > _MAX_ONSET_SECONDS


def _mix_note(wave: Mono, note: _ScheduledNote, zone: Zone, out: PlanarStereo) -> None:
    length = min(note.total_samples, len(wave), out.shape[1] - note.start)
    piece = wave[:length]
    if length > note.held_samples:
        tail = length - note.held_samples
        # Falls by 100 dB in the zone's release, but fast enough to have fallen by 60 dB at the cut.
        slope = max(
            100 / zone.release, 60 / max(0.005, (note.total_samples - note.held_samples) / SAMPLE_RATE)
        )
        fall = np.exp(
            np.arange(tail, dtype=np.float32) * np.float32(-slope * math.log(10) / 20 / SAMPLE_RATE)
        )
        fall[-min(_FADE_SAMPLES, tail) :] *= np.linspace(1, 0, min(_FADE_SAMPLES, tail), dtype=np.float32)
        piece = piece.copy()
        piece[note.held_samples :] *= fall
    for side, gain in zip(out, (note.left, note.right), strict=True):
        side[note.start : note.start + length] += np.float32(gain) * piece


def _render_tone(tone: _ToneSpec, length: int, pack: InstrumentPack) -> Mono:
    zone = tone.zone
    semitones = (tone.key - zone.pitch) * zone.follow + tone.detuned / 100
    step = pack.get_sample_rate(zone) / SAMPLE_RATE * 2 ** (semitones / 12)
    fades_out = (
        zone.attack + zone.hold + zone.decay * _AUDIBLE_DECAY_SHARE if zone.sustain <= -60 else math.inf
    )
    length = int(min(length, fades_out * SAMPLE_RATE))
    skipped = int((zone.late - _MAX_ONSET_SECONDS / 2) * pack.get_sample_rate(zone)) if tone.is_hurried else 0
    recording = pack.get_recording(zone, skipped + math.ceil(length * step) + 1)[skipped:].copy()
    source, target = _choose_fft_lengths(len(recording) + _GUARD_SAMPLES, step)
    last = min(_FADE_SAMPLES, len(recording))
    recording[-last:] = recording[-last:] * np.linspace(1, 0, last, dtype=np.float32)
    spectrum = np.fft.rfft(recording, source)
    bins = target // 2 + 1
    spectrum = spectrum[:bins] if len(spectrum) >= bins else np.pad(spectrum, (0, bins - len(spectrum)))
    soft, loud = zone.cutoff
    cutoff = soft * (loud / soft) ** ((tone.band + 0.5) / _VELOCITY_BANDS)
    above = np.linspace(0, SAMPLE_RATE / 2 / cutoff, bins, dtype=np.float32)
    above *= above
    spectrum *= np.float32(target / source) / np.sqrt(1 + above * above)
    # Some loops have a DC offset, which would thump where the note starts and ends.
    low = math.ceil(_HIGH_PASS_HZ * target / SAMPLE_RATE)
    spectrum[:low] *= np.linspace(0, 1, low, dtype=np.float32) ** 2
    wave = np.fft.irfft(spectrum, target)[:length].astype(np.float32, copy=False)
    if skipped:
        wave[:_FADE_SAMPLES] *= np.linspace(0, 1, len(wave[:_FADE_SAMPLES]), dtype=np.float32)
    return _apply_envelope(wave, zone)


def _apply_envelope(wave: Mono, zone: Zone) -> Mono:
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


def _choose_fft_lengths(least: int, step: float) -> tuple[int, int]:
    """Return two lengths in samples whose ratio is the step, to a cent, and whose transforms are fast."""
    first, last = np.searchsorted(_SMOOTH_LENGTHS, (least, least * _MAX_LENGTH_FACTOR))
    sources = _SMOOTH_LENGTHS[first : max(last, first + 1)]
    wanted = sources / step
    after = np.searchsorted(_SMOOTH_LENGTHS, wanted)
    targets = np.where(
        _SMOOTH_LENGTHS[after] - wanted < wanted - _SMOOTH_LENGTHS[after - 1],
        _SMOOTH_LENGTHS[after],
        _SMOOTH_LENGTHS[after - 1],
    )
    off = np.abs(1200 * np.log2(targets / wanted))
    fits = np.flatnonzero(off < _PITCH_TOLERANCE_CENTS)
    if fits.size:
        return int(sources[fits[0]]), int(targets[fits[0]])
    return int(sources[0]), round(wanted[0])


_SMOOTH_LENGTHS: Final = 2 * list_smooth_numbers(_LARGEST_LENGTH // 2, (2, 3, 5, 7, 11))
"""Even lengths with fast transforms: 7 and 11 too, for a choice of ratios that is fine enough."""
