from __future__ import annotations

import pytest

from keyreel.sound.music.moods import Mood, detect_mood


@pytest.mark.parametrize(
    ("prompt", "mood"),
    [
        ("A calm lake at dawn, soft mist over the water", Mood.CALM),
        ("清晨宁静的湖面，微风吹过", Mood.CALM),
        ("Happy puppies playing at a birthday picnic", Mood.HAPPY),
        ("一只可爱的小狗在阳光下欢快地奔跑", Mood.HAPPY),
        ("A heroic knight leads the army into battle", Mood.EPIC),
        ("史诗般的战场，大军冲锋，气势磅礴", Mood.EPIC),
        ("He is escaping from a burning house, danger everywhere", Mood.TENSE),
        ("一场紧张的追逐，杀手就在身后", Mood.TENSE),
        ("A lonely old man, tears on his face, a last farewell", Mood.SAD),
        ("她孤独地站在雨中，悲伤地流泪", Mood.SAD),
        ("A detective follows a secret into an ancient cave", Mood.MYSTERY),
        ("迷雾中的古老遗迹，神秘的影子", Mood.MYSTERY),
        ("A robot walks through a neon city of the future", Mood.SCIFI),
        ("赛博朋克城市，霓虹灯下的机器人", Mood.SCIFI),
        ("A couple's first kiss at their wedding", Mood.ROMANCE),
        ("烛光下的情侣，浪漫的求婚", Mood.ROMANCE),
        ("A panda in a bamboo grove beside a temple", Mood.ORIENTAL),
        ("竹林里的侠客，水墨古风", Mood.ORIENTAL),
        ("A dragon circles the enchanted castle of a wizard", Mood.FANTASY),
        ("精灵在魔法城堡里施展咒语", Mood.FANTASY),
    ],
)
def test_mood_is_what_most_words_speak_of(prompt: str, mood: Mood) -> None:
    assert detect_mood(prompt) is mood


@pytest.mark.parametrize(
    "camera",
    [
        "",
        "slow dramatic zoom in",
        "epic drone shot, then a quick pan",
        "action camera, chase cam, hero shot",
        "smooth tracking shot in slow motion",
        "快速推进镜头",
        "史诗航拍，英雄特写",
    ],
)
def test_how_the_camera_moves_changes_no_mood(camera: str) -> None:
    assert detect_mood(f"A cup on a table. {camera}") is Mood.CALM
    assert detect_mood(f"{camera}, a sad farewell") is Mood.SAD


def test_words_inside_other_words_count_for_nothing() -> None:
    assert detect_mood("A warm oven, a spacebar, a gloved hand") is Mood.CALM


def test_what_is_denied_counts_for_nothing() -> None:
    assert detect_mood("not sad: a robot") is Mood.SCIFI
    assert detect_mood("没有危险，只有快乐") is Mood.HAPPY


def test_the_first_of_equals_decides() -> None:
    assert detect_mood("a joyful robot") is Mood.HAPPY
    assert detect_mood("a robot full of joy") is Mood.SCIFI
