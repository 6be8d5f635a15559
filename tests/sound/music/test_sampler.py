from __future__ import annotations

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.music.instruments import InstrumentPack
from keyreel.sound.music.reverb import reverberate
from keyreel.sound.music.sampler import render_parts
from keyreel.sound.music.score import InstrumentPart, MixSettings, Note


def _loudness(*notes: Note, seat: MixSettings | None = None) -> np.ndarray:
    direct, _ = render_parts(
        [InstrumentPart("piano", seat or MixSettings(), notes)], 2 * SAMPLE_RATE, InstrumentPack()
    )
    return np.sqrt((direct**2).mean(axis=1))


def test_harder_is_louder() -> None:
    soft, hard = (_loudness(Note(0, 1, 60, velocity)).sum() for velocity in (0.4, 0.8))
    assert 2.5 < hard / soft < 4.5


def test_pan_sounds_on_its_side() -> None:
    left, right = _loudness(Note(0, 1, 60, 0.8), seat=MixSettings(pan=-0.8))
    assert left > 4 * right


def test_a_note_ends_after_its_release() -> None:
    direct, _ = render_parts(
        [InstrumentPart("horn", MixSettings(), (Note(0.1, 0.5, 60, 0.8),))], 3 * SAMPLE_RATE, InstrumentPack()
    )
    assert np.abs(direct[:, SAMPLE_RATE // 4 : SAMPLE_RATE // 2]).max() > 0.01
    assert np.abs(direct[:, 2 * SAMPLE_RATE :]).max() == 0


def test_a_note_past_the_end_is_cut() -> None:
    direct, room = render_parts(
        [InstrumentPart("harp", MixSettings(), (Note(0.9, 5, 60, 0.8), Note(2, 1, 60, 1)))],
        SAMPLE_RATE,
        InstrumentPack(),
    )
    assert direct.shape == (2, SAMPLE_RATE)
    assert room.shape == (SAMPLE_RATE,)


def test_a_section_is_wide_and_no_single_instrument_is() -> None:
    note = Note(0, 1.5, 64, 0.8)
    wide, _ = render_parts(
        [InstrumentPart("strings", MixSettings(is_section=True), (note,))], 2 * SAMPLE_RATE, InstrumentPack()
    )
    lone, _ = render_parts(
        [InstrumentPart("strings", MixSettings(), (note,))], 2 * SAMPLE_RATE, InstrumentPack()
    )
    assert np.corrcoef(wide)[0, 1] < 0.95
    assert np.corrcoef(lone)[0, 1] > 0.999


def test_room_answers_late_to_both_sides_and_falls_silent() -> None:
    click = np.zeros(4 * SAMPLE_RATE, np.float32)
    click[100] = 1
    wet = reverberate(click, 1.5)
    assert not wet[:, : 100 + 720].any()
    power = (wet**2).reshape(2, -1, SAMPLE_RATE // 10).sum(axis=2)
    fall = 10 * np.log10(power[:, 2] / power[:, 12])  # a second apart
    assert np.all((fall > 30) & (fall < 60))  # 60 dB in 1.5 s, and a little more where it is dull
    assert abs(np.corrcoef(wet)[0, 1]) < 0.2
