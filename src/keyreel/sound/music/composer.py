"""Background music: composed for a prompt's mood, as long as asked, its last chord rung out at the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.music.arrangement import Piece
from keyreel.sound.music.form import plan
from keyreel.sound.music.harmony import chord
from keyreel.sound.music.instruments import Pack
from keyreel.sound.music.melody import Ground, motif, sing, varied
from keyreel.sound.music.moods import Mood, mood_of
from keyreel.sound.music.reverb import reverberate
from keyreel.sound.music.sampler import perform
from keyreel.sound.music.score import Note, Part
from keyreel.sound.music.styles.table import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyreel.media.audio import Pcm
    from keyreel.sound.music.arrangement import Layer
    from keyreel.sound.music.form import Bar, Form
    from keyreel.sound.music.harmony import Chord
    from keyreel.sound.music.melody import Tone
    from keyreel.sound.music.styles.model import Style

__all__ = ["Mood", "compose", "mood_of", "parts_of"]

_FADE_IN, _FADE_OUT = 0.15, 1.0
_LOUDNESS: Final = 10 ** (-18 / 20)
"""Root mean square of the piece: what mixes it sets the final loudness."""
_KNEE, _CEILING = 0.6, 0.95
_LOOSE: Final = 0.006
"""Standard deviation in seconds of when a player plays; nobody is a clock, and nobody is twice as late."""
_UNEVEN: Final = 0.06


def compose(prompt: str, seconds: float, seed: int) -> Pcm:
    """Compose and play music for a prompt, exactly so long; the same seed gives the same samples."""
    samples = round(seconds * SAMPLE_RATE)
    mood = mood_of(prompt)
    direct, room = perform(parts_of(mood, seconds, seed), samples, Pack())
    heard = direct + reverberate(room, STYLES[mood].room)
    return _finished(heard, seconds)


def parts_of(mood: Mood, seconds: float, seed: int) -> tuple[Part, ...]:
    """Compose in a mood: every player's notes."""
    style = STYLES[mood]
    rng = np.random.default_rng([seed, tuple(Mood).index(mood), 29])
    form = plan(seconds, style.tempo, style.beats, rng)
    piece = _piece(style, form, rng)
    return tuple(_part(layer, piece, rng) for layer in style.layers)


def _piece(style: Style, form: Form, rng: np.random.Generator) -> Piece:
    tonic = int(rng.choice(style.tonics))
    chords = _chords(style, form, tonic, rng)
    scale = tuple((tonic + step) % 12 for step in style.scale)
    theme = motif(style.rhythms, rng)
    motifs = {"A": theme, "V": varied(theme, rng), "B": motif(style.rhythms, rng)}
    melody = sing(form.bars, motifs, Ground(chords, scale, style.middle, tonic))
    return Piece(form, chords, tonic, tuple(melody), int(rng.integers(2)))


def _chords(style: Style, form: Form, tonic: int, rng: np.random.Generator) -> tuple[Chord, ...]:
    """Return the chord of every beat, and the last one, on which all ends."""
    verse, contrast, close = (
        options[int(rng.integers(len(options)))].split()
        for options in (style.verses, style.contrasts, style.closes)
    )
    symbols: list[str] = []
    for number, bar in enumerate(form.bars):
        row = contrast if bar.section == "B" else verse
        symbol = close[0] if number == len(form.bars) - 1 and number > 0 else row[bar.index % len(row)]
        symbols += _by_beat(symbol, bar.beats)
    if (
        len(form.bars) == 1 and form.landing > 1
    ):  # one bar: from home away, so that there is something to come home from
        away = close[0].split("_")[-1]
        symbols = symbols[: (form.landing + 1) // 2] + [away] * (form.landing // 2)
    elif form.landing == 1:
        symbols = [close[0].split("_")[-1]]
    return tuple(chord(symbol, tonic) for symbol in [*symbols, style.final])


def _by_beat(symbol: str, beats: int) -> list[str]:
    first, _, second = symbol.partition("_")
    half = (beats + 1) // 2
    return [first] * half + [second or first] * (beats - half)


def _part(layer: Layer, piece: Piece, rng: np.random.Generator) -> Part:
    instrument = layer.instruments[int(rng.integers(len(layer.instruments)))]
    bars = [bar for bar in piece.form.bars if bar.intensity >= layer.enters]
    tones = layer.write(piece, bars) if bars or not piece.form.bars else []
    return Part(instrument, layer.seat, tuple(_played(tones, piece.form, rng)))


def _played(tones: Sequence[Tone], form: Form, rng: np.random.Generator) -> Iterable[Note]:
    levels = _levels(form.bars, form.landing)
    late = np.clip(rng.normal(0, _LOOSE, len(tones)), -2 * _LOOSE, 2 * _LOOSE)
    force = np.clip(rng.normal(1, _UNEVEN, len(tones)), 1 - 2 * _UNEVEN, 1 + 2 * _UNEVEN)
    for index, tone in enumerate(tones):
        level = levels[min(form.landing, max(0, int(tone.at)))]
        velocity = min(1.0, (0.5 + 0.45 * level) * tone.stress * float(force[index]))
        at = max(0.0, tone.at * form.beat + float(late[index]))
        yield Note(at, tone.beats * form.beat, tone.key, max(0.05, velocity))


def _levels(bars: Sequence[Bar], landing: int) -> list[float]:
    """Return the intensity of every beat: what a bar builds up to is reached by the one after."""
    levels: list[float] = []
    for number, bar in enumerate(bars):
        after = bars[number + 1].intensity if number + 1 < len(bars) else bar.intensity
        levels += [
            bar.intensity + max(0.0, after - bar.intensity) * beat / bar.beats for beat in range(bar.beats)
        ]
    return levels + [levels[-1] if levels else 0.8] * (landing + 1 - len(levels))


def _finished(heard: np.ndarray[tuple[int, ...], np.dtype[np.float32]], seconds: float) -> Pcm:
    """Bring to its level, round off peaks, fade in and out."""
    power = float(np.mean(np.square(heard), dtype=np.float64))
    heard = heard * np.float32(_LOUDNESS / max(1e-6, math.sqrt(power)))
    over = np.abs(heard) > _KNEE
    room = _CEILING - _KNEE
    peaks = heard[over]
    heard[over] = np.sign(peaks) * (_KNEE + room * np.tanh((np.abs(peaks) - _KNEE) / room))
    rise = round(min(_FADE_IN, seconds / 8) * SAMPLE_RATE)
    fall = round(min(_FADE_OUT, seconds / 2) * SAMPLE_RATE)
    heard[:, :rise] *= np.sin(np.linspace(0, math.pi / 2, rise, dtype=np.float32)) ** 2
    heard[:, -fall:] *= np.cos(np.linspace(0, math.pi / 2, fall, dtype=np.float32)) ** 2
    return np.ascontiguousarray(heard.T)
