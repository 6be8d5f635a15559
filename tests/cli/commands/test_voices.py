from __future__ import annotations

import json
import wave
from typing import TYPE_CHECKING

from keyreel.media.audio import SAMPLE_RATE, decode_audio
from support.commands import keyreel

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


def voices(*arguments: object) -> subprocess.CompletedProcess[str]:
    return keyreel("voices", *arguments)


def test_list_shows_every_voice() -> None:
    cards = json.loads(voices("list", "--json").stdout)
    assert {card["id"] for card in cards} >= {"heart", "michael", "xiaoxiao", "yunxi"}
    printed = voices("list").stdout
    assert all(card["id"] in printed for card in cards)


def test_say_writes_a_wave_file(tmp_path: Path) -> None:
    out = tmp_path / "hello.wav"
    assert voices("say", "Hello. Good to see you!", "-o", out).returncode == 0
    with wave.open(str(out)) as file:
        assert (file.getframerate(), file.getnchannels()) == (SAMPLE_RATE, 2)
        assert 0.8 < file.getnframes() / SAMPLE_RATE < 4


def test_say_writes_m4a(tmp_path: Path) -> None:
    out = tmp_path / "hello.m4a"
    assert (
        voices("say", "你好，欢迎光临。", "--voice", "zh-male", "--language", "zh", "-o", out).returncode == 0
    )
    assert 0.8 < len(decode_audio(out)) / SAMPLE_RATE < 4


def test_what_cannot_be_said_is_one_sentence(tmp_path: Path) -> None:
    for arguments in (("Привет",), ("Hello", "--language", "de")):
        done = voices("say", *arguments, "-o", tmp_path / "none.wav")
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "none.wav").exists()
