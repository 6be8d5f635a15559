"""Resolves voice ids: a name, an alias such as `English_Female`, else a voice derived from the id itself."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keyreel.sound.speech.language import Language


class Gender(StrEnum):
    """What a voice sounds like."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class NamedVoice:
    """A voice with a name of its own; `kokoro_id` is its makers' name."""

    name: str
    kokoro_id: str
    language: Language
    gender: Gender


NAMED_VOICES: Final = tuple(
    NamedVoice(kokoro.split("_")[1], kokoro, language, gender)
    for language, gender, makers in (
        (Language.ENGLISH, Gender.FEMALE, "af_heart af_bella af_kore bf_emma"),
        (Language.ENGLISH, Gender.MALE, "am_michael am_fenrir am_puck bm_george"),
        (Language.CHINESE, Gender.FEMALE, "zf_xiaoxiao zf_xiaobei zf_xiaoni zf_xiaoyi"),
        (Language.CHINESE, Gender.MALE, "zm_yunxi zm_yunjian zm_yunxia zm_yunyang"),
    )
    for kokoro in makers.split()
)
"""Every named voice; the first of a language and gender is its default."""

BASE_VOICE: Final = NAMED_VOICES[0]
"""The voice that every install has."""


@dataclass(frozen=True, slots=True)
class VoiceVariation:
    """Factors by which a voice is varied: pitch, formant frequencies, and pace."""

    pitch: float = 1.0
    formants: float = 1.0
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class ResolvedVoice:
    """What an id stands for: shares of one or two named voices, and the variation that imitates it."""

    blend: tuple[tuple[str, float], ...]
    gender: Gender
    variation: VoiceVariation


_GENDER_WORDS: Final = {
    Gender.FEMALE: (
        "female f woman women girl lady ladies madam mother mom grandma granny aunt queen princess sister "
        "miss shaonv yujie chengshu tianmei nv alice amy anna ann betty clara ella ellie emily eva grace "
        "hannah isabella jane jenny julia kate laura lily lisa lucy luna maria mary mia nina olivia rose "
        "sarah sophia susan zoe 女声 女 红 丽 娟 婷 芳 娜 美 雪 花 妈 姐 妹 奶 婆"
    ),
    Gender.MALE: (
        "male m man men boy gentleman guy bloke father dad grandpa uncle king prince brother mr sir "
        "jingying badao qingse nan adam alex andrew ben bob charlie daniel david ed frank george harry "
        "henry jack james jim joe john kevin leo liam luke mark max mike noah oliver oscar paul peter sam "
        "simon steve ted tim tom william 男声 男 明 强 刚 伟 军 龙 虎 爸 爷 叔 哥 弟"
    ),
}
_FILLER_WORDS: Final = (
    "english en eng us uk gb american british chinese zh cn mandarin putonghua voice default speaker "
    "standard 中文 汉语 国语 普通话 英文 英语 美式 英式 中 英 声音 音 的 默认"
)
_WORD_PIECE: Final = re.compile(
    r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|(?:女声|男声|中文|汉语|国语|普通话|英文|英语|美式|英式|声音|默认|[^\W\d_a-zA-Z])"
)
# Factors of natural voices against the base voice, a woman's of 200 Hz: pitch, formants.
_PITCH_AND_FORMANT_RANGES: Final = {
    Gender.FEMALE: ((0.88, 1.16), (0.94, 1.07)),
    Gender.MALE: ((0.52, 0.70), (0.82, 0.90)),
}
_DEFAULT_VARIATIONS: Final = {Gender.FEMALE: VoiceVariation(), Gender.MALE: VoiceVariation(0.60, 0.86)}
_PACE_RANGE: Final = (0.94, 1.06)  # factors of speed
_BLEND_SHARE_RANGE: Final = (0.3, 0.7)  # of the first of two voices


def resolve_voice(voice_id: str, language: Language) -> ResolvedVoice:
    """Return the voice of an id in lines of this language. Every id has one, and always the same."""
    wanted = voice_id.strip().casefold()
    for voice in NAMED_VOICES:
        if wanted in {voice.name, voice.kokoro_id}:
            return ResolvedVoice(((voice.name, 1.0),), voice.gender, _derive_named_variation(voice))
    pieces = [piece.casefold() for piece in _WORD_PIECE.findall(voice_id)]
    gender = next(
        (gender for piece in pieces for gender in Gender if piece in _GENDER_WORDS[gender].split()), None
    )
    rest = [piece for piece in pieces if piece not in _FILLER_WORDS.split() and not _is_gender_only(piece)]
    if not rest:
        gender = gender or Gender.FEMALE
        return ResolvedVoice(
            ((_list_voices(language, gender)[0].name, 1.0),), gender, _DEFAULT_VARIATIONS[gender]
        )
    return _derive_voice(hashlib.sha256(voice_id.strip().encode()).digest(), language, gender)


def _is_gender_only(piece: str) -> bool:
    return piece in {"female", "male", "f", "m", "woman", "man", "女声", "男声", "女", "男", "nv", "nan"}


def _list_voices(language: Language, gender: Gender) -> list[NamedVoice]:
    return [voice for voice in NAMED_VOICES if voice.language is language and voice.gender is gender]


def _derive_voice(digest: bytes, language: Language, gender: Gender | None) -> ResolvedVoice:
    gender = gender or tuple(Gender)[digest[0] % 2]
    voices = _list_voices(language, gender)
    first = digest[1] % len(voices)
    second = (first + 1 + digest[2] % (len(voices) - 1)) % len(voices)
    share = _interpolate(_BLEND_SHARE_RANGE, digest[3])
    blend = ((voices[first].name, share), (voices[second].name, 1 - share))
    return ResolvedVoice(blend, gender, _derive_variation(digest, gender))


def _derive_named_variation(voice: NamedVoice) -> VoiceVariation:
    default = _list_voices(voice.language, voice.gender)[0]
    if voice is default:
        return _DEFAULT_VARIATIONS[voice.gender]
    return _derive_variation(hashlib.sha256(voice.name.encode()).digest(), voice.gender)


def _derive_variation(digest: bytes, gender: Gender) -> VoiceVariation:
    pitches, formants = _PITCH_AND_FORMANT_RANGES[gender]
    # High voices come from short vocal tracts: the two go together, less than fully.
    high, small, quick = (byte / 255 for byte in digest[4:7])
    size = 0.5 * high + 0.5 * small
    return VoiceVariation(
        pitches[0] + high * (pitches[1] - pitches[0]),
        formants[0] + size * (formants[1] - formants[0]),
        _PACE_RANGE[0] + quick * (_PACE_RANGE[1] - _PACE_RANGE[0]),
    )


def _interpolate(bounds: tuple[float, float], byte: int) -> float:
    return bounds[0] + byte / 255 * (bounds[1] - bounds[0])
