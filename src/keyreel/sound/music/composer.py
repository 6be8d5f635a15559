"""Background music, composed and rendered for a prompt's mood and a length; ends with a chord that rings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.music.arrangement import Piece
from keyreel.sound.music.form import plan_form
from keyreel.sound.music.harmony import parse_chord
from keyreel.sound.music.instruments import InstrumentPack
from keyreel.sound.music.melody import HarmonicContext, invent_motif, vary_motif, write_melody
from keyreel.sound.music.moods import Mood, detect_mood
from keyreel.sound.music.reverb import reverberate
from keyreel.sound.music.sampler import render_parts
from keyreel.sound.music.score import InstrumentPart, Note
from keyreel.sound.music.styles.table import STYLE_BY_MOOD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyreel.media.audio import Pcm
    from keyreel.sound.arrays import PlanarStereo
    from keyreel.sound.music.arrangement import ArrangementLayer
    from keyreel.sound.music.form import Bar, Form
    from keyreel.sound.music.harmony import Chord
    from keyreel.sound.music.melody import BeatNote
    from keyreel.sound.music.styles.style import Style

__all__ = ["Mood", "compose_music", "compose_parts", "detect_mood"]

_FADE_IN, _FADE_OUT = 0.15, 1.0  # seconds
_TARGET_RMS: Final = 10 ** (-18 / 20)
"""Root mean square of a piece, -18 dBFS; the mix sets the final loudness."""
_KNEE, _CEILING = 0.6, 0.95  # of full scale: where soft clipping starts, and what it never passes
_TIMING_SIGMA_SECONDS: Final = 0.006
"""Standard deviation in seconds of a note's timing; two of them are the limit."""
_VELOCITY_SIGMA: Final = 0.06
"""Relative standard deviation of a note's velocity; two of them are the limit."""
_SEED_STREAM: Final = 29
"""Tells music's random numbers from others of the same seed."""


def compose_music(prompt: str, seconds: float, seed: int, pack: InstrumentPack | None = None) -> Pcm:
    """Compose and render music for a prompt, exactly so long; the same seed gives the same samples.

    The shipped instruments play it, if no other pack is given.
    """
    samples = round(seconds * SAMPLE_RATE)
    mood = detect_mood(prompt)
    direct, reverb_input = render_parts(compose_parts(mood, seconds, seed), samples, pack or InstrumentPack())
    mixed = direct + reverberate(reverb_input, STYLE_BY_MOOD[mood].reverb_seconds)
    return _master_track(mixed, seconds)


def compose_parts(mood: Mood, seconds: float, seed: int) -> tuple[InstrumentPart, ...]:
    """Compose in a mood and return every instrument's notes."""
    style = STYLE_BY_MOOD[mood]
    rng = np.random.default_rng([seed, tuple(Mood).index(mood), _SEED_STREAM])
    form = plan_form(seconds, style.tempo, style.beats, rng)
    piece = _compose_piece(style, form, rng)
    return tuple(_write_part(layer, piece, rng) for layer in style.layers)


def _compose_piece(style: Style, form: Form, rng: np.random.Generator) -> Piece:
    tonic = int(rng.choice(style.tonics))
    chords = _choose_chords(style, form, tonic, rng)
    scale = tuple((tonic + step) % 12 for step in style.scale)
    theme = invent_motif(style.rhythms, rng)
    motifs = {"A": theme, "V": vary_motif(theme, rng), "B": invent_motif(style.rhythms, rng)}
    melody = write_melody(form.bars, motifs, HarmonicContext(chords, scale, style.melody_key, tonic))
    return Piece(form, chords, tonic, tuple(melody), int(rng.integers(2)))


def _choose_chords(style: Style, form: Form, tonic: int, rng: np.random.Generator) -> tuple[Chord, ...]:
    """Return the chord of every beat, and the final one."""
    verse, contrast, close = (
        options[int(rng.integers(len(options)))].split()
        for options in (style.verse_progressions, style.contrast_progressions, style.closing_bars)
    )
    symbols: list[str] = []
    for number, bar in enumerate(form.bars):
        row = contrast if bar.section == "B" else verse
        symbol = close[0] if number == len(form.bars) - 1 and number > 0 else row[bar.index % len(row)]
        symbols += _spread_over_beats(symbol, bar.beats)
    if len(form.bars) == 1 and form.final_beat > 1:
        # A single bar leaves the tonic, so that the final chord returns to it.
        away = close[0].split("_")[-1]
        symbols = symbols[: (form.final_beat + 1) // 2] + [away] * (form.final_beat // 2)
    elif form.final_beat == 1:
        symbols = [close[0].split("_")[-1]]
    return tuple(parse_chord(symbol, tonic) for symbol in [*symbols, style.final_chord])


def _spread_over_beats(symbol: str, beats: int) -> list[str]:
    first, _, second = symbol.partition("_")
    half = (beats + 1) // 2
    return [first] * half + [second or first] * (beats - half)


def _write_part(layer: ArrangementLayer, piece: Piece, rng: np.random.Generator) -> InstrumentPart:
    instrument = layer.instruments[int(rng.integers(len(layer.instruments)))]
    bars = [bar for bar in piece.form.bars if bar.intensity >= layer.min_intensity]
    notes = layer.write(piece, bars) if bars or not piece.form.bars else []
    return InstrumentPart(instrument, layer.mix_settings, tuple(_humanize_notes(notes, piece.form, rng)))


def _humanize_notes(notes: Sequence[BeatNote], form: Form, rng: np.random.Generator) -> Iterable[Note]:
    levels = _compute_beat_intensities(form.bars, form.final_beat)
    late = np.clip(
        rng.normal(0, _TIMING_SIGMA_SECONDS, len(notes)),
        -2 * _TIMING_SIGMA_SECONDS,
        2 * _TIMING_SIGMA_SECONDS,
    )
    force = np.clip(
        rng.normal(1, _VELOCITY_SIGMA, len(notes)), 1 - 2 * _VELOCITY_SIGMA, 1 + 2 * _VELOCITY_SIGMA
    )
    for index, note in enumerate(notes):
        level = levels[min(form.final_beat, max(0, int(note.at)))]
        velocity = min(1.0, (0.5 + 0.45 * level) * note.stress * float(force[index]))
        at = max(0.0, note.at * form.beat_seconds + float(late[index]))
        yield Note(at, note.beats * form.beat_seconds, note.key, max(0.05, velocity))


def _compute_beat_intensities(bars: Sequence[Bar], final_beat: int) -> list[float]:
    """Return the intensity of every beat: each bar rises towards the next one's."""
    levels: list[float] = []
    for number, bar in enumerate(bars):
        after = bars[number + 1].intensity if number + 1 < len(bars) else bar.intensity
        levels += [
            bar.intensity + max(0.0, after - bar.intensity) * beat / bar.beats for beat in range(bar.beats)
        ]
    return levels + [levels[-1] if levels else 0.8] * (final_beat + 1 - len(levels))


def _master_track(track: PlanarStereo, seconds: float) -> Pcm:
    """Return a track at its level, softly clipped, faded in and out."""
    power = float(np.mean(np.square(track), dtype=np.float64))
    track = track * np.float32(_TARGET_RMS / max(1e-6, math.sqrt(power)))
    over = np.abs(track) > _KNEE
    headroom = _CEILING - _KNEE
    peaks = track[over]
    track[over] = np.sign(peaks) * (_KNEE + headroom * np.tanh((np.abs(peaks) - _KNEE) / headroom))
    rise = round(min(_FADE_IN, seconds / 8) * SAMPLE_RATE)
    fall = round(min(_FADE_OUT, seconds / 2) * SAMPLE_RATE)
    track[:, :rise] *= np.sin(np.linspace(0, math.pi / 2, rise, dtype=np.float32)) ** 2
    track[:, -fall:] *= np.cos(np.linspace(0, math.pi / 2, fall, dtype=np.float32)) ** 2
    return np.ascontiguousarray(track.T)
