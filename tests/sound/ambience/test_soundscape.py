"""Ambience is judged by what is measured of natural sounds: their spectrum, their rhythm, their width."""

from __future__ import annotations

import time
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.media.audio import SAMPLE_RATE, Pcm, measure_loudness, measure_true_peak
from keyreel.sound.ambience.expected_sounds import AmbientSound
from keyreel.sound.ambience.soundscape import SOUND_RENDERERS, render_ambience

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME = 960


@cache
def ambience(sound: AmbientSound, seconds: float = 6, seed: int = 1) -> Pcm:
    return render_ambience([(seconds, frozenset({sound}))], seed)


def powers(pcm: Pcm) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the power of each 20 ms and frequency, and the frequencies."""
    middle = pcm.mean(axis=1)
    framed = middle[: len(middle) // FRAME * FRAME].reshape(-1, FRAME) * np.hanning(FRAME)
    return np.abs(np.fft.rfft(framed, axis=1)) ** 2, np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE)


def level(pcm: Pcm, low: float, high: float) -> NDArray[np.float64]:
    """Return the level in dB of each 20 ms between two frequencies."""
    power, hertz = powers(pcm)
    return 10 * np.log10(power[:, (hertz >= low) & (hertz < high)].sum(axis=1) + 1e-12)


def centre(pcm: Pcm) -> float:
    """Return the spectrum's centre of gravity in Hz."""
    power, hertz = powers(pcm)
    return float((power.sum(axis=0) * hertz).sum() / power.sum())


def traits(pcm: Pcm) -> NDArray[np.float64]:
    """Return what tells sounds apart: band levels, how they sway, how they spike, how peaky all is."""
    edges = (40, 150, 400, 1000, 2500, 3800, 5500, 9000, 16_000)
    bands = np.stack([level(pcm, low, high) for low, high in pairwise(edges)])
    bands = np.maximum(bands, bands.max() - 70)
    mean = 10 * np.log10((10 ** (bands / 10)).mean(axis=1))
    middle = pcm.mean(axis=1)
    peaky = np.log(np.mean((middle / middle.std()) ** 4))
    spikes = bands.max(axis=1) - mean
    return np.concatenate(
        [np.maximum(mean - mean.max(), -60) / 6, bands.std(axis=1), spikes / 4, [2 * peaky]]
    )


@pytest.mark.parametrize("sound", AmbientSound)
def test_a_sound_is_as_long_and_as_loud_as_promised_and_clean(sound: AmbientSound) -> None:
    pcm = ambience(sound)
    assert pcm.shape == (6 * SAMPLE_RATE, 2)
    assert pcm.dtype == np.float32
    assert np.isfinite(pcm).all()
    assert measure_loudness(pcm) == pytest.approx(SOUND_RENDERERS[sound][1], abs=0.2)
    assert abs(float(pcm.mean())) < 0.001
    assert measure_true_peak(pcm) < 8


@pytest.mark.parametrize("sound", AmbientSound)
def test_the_same_seed_gives_the_same_samples_and_another_one_does_not(sound: AmbientSound) -> None:
    again = render_ambience([(6, frozenset({sound}))], 1)
    assert np.array_equal(ambience(sound), again)
    assert not np.array_equal(ambience(sound), ambience(sound, seed=2))


@pytest.mark.parametrize("sound", AmbientSound)
def test_a_sound_is_wide_but_leans_to_no_side(sound: AmbientSound) -> None:
    left, right = ambience(sound, 6).T
    assert np.corrcoef(left, right)[0, 1] < 0.95
    assert abs(20 * np.log10(left.std() / right.std())) < 6


def test_every_sound_is_told_from_all_others_by_what_is_measured() -> None:
    known = [(sound, traits(ambience(sound, seed=seed))) for sound in AmbientSound for seed in (1, 4)]
    taken = {
        sound.value: min(known, key=lambda each: float(np.linalg.norm(each[1] - new)))[0].value
        for sound in AmbientSound
        for new in [traits(ambience(sound, seed=2))]
    }
    assert {sound: guess for sound, guess in taken.items() if sound != guess} == {}


def test_rain_is_bright_and_wind_is_dark() -> None:
    assert centre(ambience(AmbientSound.RAIN)) > 4 * centre(ambience(AmbientSound.WIND))
    assert centre(ambience(AmbientSound.SNOW)) < 600
    assert centre(ambience(AmbientSound.UNDERWATER)) < 400


def test_single_drops_stand_out_of_rain() -> None:
    high = level(ambience(AmbientSound.RAIN), 2000, 9000)
    assert 3.5 < high.max() - np.median(high) < 15
    assert level(ambience(AmbientSound.WATERFALL), 2000, 9000).std() < high.std()


def test_waves_break_every_six_to_ten_seconds() -> None:
    surf = level(ambience(AmbientSound.WAVES, 60), 600, 6000)
    smooth = np.convolve(surf, np.hanning(75) / np.hanning(75).sum(), "same")
    crests = [
        index
        for index in range(100, len(smooth) - 100)
        if smooth[index] == smooth[index - 100 : index + 100].max() and smooth[index] > np.median(smooth)
    ]
    periods = np.diff(crests) * FRAME / SAMPLE_RATE
    assert periods.min() > 5
    assert periods.max() < 12
    assert smooth.max() - smooth.min() > 10


def test_wind_comes_in_gusts_and_sounds_higher_when_it_blows_harder() -> None:
    pcm = ambience(AmbientSound.WIND, 30)
    low, high = level(pcm, 100, 400), level(pcm, 1000, 3000)
    slow = np.hanning(50) / np.hanning(50).sum()
    low, high = np.convolve(low, slow, "valid"), np.convolve(high, slow, "valid")
    assert np.ptp(low) > 6
    assert np.ptp(high) > np.ptp(low)
    assert np.corrcoef(low, high)[0, 1] > 0.7


def test_fire_crackles_in_bursts_and_never_evenly() -> None:
    pcm = ambience(AmbientSound.FIRE, 30).mean(axis=1)
    bright = np.abs(np.diff(pcm, n=2))
    frames = bright[: len(bright) // 480 * 480].reshape(-1, 480).max(axis=1)
    crackles = np.flatnonzero(frames > 6 * np.median(frames))
    assert 1.5 < len(crackles) / 30 < 40
    waits = np.diff(crackles)
    # An even beat has 0, pure chance has 1, bursts have more.
    assert waits.std() / waits.mean() > 1.0


def test_birds_whistle_without_ever_holding_a_tone() -> None:
    power, hertz = powers(ambience(AmbientSound.BIRDS, 12))
    song = (hertz > 1800) & (hertz < 8000)
    loud = power[:, song].sum(axis=1) > 4 * np.median(power[:, song].sum(axis=1))
    pitch = hertz[song][power[:, song].argmax(axis=1)]
    assert 0.03 < loud.mean() < 0.9
    held = [len(run) for run in np.split(pitch, np.flatnonzero(np.diff(pitch)) + 1)]
    assert max(held) * FRAME / SAMPLE_RATE < 0.3


def test_crickets_chirp_between_four_and_six_kilohertz() -> None:
    power, hertz = powers(ambience(AmbientSound.CRICKETS))
    peak = hertz[power.sum(axis=0)[hertz > 1000].argmax() + int((hertz <= 1000).sum())]
    assert 3900 < peak < 5400


def test_talk_has_the_rhythm_of_syllables_and_no_words() -> None:
    talk = level(ambience(AmbientSound.CROWD, 12), 300, 3000)
    rhythm = np.abs(np.fft.rfft(talk - talk.mean())) ** 2
    hertz = np.fft.rfftfreq(len(talk), FRAME / SAMPLE_RATE)
    assert rhythm[(hertz > 0.3) & (hertz < 8)].mean() > 2 * rhythm[hertz > 15].mean()


def test_thunder_strikes_and_rolls() -> None:
    rumble = level(ambience(AmbientSound.THUNDER, 8), 30, 200)
    start = int(np.argmax(rumble > rumble.max() - 12))
    assert start * FRAME / SAMPLE_RATE < 2.5
    assert (rumble > rumble.max() - 20).sum() * FRAME / SAMPLE_RATE > 1.5
    assert rumble[-10:].max() < rumble.max() - 10


def test_each_shot_sounds_like_itself_and_fades_into_the_next() -> None:
    pcm = render_ambience([(4, frozenset({AmbientSound.RAIN})), (4, frozenset({AmbientSound.WIND}))], 3)
    assert len(pcm) == 8 * SAMPLE_RATE
    assert centre(pcm[: 3 * SAMPLE_RATE]) > 4 * centre(pcm[5 * SAMPLE_RATE :])
    high = level(pcm, 4000, 9000)
    around = high[round(3.4 * SAMPLE_RATE / FRAME) : round(4.6 * SAMPLE_RATE / FRAME)]
    steps = np.diff(np.convolve(around, np.ones(5) / 5, "valid"))
    assert np.abs(steps).max() < 6
    whole = level(pcm, 40, 16_000)
    assert abs(whole[180:220].mean() - whole.mean()) < 4


def test_a_sound_that_goes_on_has_no_seam() -> None:
    both = render_ambience([(3, frozenset({AmbientSound.STREAM})), (3, frozenset({AmbientSound.STREAM}))], 5)
    assert np.array_equal(both, render_ambience([(6, frozenset({AmbientSound.STREAM}))], 5))


def test_sounds_together_are_as_loud_as_one() -> None:
    pcm = render_ambience(
        [(5, frozenset({AmbientSound.DOWNPOUR, AmbientSound.THUNDER, AmbientSound.WIND, AmbientSound.CITY}))],
        2,
    )
    assert measure_loudness(pcm) == pytest.approx(-20, abs=0.3)


def test_no_sound_is_a_soft_tone_never_silence() -> None:
    pcm = render_ambience([(2, frozenset())], 1)
    assert -32 < measure_loudness(pcm) < -24
    assert np.abs(pcm).reshape(-1, 4800).max(axis=1).min() > 0.002


@pytest.mark.parametrize("seconds", [1, 3.5, 63])
def test_lengths_are_exact(seconds: float) -> None:
    assert len(render_ambience([(seconds, frozenset({AmbientSound.ROOM}))], 9)) == round(
        seconds * SAMPLE_RATE
    )


@pytest.mark.slow
@pytest.mark.parametrize("sound", AmbientSound)
def test_five_seconds_take_at_most_0_15_cpu_seconds(sound: AmbientSound) -> None:
    times = []
    for seed in range(3):
        began = time.process_time()
        render_ambience([(5, frozenset({sound}))], seed)
        times.append(time.process_time() - began)
    assert min(times) < 0.15
