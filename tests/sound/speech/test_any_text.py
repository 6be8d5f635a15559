"""Whatever a prompt holds, its speech is made in bounded time: what cannot be spoken is named in a note."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyreel.errors import UnpronounceableText
from keyreel.media.audio import SAMPLE_RATE
from keyreel.order import Operation, Order, Resolution, Shot, SoundOptions
from keyreel.sound.speech.language import Language
from keyreel.sound.speech.synthesis.english import BaseVoice
from keyreel.sound.speech.synthesis.mandarin_phonemes import phonemize_mandarin
from keyreel.sound.speech.track import SpeechTrack, render_speech
from keyreel.sound.speech.voices import Voices

if TYPE_CHECKING:
    from keyreel.sound.arrays import Mono

DIGITS = "0123456789٣९３²½Ⅷ①𝟙"
HARD_CHARACTERS = (
    st.text("😀\u0000\u200b\u200d\u202e\u0301\u0338\ufeffשלMmXxIV.,:;/'’-–%$£€¥°#@ \n" + DIGITS)
    | st.text("零一二两年月日点" + DIGITS)
    | st.text()
)
NUMBERS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "-", "+", "$", "£", "€", "¥", "#", "第", "v"]),
    st.text("0123456789,./:-e", min_size=1, max_size=60),
    st.sampled_from(["", "th", "st", "s", "%", "km", "°C", " million", "am", "'s", "年", "个", "℃"]),
)
TEXTS = st.lists(HARD_CHARACTERS | NUMBERS, min_size=1, max_size=6).map(" ".join)
HARD_TEXTS = (
    "1" * 37, "1" * 5000, "-" + "9" * 40, "1e400", "$1" + "0" * 40, "£" + "9" * 60 + ".99", "1." + "2" * 300,
    "1" * 40 + "th", "1" + "0" * 40 + "s", "99/99/9999", "1/0", "25:61", "M" * 40, "wow 😀😀", "٣" * 60,
    "१२३", "𝟙𝟚𝟛", "Ⅷ Ⅻ ²³¹ ½ ①②", "a" * 4900, "word " * 950, "1 " * 2400, "a." * 2400, "שלום مرحبا",
    "e\u0301\u0301" * 50, "a\0b", "a\u200bb\u200dc", "中文" + "9" * 4800, "中٣文", "\u202ehello",
)  # fmt: skip


def order(prompt: str) -> Order:
    return Order(
        operation=Operation.IMG2VIDEO,
        model="any",
        shots=(Shot(prompt, 1),),
        resolution=Resolution.P720,
        seed=1,
        sound=SoundOptions(speech=True),
    )


@pytest.fixture(scope="module")
def voices() -> Voices:
    return Voices(())


@pytest.mark.parametrize("text", HARD_TEXTS, ids=lambda text: ascii(text[:12]))
def test_hard_text_is_spoken_or_named_in_a_note(voices: Voices, text: str) -> None:
    started = time.monotonic()
    speech = render_speech(order(f'She says: "{text}"'), voices)
    assert speech.spans or speech.unspoken
    assert time.monotonic() - started < 5


class Phonemizer:
    """Speaks with a tone as long as the phonemes are many: all but the synthesis itself."""

    def __init__(self) -> None:
        self._english = BaseVoice()

    def say(self, text: str, voice_id: str, language: Language, *, speed: float = 1.0) -> Mono:
        del voice_id
        if language is Language.CHINESE:
            phonemes = phonemize_mandarin(text, self._english.phonemize)
        else:
            phonemes = self._english.phonemize(text)
        if not phonemes.strip():
            raise UnpronounceableText("It contains nothing that can be pronounced.")
        return np.full(round(len(phonemes) * SAMPLE_RATE / 15 / speed), 0.1, np.float32)


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    found = Phonemizer()
    found.say("Loaded.", "", Language.ENGLISH)
    found.say("你好。", "", Language.CHINESE)
    return found


@given(text=TEXTS, quoted=st.sampled_from(['She says: "{}"', "她说：“{}”", "Narrator: {}"]))
@settings(max_examples=300, deadline=2000)
def test_any_text_is_spoken_in_bounded_time(phonemizer: Phonemizer, text: str, quoted: str) -> None:
    speech: SpeechTrack = render_speech(order(quoted.format(text)), phonemizer)
    assert len(speech.pcm) == SAMPLE_RATE
