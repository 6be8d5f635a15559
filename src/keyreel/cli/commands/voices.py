"""`keyreel voices`: which voices there are, and how they sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from keyreel.cli.options import JsonOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.output import print_rows
from keyreel.errors import UnpronounceableText

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.wire.json_types import Json

voices_app = typer.Typer(help="Voices for dialogue.", no_args_is_help=True)

_FULL_SCALE: Final = 32767
"""The largest 16-bit sample."""
_PAUSES_PER_SECOND: Final = 6
"""A pause between two sentences lasts a sixth of a second."""


@voices_app.command("list")
def list_voices(as_json: JsonOption = False) -> None:
    """List the voices and which of them are installed."""
    from keyreel.sound.speech.installed_voices import find_model_parts, list_named_voices

    voices = list_named_voices(find_model_parts())
    if as_json:
        print_rows([asdict(voice) for voice in voices], (), as_json=True)
        return
    rows: list[Json] = [
        {
            "voice": voice.id,
            "language": voice.language,
            "gender": voice.gender,
            "available": "yes" if voice.available else "needs the extra keyreel[voices]",
        }
        for voice in voices
    ]
    print_rows(rows, ("voice", "language", "gender", "available"), as_json=False)
    print("\nEvery other voice ID selects its own voice, always the same one.")


@voices_app.command("say")
def save_speech(
    text: Annotated[str, typer.Argument(help="Text to speak.")],
    voice: Annotated[str, typer.Option(help="A voice's name, or any voice_id that requests can use.")] = "",
    language: Annotated[str, typer.Option(help="en or zh. Default: the language of the text.")] = "",
    output: Annotated[Path, typer.Option("-o", "--output", help="Output file, .wav or .m4a.")] = Path(
        "speech.wav"
    ),
) -> None:
    """Speak a text with a voice and save it to a file."""
    import numpy as np

    from keyreel.client.files import check_folder
    from keyreel.media.audio import SAMPLE_RATE, encode_aac
    from keyreel.sound.speech.language import Language, detect_language, split_sentences
    from keyreel.sound.speech.voices import open_voices

    if language and language not in set(Language):
        raise UnpronounceableText(f"--language: got {language!r}; must be en or zh.")
    check_folder(output, "--output")
    spoken_in = Language(language) if language else detect_language(text)
    speaker = open_voices()
    takes = [speaker.say(each, voice, spoken_in) for each in split_sentences(text) or (text,)]
    pause = np.zeros(SAMPLE_RATE // _PAUSES_PER_SECOND, np.float32)
    spoken = np.concatenate([part for take in takes for part in (take, pause)][:-1])
    pcm = np.repeat(spoken[:, None], 2, axis=1)
    if output.suffix == ".m4a":
        encode_aac(pcm, output)
    else:
        _write_wave(pcm, output, SAMPLE_RATE)
    print(f"{output}: {len(pcm) / SAMPLE_RATE:.1f} s")


def _write_wave(pcm: Pcm, path: Path, rate: int) -> None:
    """Write samples (float32 [samples, channels], -1 to 1, `rate` a second) as 16-bit WAV."""
    import wave

    with wave.open(str(path), "wb") as file:
        file.setnchannels(pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((pcm * _FULL_SCALE).astype("<i2").tobytes())
