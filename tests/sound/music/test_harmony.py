from __future__ import annotations

import itertools

import numpy as np
import pytest

from keyreel.sound.music.form import plan
from keyreel.sound.music.harmony import chord, lead, scale_for
from keyreel.sound.music.melody import Ground, motif, sing, varied
from keyreel.sound.music.moods import Mood
from keyreel.sound.music.styles.table import STYLES

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
    read = chord(symbol, C)
    assert set(read.tones) == tones
    assert read.bass == bass


def test_voices_go_to_the_next_chord_by_the_nearest_way() -> None:
    voicing: tuple[int, ...] = ()
    for symbol in ["I", "vi", "IV", "V", "I"]:
        after = lead(chord(symbol, C), voicing, 4, (50, 74))
        assert {key % 12 for key in after} == set(chord(symbol, C).tones)
        assert sum(abs(new - old) for new, old in zip(after, voicing, strict=False)) <= 10
        voicing = after


def test_a_borrowed_chord_bends_the_scale() -> None:
    minor = (0, 2, 3, 5, 7, 8, 10)
    assert scale_for(chord("V", C), minor) == {2, 3, 5, 7, 8, 11}  # neither B flat nor C beside the B
    assert scale_for(chord("i", C), minor) == set(minor)


@pytest.mark.parametrize("mood", Mood)
def test_every_progression_can_be_played(mood: Mood) -> None:
    style = STYLES[mood]
    for row in (*style.verses, *style.contrasts, *style.closes, style.final):
        for symbol in row.replace("_", " ").split():
            assert chord(symbol, C).tones


def test_melody_keeps_to_its_scale_and_rests_on_chord_tones() -> None:
    scale = (0, 2, 4, 5, 7, 9, 11)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        form = plan(20, (90, 100), 4, rng)
        chords = tuple(chord(["I", "vi", "IV", "V"][beat // 4 % 4], C) for beat in range(form.landing + 1))
        theme = motif(((1, 1, 2), (1.5, 0.5, 1, 1)), rng)
        motifs = {"A": theme, "V": varied(theme, rng), "B": motif(((2, 2),), rng)}
        tones = sing(form.bars, motifs, Ground(chords, scale, 72, C))
        assert {tone.key % 12 for tone in tones} <= set(scale)
        assert all(tone.key % 12 in chords[int(tone.at)].tones for tone in tones if tone.beats >= 1)
        assert max(abs(b.key - a.key) for a, b in itertools.pairwise(tones)) <= 12


def test_motifs_return() -> None:
    rng = np.random.default_rng(1)
    form = plan(40, (90, 100), 4, rng)
    chords = (chord("I", C),) * (form.landing + 1)
    theme = motif(((1, 1, 0.5, 0.5, 1),), rng)
    tones = sing(form.bars, {"A": theme}, Ground(chords, (0, 2, 4, 5, 7, 9, 11), 72, C))
    first = [bar.at for bar in form.bars if bar.section == "A" and not bar.closes]
    rhythms = {tuple(tone.at - at for tone in tones if at <= tone.at < at + 4) for at in first}
    assert len(rhythms) == 1
