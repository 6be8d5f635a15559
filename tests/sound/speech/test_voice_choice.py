from __future__ import annotations

import pytest

from keyreel.sound.speech.language import Language
from keyreel.sound.speech.voice_choice import NAMED_VOICES, Gender, NamedVoice, resolve_voice


@pytest.mark.parametrize("voice", NAMED_VOICES, ids=[voice.name for voice in NAMED_VOICES])
def test_a_voices_own_names_mean_that_voice(voice: NamedVoice) -> None:
    for voice_id in (voice.name, voice.name.upper(), voice.kokoro_id):
        assert resolve_voice(voice_id, Language.ENGLISH).blend == ((voice.name, 1.0),)


@pytest.mark.parametrize(
    ("voice_id", "language", "name"),
    [
        ("", Language.ENGLISH, "heart"),
        ("", Language.CHINESE, "xiaoxiao"),
        ("English_Female", Language.ENGLISH, "heart"),
        ("english male", Language.ENGLISH, "michael"),
        ("zh-male", Language.CHINESE, "yunxi"),
        ("ChineseFemale", Language.CHINESE, "xiaoxiao"),
        ("男声", Language.CHINESE, "yunxi"),
        ("中文女声", Language.CHINESE, "xiaoxiao"),
        ("male", Language.ENGLISH, "michael"),
        ("English_Female", Language.CHINESE, "xiaoxiao"),
    ],
)
def test_an_alias_means_the_default_voice_of_the_lines_language(
    voice_id: str, language: Language, name: str
) -> None:
    assert resolve_voice(voice_id, language).blend == ((name, 1.0),)


@pytest.mark.parametrize(
    ("voice_id", "gender"),
    [
        ("English_Aussie_Bloke", Gender.MALE),
        ("male-qn-qingse", Gender.MALE),
        ("female-shaonv", Gender.FEMALE),
        ("Chinese (Mandarin)_Warm_Girl", Gender.FEMALE),
        ("alice", Gender.FEMALE),
        ("小明", Gender.MALE),
    ],
)
def test_an_unknown_id_keeps_the_gender_that_it_tells(voice_id: str, gender: Gender) -> None:
    for language in Language:
        role = resolve_voice(voice_id, language)
        assert role.gender is gender
        voices = {voice.name: voice for voice in NAMED_VOICES}
        assert {voices[name].gender for name, _ in role.blend} == {gender}
        assert {voices[name].language for name, _ in role.blend} == {language}


def test_an_unknown_id_has_a_blend_of_two_voices_and_always_the_same() -> None:
    role = resolve_voice("presenter_7", Language.ENGLISH)
    assert role == resolve_voice("presenter_7", Language.ENGLISH)
    assert len({name for name, _ in role.blend}) == 2
    assert sum(share for _, share in role.blend) == pytest.approx(1)


def test_a_hundred_ids_have_a_hundred_voices() -> None:
    roles = {resolve_voice(f"voice{number}", Language.ENGLISH) for number in range(100)}
    assert len(roles) == 100
    assert {role.gender for role in roles} == set(Gender)


def test_variations_stay_within_natural_limits() -> None:
    for number in range(200):
        tone = resolve_voice(f"voice{number}", Language.ENGLISH).variation
        assert 0.5 <= tone.pitch <= 1.2
        assert 0.8 <= tone.formants <= 1.1
        assert 0.9 <= tone.pace <= 1.1
