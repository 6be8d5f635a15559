from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.music.instruments import SHIPPED_INSTRUMENTS, InstrumentPack
from keyreel.sound.music.sampler import render_parts
from keyreel.sound.music.score import InstrumentPart, MixSettings, Note
from keyreel.sound.music.soundfont.cutting import cut_instruments
from keyreel.sound.music.soundfont.font_file import SoundFont
from support.soundfonts import make_soundfont

if TYPE_CHECKING:
    from pathlib import Path


def cut(font: bytes, folder: Path) -> InstrumentPack:
    with (folder / "samples.bin").open("wb") as recordings:
        rows = cut_instruments(SoundFont(io.BytesIO(font)), recordings)
    (folder / "instruments.json").write_bytes(rows)
    return InstrumentPack(folder)


def play(pack: InstrumentPack, key: int, name: str = "piano") -> Any:
    notes = (Note(0, 2, key, 0.8),)
    return render_parts([InstrumentPart(name, MixSettings(), notes)], 2 * SAMPLE_RATE, pack)[0]


def find_pitch(wave: Any) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(wave.sum(axis=0)))) * SAMPLE_RATE / wave.shape[1])


@pytest.mark.parametrize(
    ("key", "name", "hertz"), [(69, "piano", 440), (48, "piano", 130.8), (42, "drums", 261.6)]
)
def test_a_key_sounds_at_its_pitch_and_past_the_recordings_end(
    key: int, name: str, hertz: float, tmp_path: Path
) -> None:
    wave = play(cut(make_soundfont(), tmp_path), key, name)
    assert find_pitch(wave) == pytest.approx(hertz, abs=0.6)
    assert np.abs(wave[:, -SAMPLE_RATE // 2 :]).max() > 0.9 * np.abs(wave).max()


def test_two_sides_of_one_instrument_are_as_loud_together_as_one_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / "stereo").mkdir()
    mono = play(cut(make_soundfont(), tmp_path), 60)
    stereo = play(cut(make_soundfont(stereo=True), tmp_path / "stereo"), 60)
    assert np.mean(stereo**2) == pytest.approx(np.mean(mono**2), rel=0.13)


def test_ogg_recordings_are_kept_as_they_are(tmp_path: Path) -> None:
    offset, size, _ = json.loads((SHIPPED_INSTRUMENTS / "instruments.json").read_bytes())["samples"][0]
    ogg = (SHIPPED_INSTRUMENTS / "samples.bin").read_bytes()[offset : offset + size]
    pack = cut(make_soundfont(ogg=ogg), tmp_path)
    assert (tmp_path / "samples.bin").read_bytes() == ogg
    assert np.abs(play(pack, 60)).max() > 0.01


def test_a_damaged_ogg_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"its recording 'sine' cannot be decoded as Ogg"):
        cut(make_soundfont(ogg=b"OggS" + bytes(500)), tmp_path)


def test_whatever_a_damaged_table_says_is_refused_or_cut() -> None:
    intact = make_soundfont()
    tables, random = intact.index(b"pdta"), np.random.default_rng(5)
    refused = 0
    for _ in range(300):
        font = bytearray(intact)
        for at in random.integers(tables, len(font), 3):
            font[at] = random.integers(256)
        try:
            cut_instruments(SoundFont(io.BytesIO(font)), io.BytesIO())
        except ValueError:
            refused += 1
    assert 50 < refused < 300


def test_absurdly_many_zones_are_refused() -> None:
    font = SoundFont(io.BytesIO(make_soundfont([0] * 60_000)))
    with pytest.raises(ValueError, match="more zones than any instrument needs"):
        [list(font.list_zones(0, 0, 100)) for _ in range(10)]
