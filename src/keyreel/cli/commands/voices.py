"""`keyreel voices`: which voices there are, and how they sound."""

from __future__ import annotations

import json
import wave
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from keyreel.errors import UnpronounceableText
from keyreel.sound.speech.installed_voices import find_model_parts, list_named_voices
from keyreel.sound.speech.language import Language, detect_language, split_sentences

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.media.audio import Pcm
    from keyreel.sound.speech.installed_voices import VoiceInfo

_FULL_SCALE = 32767


def print_voices(*, as_json: bool) -> None:
    """Print every named voice."""
    cards = list_named_voices(find_model_parts())
    if as_json:
        print(json.dumps([asdict(card) for card in cards], indent=2))
        return
    table = Table("voice", "language", "gender", "", box=None)
    for card in cards:
        table.add_row(card.id, card.language, card.gender, _format_availability(card))
    console = Console()
    console.print(table)
    console.print("\nAny other voice id has a voice of its own, always the same one.", style="dim")


def save_speech(text: str, voice: str, language: str, out: Path) -> None:
    """Speak a text into a file: WAV, or AAC where its name ends in .m4a."""
    import numpy as np

    from keyreel.media.audio import SAMPLE_RATE, encode_aac
    from keyreel.sound.speech.voices import open_voices

    if language and language not in set(Language):
        raise UnpronounceableText(f"No voice speaks {language!r}: --language takes en or zh.")
    spoken_in = Language(language) if language else detect_language(text)
    speaker = open_voices()
    takes = [speaker.say(each, voice, spoken_in) for each in split_sentences(text) or (text,)]
    pause = np.zeros(SAMPLE_RATE // 6, np.float32)
    spoken = np.concatenate([part for take in takes for part in (take, pause)][:-1])
    pcm = np.repeat(spoken[:, None], 2, axis=1)
    if out.suffix == ".m4a":
        encode_aac(pcm, out)
    else:
        _write_wave(pcm, out, SAMPLE_RATE)
    print(f"{out}: {len(pcm) / SAMPLE_RATE:.1f} s")


def _format_availability(card: VoiceInfo) -> str:
    return "[green]available[/]" if card.available else "[dim]needs the extra keyreel\\[voices][/]"


def _write_wave(pcm: Pcm, out: Path, rate: int) -> None:
    with wave.open(str(out), "wb") as file:
        file.setnchannels(pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((pcm * _FULL_SCALE).astype("<i2").tobytes())
