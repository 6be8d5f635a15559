from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import keyreel.sound.music
from keyreel.media.audio import SAMPLE_RATE
from keyreel.media.ogg import decode_ogg
from keyreel.sound.music.instruments import InstrumentPack
from keyreel.sound.music.sampler import render_parts
from keyreel.sound.music.score import InstrumentPart, MixSettings, Note

PACK = Path(keyreel.sound.music.__file__).parent / "pack"
CENTS = 15
UNPITCHED = {"drums", "orchestra_drums"}


def test_pack_is_the_one_that_was_built() -> None:
    pinned = json.loads((PACK / "MANIFEST.json").read_bytes())
    there = {name: hashlib.sha256((PACK / name).read_bytes()).hexdigest() for name in pinned}
    assert there == pinned
    assert sum(path.stat().st_size for path in PACK.iterdir()) < 3.5e6


def test_recordings_are_decoded_only_as_far_as_needed() -> None:
    rows = json.loads((PACK / "instruments.json").read_bytes())
    offset, size, _ = rows["samples"][0]
    data = (PACK / "samples.bin").read_bytes()[offset : offset + size]
    assert len(decode_ogg(data, 1000)) == 1000
    np.testing.assert_array_equal(decode_ogg(data, 1000), decode_ogg(data, 10**9)[:1000])


def _played(pack: InstrumentPack, name: str, key: int) -> np.ndarray:
    direct, _ = render_parts(
        [InstrumentPart(name, MixSettings(), (Note(0, 1.2, key, 0.8),))], SAMPLE_RATE * 3 // 2, pack
    )
    return direct.sum(axis=0)


def _off(wave: np.ndarray, key: int) -> float:
    """Measure how many cents the first harmonics are off, weighted by their power."""
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size))
    cents, powers = [], []
    for harmonic in range(1, 6):
        wanted = harmonic * 440 * 2 ** ((key - 69) / 12) * size / SAMPLE_RATE
        low, high = int(wanted * 2 ** (-1 / 20)), int(wanted * 2 ** (1 / 20)) + 2
        peak = low + int(np.argmax(spectrum[low:high]))
        if low < peak < high - 1:
            a, b, c = np.log(spectrum[peak - 1 : peak + 2] + 1e-12)
            cents.append(1200 * np.log2((peak + 0.5 * (a - c) / (a - 2 * b + c)) / wanted))
            powers.append(spectrum[peak] ** 2)
    return float(np.average(cents, weights=powers))


@pytest.mark.parametrize("name", sorted(set(InstrumentPack().list_names()) - UNPITCHED))
def test_instrument_is_in_tune_on_every_recording(name: str) -> None:
    pack = InstrumentPack()
    off = {}
    for zone in pack.get_instrument(name).zones:
        key = min(max(round(zone.pitch), zone.keys[0]), zone.keys[1])
        off[key] = _off(_played(pack, name, key)[int(0.12 * SAMPLE_RATE) :], key)
    assert {key: round(cents) for key, cents in off.items() if abs(cents) > CENTS} == {}


def test_loops_have_no_seam() -> None:
    pack = InstrumentPack()
    loud = []
    for name in sorted(set(pack.list_names()) - UNPITCHED):
        for zone in pack.get_instrument(name).zones:
            if zone.loop is None or zone.loop[1] - zone.loop[0] < 2000:
                continue
            wave = pack.get_recording(zone, zone.loop[1] + 2000)
            step = np.abs(np.diff(wave, 2))  # a click is a jump in slope
            usual = step[zone.loop[0] : zone.loop[1] - 300].max()
            if step[zone.loop[1] - 300 : zone.loop[1] + 300].max() > 1.5 * usual + 1e-4:
                loud.append((name, zone.keys))
    assert loud == []
