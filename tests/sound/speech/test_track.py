"""The dialogue's track, by its samples: where speech is, where silence, and what is said not to be spoken."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from keyreel.media.audio import SAMPLE_RATE
from keyreel.order import Operation, Order, Resolution, Shot, SoundOptions, Subject
from keyreel.sound.speech.language import Language
from keyreel.sound.speech.track import (
    LEAD_SECONDS,
    LINE_GAP_SECONDS,
    TAIL_SECONDS,
    SpeechTrack,
    render_speech,
)
from keyreel.sound.speech.voices import Voices

SILENT = 1e-6
LONG = (
    "I have been walking through this forest for three days, and I have not seen a single bird. "
    "Then the rain came. "
    "After the rain there was a light between the trees, and I followed it until the morning."
)


@pytest.fixture(scope="module")
def voices() -> Voices:
    return Voices(())


def order(*shots: tuple[str, int], subjects: tuple[str, ...] = ()) -> Order:
    return Order(
        operation=Operation.IMG2VIDEO,
        model="any",
        shots=tuple(Shot(prompt, seconds) for prompt, seconds in shots),
        resolution=Resolution.P720,
        seed=1,
        subjects=tuple(Subject(name, ()) for name in subjects),
        sound=SoundOptions(speech=True),
    )


def check_places(speech: SpeechTrack, seconds: float) -> None:
    """Speech is inside its spans and nowhere else."""
    assert speech.pcm.shape == (seconds * SAMPLE_RATE, 2)
    assert speech.pcm.dtype == np.float32
    spoken = np.zeros(len(speech.pcm), bool)
    for start, end in speech.spans:
        assert 0 <= start < end <= seconds - TAIL_SECONDS + 0.01
        inside = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        assert np.sqrt(np.mean(speech.pcm[inside] ** 2)) > 0.02
        spoken[inside.start - 1 : inside.stop + 1] = True
    assert np.abs(speech.pcm[~spoken]).max(initial=0) < SILENT


def test_one_line_begins_shortly_after_the_shot_and_is_silent_around(voices: Voices) -> None:
    speech = render_speech(order(('A woman says, "Welcome to our little shop."', 5)), voices)
    assert len(speech.spans) == 1
    assert speech.spans[0][0] == pytest.approx(LEAD_SECONDS)
    assert speech.unspoken == ()
    check_places(speech, 5)


def test_lines_keep_their_order_with_gaps_between_them(voices: Voices) -> None:
    prompt = '@ann says "Where were you?" @tom answers: "At the market." @ann says "Good."'
    speech = render_speech(order((prompt, 8), subjects=("ann", "tom")), voices)
    assert len(speech.spans) == 3
    for (_, end), (start, _) in zip(speech.spans, speech.spans[1:], strict=False):
        assert start - end == pytest.approx(LINE_GAP_SECONDS, abs=0.01)
    check_places(speech, 8)


def test_each_shots_lines_are_inside_the_shot(voices: Voices) -> None:
    speech = render_speech(
        order(('He says "One of us must go."', 4), ("Rain.", 3), ('She says "I will."', 3)), voices
    )
    (first, first_end), (second, second_end) = speech.spans
    assert first == pytest.approx(LEAD_SECONDS)
    assert first_end < 4
    assert second == pytest.approx(7 + LEAD_SECONDS)
    assert second_end <= 10 - TAIL_SECONDS
    check_places(speech, 10)


def test_what_almost_fits_is_spoken_faster_and_whole(voices: Voices) -> None:
    text = "The train to the coast leaves at half past seven from platform two, they said."
    calm = render_speech(order((f'He says "{text}"', 10)), voices)
    length = calm.spans[0][1] - calm.spans[0][0]
    seconds = math.floor(length)
    assert length > seconds - LEAD_SECONDS - TAIL_SECONDS
    quick = render_speech(order((f'He says "{text}"', seconds)), voices)
    assert quick.unspoken == ()
    assert quick.spans[0][1] - quick.spans[0][0] < length
    check_places(quick, seconds)


def test_what_does_not_fit_is_cut_at_a_sentence_and_named(voices: Voices) -> None:
    speech = render_speech(order((f'The man says "{LONG}"', 7)), voices)
    assert len(speech.spans) == 1
    assert len(speech.unspoken) == 1
    assert speech.unspoken[0].startswith('Not spoken: "After the rain')
    assert "too short" in speech.unspoken[0]
    check_places(speech, 7)


def test_a_first_sentence_that_does_not_fit_is_cut_at_a_word(voices: Voices) -> None:
    speech = render_speech(order((f'The man says "{LONG}"', 2)), voices)
    assert len(speech.spans) == 1
    (note,) = speech.unspoken
    rest = note.removeprefix('Not spoken: "').split("…")[0]
    assert f" {rest}" in LONG
    check_places(speech, 2)


def test_a_later_line_that_does_not_fit_is_left_out_whole(voices: Voices) -> None:
    speech = render_speech(
        order(('@ann says "Where have you been all day?" @tom says "On the other side."', 2)), voices
    )
    assert len(speech.spans) == 1
    assert speech.unspoken == ('Not spoken: "On the other side." (The shot is too short.)',)


def test_chinese_without_the_extra_is_named_and_the_rest_is_spoken(voices: Voices) -> None:
    speech = render_speech(
        order(('@小明说：“你好。” @tom says "Good morning."', 5), subjects=("小明", "tom")), voices
    )
    assert speech.unspoken == ('Not spoken: "你好。" (Chinese voices need the extra keyreel[voices].)',)
    assert len(speech.spans) == 1
    check_places(speech, 5)


def test_a_prompt_that_goes_on_over_several_shots_has_all_their_time(voices: Voices) -> None:
    same = f'The man says "{LONG}"'
    speech = render_speech(order((same, 4), (same, 4), (same, 8)), voices)
    assert speech.unspoken == ()
    assert len(speech.spans) == 1
    check_places(speech, 16)


def test_two_subjects_sound_different(voices: Voices) -> None:
    said = '@ann says "We are leaving now." @tom says "We are leaving now."'
    speech = render_speech(order((said, 6), subjects=("ann", "tom")), voices)
    ann, tom = (
        speech.pcm[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE), 0] for start, end in speech.spans
    )
    assert len(ann) != len(tom) or not np.allclose(ann, tom, atol=0.01)


def test_without_dialogue_there_is_silence_as_long_as_the_video(voices: Voices) -> None:
    speech = render_speech(order(("A quiet lake at dawn", 5)), voices)
    assert speech == SpeechTrack(speech.pcm)
    assert speech.pcm.shape == (5 * SAMPLE_RATE, 2)
    assert not speech.pcm.any()


def test_the_same_order_sounds_the_same(voices: Voices) -> None:
    request = order(('@ann says "Follow me." @tom says "No."', 4), subjects=("ann", "tom"))
    assert np.array_equal(render_speech(request, voices).pcm, render_speech(request, Voices(())).pcm)


@pytest.mark.parametrize("text", ["and then it rained " * 250, "It rained. " * 400])
def test_a_text_that_could_never_fit_costs_no_more_than_what_is_spoken(voices: Voices, text: str) -> None:
    voices.say("Ready.", "", Language.ENGLISH)
    started = time.process_time()
    speech = render_speech(order((f"Narrator: {text}", 4)), voices)
    assert time.process_time() - started < 2
    assert len(speech.spans) == 1
    assert speech.spans[0][1] > 3
    assert len(speech.unspoken) == 1
    check_places(speech, 4)
