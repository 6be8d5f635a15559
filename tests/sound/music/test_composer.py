from __future__ import annotations

import itertools

import numpy as np
import pytest

from keyreel.media.audio import SAMPLE_RATE, Pcm
from keyreel.sound.music.composer import Mood, compose_music, compose_parts
from keyreel.sound.music.form import FINAL_CHORD_SECONDS, plan_form
from keyreel.sound.music.harmony import parse_chord
from keyreel.sound.music.styles.table import STYLE_BY_MOOD

SEEDS = range(12)


def _chroma(piece: Pcm) -> np.ndarray:
    size = 1 << 17
    power = np.abs(np.fft.rfft(piece.mean(axis=1) * np.hanning(len(piece)), size)) ** 2
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    tonal = (hertz > 60) & (hertz < 2000)
    classes = np.round(69 + 12 * np.log2(hertz[tonal] / 440)).astype(int) % 12
    return np.bincount(classes, power[tonal], 12) / power[tonal].sum()


def _level(piece: Pcm) -> float:
    return float(20 * np.log10(np.sqrt((piece**2).mean()) + 1e-9))


def _last_root(mood: Mood, seconds: float, seed: int) -> int:
    """Return the pitch class that the lowest part ends on."""
    landing = seconds - FINAL_CHORD_SECONDS - 0.05
    return min(note.key for part in _tuned(mood, seconds, seed) for note in part if note.at > landing) % 12


def _tuned(mood: Mood, seconds: float, seed: int) -> list[tuple]:
    return [part.notes for part in compose_parts(mood, seconds, seed) if "drums" not in part.instrument]


@pytest.mark.parametrize("seconds", [1, 1.04, 1.5, 2, 2.7, 3, 4, 5.0417, 8, 10, 16])
def test_is_exactly_as_long_as_requested(seconds: float) -> None:
    piece = compose_music("a robot", seconds, 5)
    assert piece.shape == (round(seconds * SAMPLE_RATE), 2)
    assert piece.dtype == np.float32
    assert np.isfinite(piece).all()


@pytest.mark.parametrize("mood", Mood)
def test_ends_on_its_tonic_and_in_silence(mood: Mood) -> None:
    seconds = 7.0
    piece = compose_music(mood, seconds, 3)
    tonic = _last_root(mood, seconds, 3)
    triad = parse_chord(STYLE_BY_MOOD[mood].final_chord, tonic).tones
    chroma = _chroma(piece[-round((FINAL_CHORD_SECONDS - 0.1) * SAMPLE_RATE) :])
    assert chroma[list(triad)].sum() > 0.75
    assert chroma[tonic] > 0.15
    assert np.abs(piece[-SAMPLE_RATE // 200 :]).max() < 1e-3
    assert _level(piece[-SAMPLE_RATE : -SAMPLE_RATE // 2]) > -40  # it rings, it does not stop


@pytest.mark.parametrize("mood", Mood)
def test_neither_clips_nor_thumps_and_sounds_on_both_sides(mood: Mood) -> None:
    piece = compose_music(mood, 6, 8)
    assert 0.3 < np.abs(piece).max() <= 0.95
    assert np.abs(piece.mean(axis=0)).max() < 1e-3
    left, right = (_level(side) for side in piece.T)
    assert abs(left - right) < 2.5
    assert 0.3 < np.corrcoef(piece.T)[0, 1] < 0.985
    assert np.abs(piece[:480]).max() < 0.05


def test_same_seed_is_the_same_to_the_bit_and_another_is_other_music() -> None:
    first = compose_music("a calm lake", 3, 1)
    assert np.array_equal(first, compose_music("a calm lake", 3, 1))
    assert not np.array_equal(first, compose_music("a calm lake", 3, 2))


@pytest.mark.parametrize("mood", Mood)
def test_seeds_differ_in_melody_key_or_instruments(mood: Mood) -> None:
    pieces = {
        tuple(
            (part.instrument, tuple(note.key for note in part.notes))
            for part in compose_parts(mood, 12, seed)
        )
        for seed in SEEDS
    }
    assert len(pieces) == len(SEEDS)
    assert len({_last_root(mood, 12, seed) for seed in SEEDS}) >= 3


@pytest.mark.parametrize("mood", Mood)
def test_notes_are_on_the_grid_but_not_like_a_clock(mood: Mood) -> None:
    style = STYLE_BY_MOOD[mood]
    rng = np.random.default_rng([4, tuple(Mood).index(mood), 29])
    form = plan_form(20, style.tempo, style.beats, rng)
    off = []
    for part in compose_parts(mood, 20, 4):
        for note in part.notes:
            steps = note.at / form.beat_seconds * 4
            off.append((steps - round(steps)) / 4 * form.beat_seconds)
    # Strummed and rolled chords spread on purpose; all others are at most two deviations off.
    assert np.percentile(np.abs(off), 80) < 0.0125
    assert np.std(off) > 0.002


@pytest.mark.parametrize("mood", [Mood.HAPPY, Mood.SCIFI, Mood.FANTASY])
def test_beats_are_audible(mood: Mood) -> None:
    style = STYLE_BY_MOOD[mood]
    rng = np.random.default_rng([6, tuple(Mood).index(mood), 29])
    beat = plan_form(12, style.tempo, style.beats, rng).beat_seconds
    hop = 480
    mono = compose_music(mood, 12, 6).mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mono, 1024)[::hop] * np.hanning(1024)
    loud = np.log1p(100 * np.abs(np.fft.rfft(frames)))
    onsets = np.maximum(0, np.diff(loud, axis=0)).sum(axis=1)
    onsets -= onsets.mean()
    alike = np.correlate(onsets, onsets, "full")[len(onsets) :]

    def strength(seconds: float) -> float:
        lag = round(seconds * SAMPLE_RATE / hop) - 1
        return float(alike[lag - 2 : lag + 3].max())

    assert strength(beat) > 0
    assert strength(beat) > 1.5 * strength(beat * 0.84)


def test_a_minute_builds_up_and_is_no_loop() -> None:
    mood, seconds = Mood.EPIC, 63
    parts = compose_parts(mood, seconds, 2)
    begin, late = (sum(low <= note.at < low + 10 for part in parts for note in part.notes) for low in (0, 45))
    assert late > 1.5 * begin
    lead = next(part.notes for part in parts if part.instrument == "horn")
    keys = [note.key for note in lead]
    whole = len(keys) // 4
    quarters = {tuple(keys[at : at + whole]) for at in range(0, 4 * whole, whole)}
    assert len(quarters) == 4


@pytest.mark.slow
def test_the_longest_clip_has_its_length_and_grows_louder() -> None:
    piece = compose_music("an epic battle", 63, 2)
    assert len(piece) == 63 * SAMPLE_RATE
    assert (
        _level(piece[SAMPLE_RATE : 8 * SAMPLE_RATE]) < _level(piece[45 * SAMPLE_RATE : 55 * SAMPLE_RATE]) - 2
    )


def _portrait(mood: Mood) -> np.ndarray:
    """Describe how a mood sounds: brightness, tempo of onsets, weight of the bass, minor or major."""
    seconds = 6.0
    piece = compose_music(mood, seconds, 9)
    mono = piece.mean(axis=1)
    power = np.abs(np.fft.rfft(mono)) ** 2
    hertz = np.fft.rfftfreq(len(mono), 1 / SAMPLE_RATE)
    bright = np.log2((power * hertz).sum() / power.sum())
    bass = 10 * np.log10(power[hertz < 150].sum() / power.sum())
    treble = 10 * np.log10(power[hertz > 2500].sum() / power.sum())
    notes = np.log2(sum(len(part.notes) for part in compose_parts(mood, seconds, 9)))
    tonic = _last_root(mood, seconds, 9)
    third = 1.0 if (tonic + 3) % 12 in parse_chord(STYLE_BY_MOOD[mood].final_chord, tonic).tones else 0.0
    return np.array([bright, bass / 4, treble / 5, notes, 2 * third])


def test_moods_sound_different() -> None:
    portraits = {mood: _portrait(mood) for mood in Mood}
    near = {
        (one, other): float(np.linalg.norm(portraits[one] - portraits[other]))
        for one, other in itertools.combinations(Mood, 2)
    }
    instruments = {mood: tuple(layer.instruments for layer in STYLE_BY_MOOD[mood].layers) for mood in Mood}
    assert len(set(instruments.values())) == len(Mood)
    assert {pair: apart for pair, apart in near.items() if apart < 0.35} == {}
