"""Speech synthesis: one English voice in every install, more and Chinese ones with `keyreel[voices]`."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from keyreel.errors import UnpronounceableText
from keyreel.mentions import HAN_RANGES
from keyreel.sound.speech.installed_voices import VoiceInfo, find_model_parts, list_named_voices
from keyreel.sound.speech.language import Language, find_foreign_letters
from keyreel.sound.speech.synthesis.english import BaseVoice
from keyreel.sound.speech.synthesis.kokoro import KokoroModel
from keyreel.sound.speech.synthesis.mandarin_phonemes import phonemize_mandarin
from keyreel.sound.speech.synthesis.trimming import trim_and_level
from keyreel.sound.speech.voice_choice import resolve_voice

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.sound.arrays import Mono
    from keyreel.sound.speech.voice_choice import ResolvedVoice


def open_voices() -> Voices:
    """Return this install's voices; loads nothing."""
    return Voices(find_model_parts())


class Voices:
    """Speaks. Long-lived: each model is loaded when it is needed for the first time, and kept.

    `parts` are the files of the extra's model, from `find_model_parts()`; without any, only the one English
    voice of every install speaks, varied for each voice id.
    """

    def __init__(self, parts: tuple[Path, ...]) -> None:
        self._parts = parts
        self._base = BaseVoice()

    def list_voices(self) -> tuple[VoiceInfo, ...]:
        """Return the named voices; loads nothing."""
        return list_named_voices(self._parts)

    def say(self, text: str, voice_id: str, language: Language, *, speed: float = 1.0) -> Mono:
        """Speak, `speed` times as fast as natural. Equal requests sound equal.

        Raises:
            UnpronounceableText: no voice here can say this text, with a reason for people.
        """
        if find_foreign_letters(text):
            raise UnpronounceableText("Only English and Chinese can be spoken.")
        if not re.search(r"[^\W_]", text):
            raise UnpronounceableText("It contains nothing that can be pronounced.")
        voice = resolve_voice(voice_id, language)
        chinese = language is Language.CHINESE or re.search(f"[{HAN_RANGES}]", text)
        if chinese and not self._parts:
            raise UnpronounceableText("Chinese voices need the extra keyreel[voices].")
        take = trim_and_level(
            self._synthesize_with_kokoro(text, voice, speed)
            if self._parts
            else self._base.say(text, voice.variation, speed=speed)
        )
        if not len(take):
            raise UnpronounceableText("It contains nothing that can be pronounced.")
        return take

    def _synthesize_with_kokoro(self, text: str, voice: ResolvedVoice, speed: float) -> Mono:
        chinese = re.search(f"[{HAN_RANGES}]", text)
        phonemes = phonemize_mandarin(text, self._base.phonemize) if chinese else self._base.phonemize(text)
        return self._kokoro.say(phonemes, voice.blend, speed=speed)

    @cached_property
    def _kokoro(self) -> KokoroModel:
        return KokoroModel(self._parts, self._base.vocabulary)
