"""Voices, by what they say: levels, edges, pitch, and what they refuse."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from keyreel.errors import UnpronounceableText
from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.speech.installed_voices import find_model_parts
from keyreel.sound.speech.language import Language
from keyreel.sound.speech.voices import Voices

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "We have been waiting for you since morning."
English, Chinese = Language.ENGLISH, Language.CHINESE
Mono = NDArray[np.float32]


@pytest.fixture(scope="module")
def base() -> Voices:
    return Voices(())


@pytest.fixture(scope="module")
def full() -> Voices:
    parts = find_model_parts()
    assert parts, "the development environment has the extra"
    return Voices(parts)


def pitches(samples: Mono) -> NDArray[np.float64]:
    """Measure the pitch each 10 ms by autocorrelation; frames without any are left out."""
    rate = SAMPLE_RATE // 4
    slow = samples[: len(samples) // 4 * 4].reshape(-1, 4).mean(axis=1).astype(np.float64)
    length = rate // 25
    window = np.hanning(length)
    fade = np.fft.irfft(np.abs(np.fft.rfft(window, 4 * length)) ** 2)[:length]
    low, high = rate // 420, rate // 60
    found = []
    for start in range(0, len(slow) - length, rate // 100):
        power = np.abs(np.fft.rfft(slow[start : start + length] * window, 4 * length)) ** 2
        echo = np.fft.irfft(power)[:length] / np.maximum(fade, 1e-9)
        lag = low + int(np.argmax(echo[low:high]))
        if echo[0] > 1e-3 and echo[lag] > 0.6 * echo[0]:
            found.append(rate / lag)
    return np.array(found)


def test_the_same_request_sounds_the_same(base: Voices) -> None:
    first, again = (base.say(TEXT, "alice", English) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(first, Voices(()).say(TEXT, "alice", English))


def test_a_take_begins_and_ends_with_its_speech_and_without_clicks(base: Voices) -> None:
    for voice in ("", "English_Male", "alice", "bob"):
        take = base.say(TEXT, voice, English)
        frames = np.abs(take[: len(take) // 480 * 480].reshape(-1, 480)).max(axis=1)
        loud = np.flatnonzero(frames > 0.01)
        assert loud[0] <= 6
        assert loud[-1] >= len(frames) - 8
        assert max(abs(take[0]), abs(take[-1])) < 1e-3
        assert np.max(np.abs(take)) < 0.9


def test_every_voice_is_equally_loud(base: Voices) -> None:
    levels = []
    for voice in ("", "English_Male", "alice", "bob", "somebody"):
        take = base.say(TEXT, voice, English)
        power = np.sqrt(np.mean(take[: len(take) // 480 * 480].reshape(-1, 480) ** 2, axis=1))
        levels.append(20 * np.log10(np.sqrt(np.mean(power[power > power.max() / 18] ** 2))))
    assert max(levels) - min(levels) < 3


def test_the_base_voice_sounds_like_men_and_women(base: Voices) -> None:
    woman = np.median(pitches(base.say(TEXT, "English_Female", English)))
    man = np.median(pitches(base.say(TEXT, "English_Male", English)))
    assert 165 < woman < 255
    assert 85 < man < 155


def test_two_ids_differ_in_pitch_or_pace(base: Voices) -> None:
    takes = {voice: base.say(TEXT, voice, English) for voice in ("Anna", "Clara", "bob", "tom")}
    distinct = {(round(float(np.median(pitches(take))) / 4), len(take) // 2400) for take in takes.values()}
    assert len(distinct) == len(takes)


def test_speed_shortens_a_take_and_keeps_its_pitch(base: Voices) -> None:
    calm, quick = (base.say(TEXT, "", English, speed=speed) for speed in (1.0, 1.35))
    assert 1.2 < len(calm) / len(quick) < 1.5
    assert np.median(pitches(quick)) == pytest.approx(np.median(pitches(calm)), rel=0.08)


def test_numbers_and_abbreviations_are_read_out(base: Voices) -> None:
    short = base.say("It is 5.", "", English)
    for text in ("It is 7:45 pm, Dr. Smith.", "It costs $1,250.50.", "It was on March 3rd, 1998."):
        assert len(base.say(text, "", English)) > 1.5 * len(short)


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("你好。", Chinese, "keyreel[voices]"),
        ("Say 你好 to all of them", English, "keyreel[voices]"),
        ("Привет!", English, "Only English and Chinese"),
        ("こんにちは", Chinese, "Only English and Chinese"),
        ("…", English, "contains nothing"),
    ],
)
def test_what_the_base_install_cannot_say_is_refused_with_the_reason(
    base: Voices, text: str, language: Language, reason: str
) -> None:
    with pytest.raises(UnpronounceableText) as refused:
        base.say(text, "", language)
    assert reason in refused.value.message


def test_without_the_extra_one_voice_is_available(base: Voices) -> None:
    cards = base.list_voices()
    assert len(cards) == 16
    assert [card.id for card in cards if card.available] == ["heart"]


def test_with_the_extra_every_voice_is_available(full: Voices) -> None:
    assert all(card.available for card in full.list_voices())


def test_the_extras_voices_speak_both_languages_at_a_natural_pace(full: Voices) -> None:
    english = full.say(TEXT, "michael", English)
    assert 1.5 < len(english) / SAMPLE_RATE < 3.5
    chinese = full.say("今天天气真好，我们去公园吧。", "xiaoxiao", Chinese)
    assert 3.0 < 12 / (len(chinese) / SAMPLE_RATE) < 6.5, "syllables a second"
    mixed = full.say("请用iPhone拍照。", "xiaoxiao", Chinese)
    assert len(mixed) > SAMPLE_RATE


def test_an_unknown_id_of_the_extra_is_stable_and_its_own(full: Voices) -> None:
    text = "Good morning."
    first = full.say(text, "Calm_Woman", English)
    assert np.array_equal(first, full.say(text, "Calm_Woman", English))
    assert not np.array_equal(first, full.say(text, "Warm_Woman", English))


def test_the_four_tones_of_chinese_are_audible(full: Voices) -> None:
    """A carrier sentence ends in the syllable ma; its pitch stays high, rises, stays low, falls."""
    contour = {}
    for tone, character in enumerate("妈麻马骂", start=1):
        ending = pitches(full.say(f"这个字念{character}。", "xiaoxiao", Chinese))[-22:]
        contour[tone] = (float(np.median(ending)), float(np.polyfit(np.arange(len(ending)), ending, 1)[0]))
    levels = {tone: level for tone, (level, _) in contour.items()}
    slopes = {tone: slope for tone, (_, slope) in contour.items()}
    assert levels[1] > levels[3]
    assert slopes[4] == min(slopes.values())
    assert slopes[2] > slopes[4]


def test_a_damaged_network_is_refused(tmp_path: Path) -> None:
    part = tmp_path / "part.bin"
    part.write_bytes(b"not the network")
    with pytest.raises(UnpronounceableText, match="damaged"):
        Voices((part,)).say("Hello.", "", English)


def test_no_voice_opens_a_connection() -> None:
    code = (
        "import sys\n"
        "sys.addaudithook(lambda name, _: sys.exit(name) if name.startswith('socket.') else None)\n"
        "from keyreel.sound.speech.voices import Voices, open_voices\n"
        "from keyreel.sound.speech.language import Language\n"
        "Voices(()).say('Hello, emma and fenrir.', 'emma', Language.ENGLISH)\n"
        "open_voices().say('你好。', 'fenrir', Language.CHINESE); print('spoken')"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == ("spoken", "")
