from __future__ import annotations

import itertools

import numpy as np
import pytest

from keyreel.sound.music.form import plan_form
from keyreel.sound.music.harmony import fit_scale, lead_voices, parse_chord
from keyreel.sound.music.melody import HarmonicContext, invent_motif, vary_motif, write_melody
from keyreel.sound.music.moods import Mood
from keyreel.sound.music.styles.table import STYLE_BY_MOOD

C = 60


@pytest.mark.parametrize(
    ("symbol", "tones", "bass"),
    [
        ("I", {0, 4, 7}, 0),
        ("vi7", {9, 0, 4, 7}, 9),
        ("V7", {7, 11, 2, 5}, 7),
        ("bVI", {8, 0, 3}, 8),
        ("iv6", {5, 8, 0, 2}, 5),
        ("V/3", {7, 11, 2}, 11),
        ("Vsus4", {7, 0, 2}, 7),
    ],
)
def test_numerals_are_read_as_musicians_read_them(symbol: str, tones: set[int], bass: int) -> None:
    read = parse_chord(symbol, C)
    assert set(read.tones) == tones
    assert read.bass == bass


def test_voices_go_to_the_next_chord_by_the_nearest_way() -> None:
    voicing: tuple[int, ...] = ()
    for symbol in ["I", "vi", "IV", "V", "I"]:
        after = lead_voices(parse_chord(symbol, C), voicing, 4, (50, 74))
        assert {key % 12 for key in after} == set(parse_chord(symbol, C).tones)
        assert sum(abs(new - old) for new, old in zip(after, voicing, strict=False)) <= 10
        voicing = after


def test_a_borrowed_chord_bends_the_scale() -> None:
    minor = (0, 2, 3, 5, 7, 8, 10)
    assert fit_scale(parse_chord("V", C), minor) == {2, 3, 5, 7, 8, 11}  # neither B flat nor C beside the B
    assert fit_scale(parse_chord("i", C), minor) == set(minor)


@pytest.mark.parametrize("mood", Mood)
def test_every_progression_can_be_played(mood: Mood) -> None:
    style = STYLE_BY_MOOD[mood]
    for row in (
        *style.verse_progressions,
        *style.contrast_progressions,
        *style.closing_bars,
        style.final_chord,
    ):
        for symbol in row.replace("_", " ").split():
            assert parse_chord(symbol, C).tones


def test_melody_keeps_to_its_scale_and_rests_on_chord_tones() -> None:
    scale = (0, 2, 4, 5, 7, 9, 11)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        form = plan_form(20, (90, 100), 4, rng)
        chords = tuple(
            parse_chord(["I", "vi", "IV", "V"][beat // 4 % 4], C) for beat in range(form.final_beat + 1)
        )
        theme = invent_motif(((1, 1, 2), (1.5, 0.5, 1, 1)), rng)
        motifs = {"A": theme, "V": vary_motif(theme, rng), "B": invent_motif(((2, 2),), rng)}
        tones = write_melody(form.bars, motifs, HarmonicContext(chords, scale, 72, C))
        assert {tone.key % 12 for tone in tones} <= set(scale)
        assert all(tone.key % 12 in chords[int(tone.at)].tones for tone in tones if tone.beats >= 1)
        assert max(abs(b.key - a.key) for a, b in itertools.pairwise(tones)) <= 12


def test_motifs_return() -> None:
    rng = np.random.default_rng(1)
    form = plan_form(40, (90, 100), 4, rng)
    chords = (parse_chord("I", C),) * (form.final_beat + 1)
    theme = invent_motif(((1, 1, 0.5, 0.5, 1),), rng)
    tones = write_melody(form.bars, {"A": theme}, HarmonicContext(chords, (0, 2, 4, 5, 7, 9, 11), 72, C))
    first = [bar.first_beat for bar in form.bars if bar.section == "A" and not bar.closes_section]
    rhythms = {tuple(tone.at - at for tone in tones if at <= tone.at < at + 4) for at in first}
    assert len(rhythms) == 1
