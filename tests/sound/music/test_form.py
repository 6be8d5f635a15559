from __future__ import annotations

import numpy as np
import pytest

from keyreel.sound.music.form import FINAL_CHORD_SECONDS, plan_form
from keyreel.sound.music.moods import Mood
from keyreel.sound.music.styles.bright import BRIGHT_STYLES
from keyreel.sound.music.styles.dark import DARK_STYLES
from keyreel.sound.music.styles.table import STYLE_BY_MOOD


def test_every_mood_has_one_style() -> None:
    assert not BRIGHT_STYLES.keys() & DARK_STYLES.keys()
    assert STYLE_BY_MOOD.keys() == set(Mood)


@pytest.mark.parametrize("mood", Mood)
def test_whole_beats_end_where_the_last_chord_comes(mood: Mood) -> None:
    style = STYLE_BY_MOOD[mood]
    for seconds in np.arange(1, 63.5, 0.5):
        for seed in range(3):
            form = plan_form(float(seconds), style.tempo, style.beats, np.random.default_rng(seed))
            assert form.final_beat * form.beat_seconds == pytest.approx(
                seconds - min(FINAL_CHORD_SECONDS, seconds / 2)
            )
            assert sum(bar.beats for bar in form.bars) == form.final_beat
            if seconds > 8:
                assert style.tempo[0] * 0.9 <= 60 / form.beat_seconds <= style.tempo[1] * 1.12


def test_a_minute_has_a_form_and_builds_up() -> None:
    form = plan_form(63, (92, 100), 4, np.random.default_rng(4))
    sections = [bar.section for bar in form.bars if bar.opens_section]
    assert sections[0] == "I"
    assert sections[1:4] == ["A", "V", "B"]
    assert len(sections) >= 6
    level = {bar.section: bar.intensity for bar in form.bars}
    assert level["I"] < level["A"] < level["V"]


def test_five_seconds_start_in_the_middle_of_things() -> None:
    form = plan_form(5, (92, 100), 4, np.random.default_rng(4))
    assert max(bar.intensity for bar in form.bars) > 0.8
