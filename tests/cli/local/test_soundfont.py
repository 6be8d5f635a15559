"""An operator's own SoundFont: its instruments play the music, or one sentence says why they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.cli.local.soundfont import open_instruments
from keyreel.media.audio import SAMPLE_RATE, Pcm, decode_audio
from keyreel.sound.music.composer import compose_music
from support.commands import CARDS, keyreel
from support.servers import Server
from support.soundfonts import PROGRAMS, make_soundfont, write_soundfont
from support.submits import PARAMS

if TYPE_CHECKING:
    from pathlib import Path

PROMPT = "a calm lake at dawn"
SECONDS = 4
HARP = 46
LACKS = "lacks General MIDI presets that the music needs:"


def measure_overtones(pcm: Pcm) -> float:
    """Return the share of power above every key that the composer writes."""
    power = np.abs(np.fft.rfft(pcm.mean(axis=1))) ** 2
    return float(power[np.fft.rfftfreq(len(pcm), 1 / SAMPLE_RATE) > 2500].sum() / power.sum())


def test_music_is_played_with_the_operators_font(tmp_path: Path) -> None:
    font = write_soundfont(tmp_path / "sines.sf2")
    server = Server.start(tmp_path / "data", KEYREEL_SOUNDFONT=str(font), **CARDS)
    try:
        body = {**PARAMS, "prompt": PROMPT, "duration": SECONDS, "bgm": True, "seed": 3}
        result = server.finished(server.submit("vidu-q2-pro-img2video", body))
        video = server.download(result["videos"][0]["video_url"], tmp_path / "a.mp4")
    finally:
        assert server.stop() == 0
    heard = decode_audio(video)
    assert np.sqrt(np.mean(heard**2)) > 0.03
    assert measure_overtones(heard) < 1e-4
    assert measure_overtones(compose_music(PROMPT, SECONDS, 3)) > 1e-3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is not a SoundFont: it does not start with RIFF and sfbk"),
        (b"RIFF\x04\0\0\0WAVE", "is not a SoundFont: it does not start with RIFF and sfbk"),
        (make_soundfont()[:20_000], "is truncated"),
        (
            make_soundfont([each for each in PROGRAMS if each != HARP]),
            f"{LACKS} harp (program 46)",
        ),
        (
            make_soundfont([]),
            f"{LACKS} piano (program 0), rhodes (program 4), celesta (program 8) and 21 more",
        ),
    ],
    ids=["missing", "empty", "another kind", "cut off", "without a harp", "drums alone"],
)
def test_a_font_that_cannot_be_used_is_one_sentence(
    content: bytes | None, reason: str, tmp_path: Path
) -> None:
    font, data = tmp_path / "own.sf2", tmp_path / "data"
    if content is not None:
        font.write_bytes(content)
    up = keyreel("up", "--port", 0, "--data", data, KEYREEL_SOUNDFONT=str(font))
    assert (up.returncode, up.stderr.count("\n")) == (2, 1)
    assert f"KEYREEL_SOUNDFONT: {font} {reason}." in up.stderr


def test_doctor_names_the_instruments_and_what_is_wrong_with_them(tmp_path: Path) -> None:
    font = write_soundfont(tmp_path / "own.sf2")
    told = keyreel("doctor", "--data", tmp_path / "data", KEYREEL_SOUNDFONT=str(font))
    assert f"{font}, has all required instruments" in told.stdout
    told = keyreel("doctor", "--data", tmp_path / "data", KEYREEL_SOUNDFONT=str(tmp_path))
    assert f"KEYREEL_SOUNDFONT: {tmp_path} is no file." in told.stdout
    assert told.returncode == 1


def test_a_font_is_cut_once_and_gives_way_to_another(tmp_path: Path) -> None:
    font, data = write_soundfont(tmp_path / "own.sf2"), tmp_path / "data"
    folder = open_instruments(data, font)
    assert folder is not None
    made = (folder / "instruments.json").stat().st_mtime_ns
    moved = font.rename(tmp_path / "moved.sf2")
    assert open_instruments(data, moved) == folder
    assert (folder / "instruments.json").stat().st_mtime_ns == made
    moved.write_bytes(make_soundfont(stereo=True))
    other = open_instruments(data, moved)
    assert list((data / "instruments").iterdir()) == [other]
    assert other != folder


def test_a_cut_that_was_ended_halfway_is_made_anew(tmp_path: Path) -> None:
    font, data = write_soundfont(tmp_path / "own.sf2"), tmp_path / "data"
    folder = open_instruments(data, font)
    assert folder is not None
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "instruments.json").unlink()
    (folder / "samples.bin").write_bytes(b"half")
    (folder / "samples.bin#123").write_bytes(b"half")
    assert open_instruments(data, font) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole
