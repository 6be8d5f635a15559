"""Finished videos are read back: which sounds, when, how loud, and nothing where nothing was ordered."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from keyreel.engine import AudibleContent
from keyreel.errors import RenderFailed
from keyreel.finishing.context import FinishingContext
from keyreel.finishing.pipeline import finish
from keyreel.finishing.soundtrack import NO_VOICES_NOTE
from keyreel.media.audio import (
    SAMPLE_RATE,
    Pcm,
    decode_audio,
    encode_aac,
    measure_loudness,
    measure_true_peak,
)
from keyreel.media.mux import remux
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.order import Operation, Order, Resolution, Shot, Size, SoundOptions
from keyreel.sound.speech.language import Language
from keyreel.task import TaskId

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Clip
    from keyreel.finishing.finished_video import FinishedVideo

SIZE = Size(640, 352)
SPOKEN = 'Heavy rain. A woman says: "It will not stop before the morning comes."'


class Humming:
    """A voice without words: a hum of 60 ms for each character."""

    def say(self, text: str, voice_id: str, language: Language, *, speed: float = 1.0) -> NDArray[np.float32]:
        assert (voice_id, language) == ("anna", Language.ENGLISH)
        times = np.arange(round(len(text) * 0.06 / speed * SAMPLE_RATE)) / SAMPLE_RATE
        return (0.2 * np.sin(2 * np.pi * 300 * times) * np.sin(2 * np.pi * 2 * times) ** 2).astype(np.float32)


@pytest.fixture
def finished(folder: Path, make_clip: Callable[..., Clip]) -> Callable[..., FinishedVideo]:
    """Finish an order of these shots with this sound."""

    def make(
        sound: SoundOptions, *shots: Shot, voices: Any = None, seed: int = 4, **known: Any
    ) -> FinishedVideo:
        shots = shots or (Shot("rain over the sea", 2),)
        order = Order(
            Operation.MULTIFRAME, "q2-pro", shots, Resolution.P360, seed=seed, size=SIZE, sound=sound
        )
        clip = replace(make_clip(order.frames), **known)
        return finish(clip, order, FinishingContext(TaskId("7301444403220774912"), folder, voices=voices))

    return make


def bright(pcm: Pcm) -> float:
    """Return the spectrum's centre of gravity in Hz."""
    power = np.abs(np.fft.rfft(pcm.mean(axis=1))) ** 2
    return float((power * np.fft.rfftfreq(len(pcm), 1 / SAMPLE_RATE)).sum() / power.sum())


@pytest.mark.parametrize(("music", "ambience", "speech"), list(product((False, True), repeat=3)))
def test_there_is_a_sound_track_if_and_only_if_sound_was_ordered(
    finished: Callable[..., FinishedVideo], *, music: bool, ambience: bool, speech: bool
) -> None:
    sound = SoundOptions(music=music, ambience=ambience, speech=speech)
    done = finished(sound)
    track = probe_video(done.video).audio_track
    if not (music or ambience or speech):
        assert track is None
        return
    assert track is not None
    assert (track.codec, track.rate, track.channels, track.start) == ("aac LC", 48_000, 2, 0.0)
    assert abs(track.seconds - probe_video(done.video).seconds) <= 1024 / SAMPLE_RATE
    assert decode_audio(done.video).shape == (2 * SAMPLE_RATE, 2)
    assert (
        probe_video(done.video).frames,
        probe_video(done.video).has_constant_frame_rate,
        probe_video(done.video).faststart,
    ) == (48, True, True)


@pytest.mark.parametrize("sound", [SoundOptions(music=True), SoundOptions(music=True, ambience=True)])
def test_music_has_the_loudness_of_programmes_and_ends_in_silence(
    finished: Callable[..., FinishedVideo], sound: SoundOptions
) -> None:
    pcm = decode_audio(finished(sound, Shot("a calm lake at dawn", 5)).video)
    assert measure_loudness(pcm) == pytest.approx(-16, abs=0.6)
    assert measure_true_peak(pcm) <= -1
    assert np.abs(pcm[-100:]).max() < 0.003
    assert np.abs(pcm[:20]).max() < 0.01


def test_ambience_alone_is_softer_and_never_silent(finished: Callable[..., FinishedVideo]) -> None:
    pcm = decode_audio(finished(SoundOptions(ambience=True), Shot("", 2)).video)
    assert -33 < measure_loudness(pcm) < -24
    pcm = decode_audio(finished(SoundOptions(ambience=True), Shot("a waterfall", 2)).video)
    assert measure_loudness(pcm) == pytest.approx(-20.3, abs=0.7)
    assert np.abs(pcm[:-9600]).reshape(-1, 4800 * 2).max(axis=1).min() > 0.01


def test_each_shot_sounds_as_its_prompt_says(finished: Callable[..., FinishedVideo]) -> None:
    done = finished(SoundOptions(ambience=True), Shot("rain", 2), Shot("deep under water, underwater", 2))
    pcm = decode_audio(done.video)
    assert bright(pcm[: round(1.5 * SAMPLE_RATE)]) > 10 * bright(pcm[round(2.5 * SAMPLE_RATE) :])


def test_what_the_clip_shows_has_its_sound(finished: Callable[..., FinishedVideo]) -> None:
    shows = (frozenset({AudibleContent.RAIN}), frozenset({AudibleContent.WIND}))
    pcm = decode_audio(
        finished(SoundOptions(ambience=True), Shot("", 2), Shot("", 2), audible_content=shows).video
    )
    assert bright(pcm[: round(1.5 * SAMPLE_RATE)]) > 4 * bright(pcm[round(2.5 * SAMPLE_RATE) :])


def test_a_shot_that_says_nothing_sounds_like_the_one_before(finished: Callable[..., FinishedVideo]) -> None:
    done = finished(SoundOptions(ambience=True), Shot("steady rain", 2), Shot("", 2))
    pcm = decode_audio(done.video)
    assert bright(pcm[: 2 * SAMPLE_RATE]) == pytest.approx(bright(pcm[2 * SAMPLE_RATE :]), rel=0.15)


def test_words_are_audible_and_the_rest_is_lowered(finished: Callable[..., FinishedVideo]) -> None:
    sound = SoundOptions(ambience=True, speech=True, voice="anna")
    done = finished(sound, Shot(SPOKEN, 6), voices=Humming())
    pcm = decode_audio(done.video)
    assert measure_loudness(pcm) == pytest.approx(-16, abs=0.6)
    assert measure_true_peak(pcm) <= -1
    frames = pcm[: len(pcm) // 9600 * 9600].mean(axis=1).reshape(-1, 9600)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    hertz = np.fft.rfftfreq(9600, 1 / SAMPLE_RATE)
    hum = 10 * np.log10(power[:, (hertz > 250) & (hertz < 350)].sum(axis=1))
    ambience = 10 * np.log10(power[:, (hertz > 4000) & (hertz < 9000)].sum(axis=1))
    assert hum[3:12].mean() > hum[-8:-2].mean() + 15
    assert ambience[4:11].mean() == pytest.approx(ambience[-8:-2].mean() - 11, abs=2)
    assert done.notes == ()


def test_what_cannot_be_spoken_is_noted_and_the_rest_spoken(
    finished: Callable[..., FinishedVideo],
) -> None:
    done = finished(SoundOptions(ambience=True, speech=True), Shot(SPOKEN, 2))
    assert done.notes == (NO_VOICES_NOTE,)
    assert measure_loudness(decode_audio(done.video)) == pytest.approx(-20, abs=1)
    assert finished(SoundOptions(ambience=True, speech=True), Shot("rain", 2)).notes == ()


def test_the_same_order_gives_the_same_file_and_another_seed_another_sound(
    finished: Callable[..., FinishedVideo],
) -> None:
    sound = SoundOptions(music=True, ambience=True)
    first, again, other = (finished(sound, seed=seed) for seed in (4, 4, 5))
    assert first.sha256 == again.sha256
    assert first.sha256 != other.sha256


def test_the_images_stay_as_they_are(
    finished: Callable[..., FinishedVideo], make_clip: Callable[..., Clip]
) -> None:
    done = finished(SoundOptions(ambience=True))
    for a, b in zip(read_frames(done.video), read_frames(make_clip(48).path), strict=True):
        assert (a == b).all()


def sounding(clip: Clip, seconds: float, **known: Any) -> Clip:
    """Return the clip with a tone under it, as a hosted engine delivers it."""
    tone = 0.2 * np.sin(2 * np.pi * 500 * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    encode_aac(np.repeat(tone[:, None], 2, axis=1).astype(np.float32), clip.path.with_name("tone.m4a"))
    remux(clip.path, clip.path.with_name("sounding.mp4"), {}, clip.path.with_name("tone.m4a"))
    return replace(clip, path=clip.path.with_name("sounding.mp4"), **known)


@pytest.mark.parametrize("seconds", [1.0, 0.6, 1.8])
def test_an_engines_own_sound_track_is_kept_at_the_videos_length(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], seconds: float
) -> None:
    clip = sounding(make_clip(), seconds, completed_steps=frozenset({"soundtrack"}))
    done = finish_clip(clip, sound=SoundOptions(music=True))
    pcm = decode_audio(done.video)
    assert pcm.shape == (SAMPLE_RATE, 2)
    assert np.abs(np.fft.rfft(pcm[: SAMPLE_RATE // 2, 0])).argmax() * 2 == pytest.approx(500, abs=2)


def test_an_engines_sound_track_is_dropped_where_none_was_ordered(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    clip = sounding(make_clip(), 1, completed_steps=frozenset({"soundtrack"}))
    assert probe_video(finish_clip(clip).video).audio_track is None


def test_a_sound_track_that_the_engine_does_not_answer_for_is_refused(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    with pytest.raises(RenderFailed, match="sound track"):
        finish_clip(sounding(make_clip(), 1), sound=SoundOptions(music=True))
