"""Mixes are measured as they are played: loudness, peaks, how far the rest gives way to words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.media.audio import (
    SAMPLE_RATE,
    Pcm,
    decode_audio,
    encode_aac,
    measure_loudness,
    measure_true_peak,
)
from keyreel.sound.mix import TARGET_LUFS, mix_tracks
from keyreel.sound.speech.track import SpeechTrack

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 8
SAMPLES = SECONDS * SAMPLE_RATE
SPAN = (3.0, 5.0)


def at(pcm: Pcm, level: float) -> Pcm:
    return pcm * np.float32(10 ** ((level - measure_loudness(pcm)) / 20))


def band(low: float, high: float, level: float, seed: int = 1) -> Pcm:
    """Return noise between two frequencies at a loudness."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((SAMPLES, 2)), axis=0)
    hertz = np.fft.rfftfreq(SAMPLES, 1 / SAMPLE_RATE)
    spectrum[(hertz < low) | (hertz > high)] = 0
    return at(np.fft.irfft(spectrum, SAMPLES, axis=0).astype(np.float32), level)


def plucked(level: float = -14.0) -> Pcm:
    """Return something with the peaks of music: struck chords that ring off."""
    times = np.arange(SAMPLES) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * hertz * times) for hertz in (220, 277.2, 329.6, 440))
    return at(np.repeat((chord * np.exp(-6 * (times % 0.5)))[:, None], 2, axis=1).astype(np.float32), level)


def said(level: float = -30.0) -> SpeechTrack:
    """Return something with the syllables of speech between 300 and 3000 Hz, from 3 to 5 s."""
    times = np.arange(SAMPLES) / SAMPLE_RATE
    words = band(300, 3000, -20, seed=2) * (np.sin(2 * np.pi * 2 * times) ** 4)[:, None].astype(np.float32)
    words[(times < SPAN[0]) | (times > SPAN[1])] = 0
    return SpeechTrack(at(words, level), (SPAN,))


RAIN = band(6000, 9000, -20)


def level(pcm: Pcm, hertz: tuple[float, float], seconds: tuple[float, float]) -> float:
    """Return a band's level in dB between two times."""
    part = pcm[round(seconds[0] * SAMPLE_RATE) : round(seconds[1] * SAMPLE_RATE)].mean(axis=1)
    bins = np.fft.rfftfreq(len(part), 1 / SAMPLE_RATE)
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    return float(10 * np.log10(power[(bins >= hertz[0]) & (bins < hertz[1])].sum() / len(part) ** 2))


@pytest.mark.parametrize(
    ("music", "ambience", "speech"),
    [
        (True, False, False),
        (True, True, False),
        (False, True, True),
        (False, False, True),
        (True, True, True),
    ],
    ids=["music", "music and ambience", "ambience and speech", "speech", "all"],
)
def test_a_mix_has_the_loudness_and_keeps_below_the_peak_also_after_aac(
    tmp_path: Path, *, music: bool, ambience: bool, speech: bool
) -> None:
    mixed = mix_tracks(
        SAMPLES,
        music=plucked() if music else None,
        ambience=RAIN if ambience else None,
        speech=said() if speech else None,
    )
    encode_aac(mixed, tmp_path / "mix.m4a")
    for sound in (mixed, decode_audio(tmp_path / "mix.m4a")):
        assert sound.shape == (SAMPLES, 2)
        assert measure_loudness(sound) == pytest.approx(TARGET_LUFS, abs=0.6)
        assert measure_true_peak(sound) <= -1.0


def test_the_limiter_holds_hard_peaks_and_leaves_quiet_stretches_alone() -> None:
    music = plucked() * np.float32(0.3)
    music[2 * SAMPLE_RATE] = 1.0
    mixed = mix_tracks(SAMPLES, music=music)
    assert measure_true_peak(mixed) <= -1.5
    quiet, near = slice(3 * SAMPLE_RATE, 7 * SAMPLE_RATE), slice(2 * SAMPLE_RATE + 600, 3 * SAMPLE_RATE)
    factor = mixed[quiet].std() / music[quiet].std()
    assert mixed[near].std() / music[near].std() == pytest.approx(factor, rel=0.02)


def test_ambience_alone_keeps_its_own_loudness() -> None:
    assert measure_loudness(mix_tracks(SAMPLES, ambience=RAIN)) == pytest.approx(-20, abs=0.2)


def test_ambience_lies_far_below_music() -> None:
    mixed = mix_tracks(SAMPLES, music=plucked(), ambience=RAIN)
    alone = mix_tracks(SAMPLES, ambience=RAIN)
    under = level(mixed, (6000, 9000), (2, 6)) - level(alone, (6000, 9000), (2, 6))
    assert under == pytest.approx(-7, abs=1)


def test_ambience_is_lowered_before_the_first_word_and_comes_back_after_the_last() -> None:
    mixed = mix_tracks(SAMPLES, music=None, ambience=RAIN, speech=said())

    def rain_level(start: float, stop: float) -> float:
        return level(mixed, (6000, 9000), (start, stop))

    before, under, after = rain_level(1, 2.5), rain_level(3.1, 4.9), rain_level(6.2, 7.6)
    assert under - before == pytest.approx(-11, abs=1)
    assert after - before == pytest.approx(0, abs=1)
    assert rain_level(2.95, 3.0) - before < -7
    assert -9 < rain_level(5.25, 5.35) - before < -2


def test_ambience_stays_down_between_two_sentences() -> None:
    speech = said()
    two = SpeechTrack(speech.pcm, ((3.0, 3.8), (4.4, 5.0)))
    mixed = mix_tracks(SAMPLES, ambience=RAIN, speech=two)
    assert level(mixed, (6000, 9000), (3.9, 4.3)) - level(mixed, (6000, 9000), (1, 2.5)) == pytest.approx(
        -11, abs=1
    )


def test_words_stand_well_above_the_ambience() -> None:
    mixed = mix_tracks(SAMPLES, music=None, ambience=band(300, 3000, -20), speech=said())
    assert level(mixed, (300, 3000), (3, 5)) > level(mixed, (300, 3000), (1, 2.5)) - 1
    ducked = mix_tracks(
        SAMPLES, ambience=band(300, 3000, -20), speech=SpeechTrack(0 * said().pcm + 1e-6, (SPAN,))
    )
    assert level(ducked, (300, 3000), (3.2, 4.8)) < level(ducked, (300, 3000), (1, 2.5)) - 9


def test_both_ends_are_silent_without_a_click() -> None:
    mixed = mix_tracks(SAMPLES, ambience=band(100, 8000, -20))
    assert np.abs(mixed[:10]).max() < 0.001
    assert np.abs(mixed[-50:]).max() < 0.001
    assert np.abs(mixed[SAMPLE_RATE // 10 : SAMPLE_RATE // 5]).max() > 0.05
    assert np.abs(mixed[-SAMPLE_RATE // 2 : -SAMPLE_RATE // 4]).max() > 0.05


def test_speech_without_a_word_changes_nothing() -> None:
    silent = SpeechTrack(np.zeros((SAMPLES, 2), np.float32))
    assert np.array_equal(
        mix_tracks(SAMPLES, ambience=RAIN, speech=silent), mix_tracks(SAMPLES, ambience=RAIN)
    )


def test_tracks_of_other_lengths_give_exactly_the_requested_samples() -> None:
    assert mix_tracks(SAMPLES, music=plucked()[: 3 * SAMPLE_RATE], ambience=RAIN).shape == (SAMPLES, 2)
    assert mix_tracks(SAMPLE_RATE, music=plucked(), ambience=RAIN).shape == (SAMPLE_RATE, 2)
    assert not mix_tracks(SAMPLE_RATE).any()


def test_the_same_parts_give_the_same_samples() -> None:
    first, second = (mix_tracks(SAMPLES, music=plucked(), ambience=RAIN, speech=said()) for _ in range(2))
    assert np.array_equal(first, second)
