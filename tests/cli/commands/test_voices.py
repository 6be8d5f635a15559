from __future__ import annotations

import json
import subprocess
import sys
import wave
from typing import TYPE_CHECKING

from keyreel.media.audio import SAMPLE_RATE, decode_audio

if TYPE_CHECKING:
    from pathlib import Path


def keyreel(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "keyreel", "voices", *(str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_list_shows_every_voice() -> None:
    cards = json.loads(keyreel("list", "--json").stdout)
    assert {card["id"] for card in cards} >= {"heart", "michael", "xiaoxiao", "yunxi"}
    printed = keyreel("list").stdout
    assert all(card["id"] in printed for card in cards)


def test_say_writes_a_wave_file(tmp_path: Path) -> None:
    out = tmp_path / "hello.wav"
    assert keyreel("say", "Hello. Good to see you!", "-o", out).returncode == 0
    with wave.open(str(out)) as file:
        assert (file.getframerate(), file.getnchannels()) == (SAMPLE_RATE, 2)
        assert 0.8 < file.getnframes() / SAMPLE_RATE < 4


def test_say_writes_m4a(tmp_path: Path) -> None:
    out = tmp_path / "hello.m4a"
    assert (
        keyreel("say", "你好，欢迎光临。", "--voice", "zh-male", "--language", "zh", "-o", out).returncode
        == 0
    )
    assert 0.8 < len(decode_audio(out)) / SAMPLE_RATE < 4


def test_what_cannot_be_said_is_one_sentence(tmp_path: Path) -> None:
    for arguments in (("Привет",), ("Hello", "--language", "de")):
        done = keyreel("say", *arguments, "-o", tmp_path / "none.wav")
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "none.wav").exists()
