"""Prompts in English and Chinese, and the sounds that they imply."""

from __future__ import annotations

import pytest

from keyreel.engine import AudibleContent
from keyreel.sound.ambience.expected_sounds import (
    SOUND_PATTERNS,
    AmbientSound,
    find_expected_sounds,
    find_shot_sounds,
)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("rain on the window of a quiet street", {"rain", "city"}),
        ("heavy rain over the city", {"downpour", "city"}),
        ("a stormy sea, lightning in the clouds", {"downpour", "thunder", "wind", "waves"}),
        ("snowflakes drift past a cabin", {"snow"}),
        ("a snowstorm over the mountains", {"snow", "wind"}),
        ("waves crash on the beach", {"waves"}),
        ("a rowboat on a lake", {"lake"}),
        ("a mountain stream in the forest", {"stream", "birds"}),
        ("a waterfall in the jungle", {"waterfall", "birds"}),
        ("jellyfish glide underwater", {"underwater"}),
        ("a campfire under the stars", {"fire"}),
        ("steam rises from a kettle", {"steam"}),
        ("bamboo sways in the wind", {"leaves", "wind"}),
        ("fireflies over the meadow on a summer night", {"crickets"}),
        ("neon streets, taxis pass", {"city"}),
        ("people talking in a crowded café", {"crowd"}),
        ("inside a spaceship", {"machine"}),
        ("a girl reads in her bedroom", {"room"}),
        ("sunset over the hills", {"air"}),
        ("a portrait of a woman", set()),
        ("", set()),
        ("窗外下着雨", {"rain"}),
        ("倾盆大雨中的街道", {"downpour", "city"}),
        ("暴风雨中的大海", {"downpour", "thunder", "waves"}),
        ("雪花飘落的村庄", {"snow"}),
        ("海浪拍打沙滩", {"waves"}),
        ("湖上泛舟", {"lake"}),
        ("森林里的小溪", {"stream", "birds"}),
        ("深海里的水母", {"underwater"}),
        ("篝火旁的少年", {"fire"}),
        ("竹林微风", {"leaves", "wind"}),
        ("夏夜的草地，虫鸣", {"crickets"}),
        ("咖啡馆里人来人往", {"crowd"}),
        ("飞船驾驶舱", {"machine"}),
        ("她坐在客厅里", {"room"}),
        ("山间日出", {"air"}),
        ("一位少女的肖像", set()),
    ],
)
def test_words_imply_sounds(prompt: str, expected: set[str]) -> None:
    assert {each.value for each in find_expected_sounds(prompt)} == expected


@pytest.mark.parametrize(
    ("prompt", "missing"),
    [
        ("she waves at the camera", AmbientSound.WAVES),
        ("he leaves the room", AmbientSound.LEAVES),
        ("a rainbow", AmbientSound.RAIN),
        ("a training hall", AmbientSound.RAIN),
        ("fireworks over the roofs", AmbientSound.FIRE),
        ("the road winds through the hills", AmbientSound.WIND),
        ("a sea of flowers", AmbientSound.WAVES),
        ("sunny, no rain", AmbientSound.RAIN),
        ("without wind or rain", AmbientSound.RAIN),
        ("没有下雨的早晨", AmbientSound.RAIN),
        ('she says: "I love the rain and the sea"', AmbientSound.RAIN),
        ("她说：“下雨了，海浪好大。”", AmbientSound.WAVES),
        ("美丽的风景", AmbientSound.WIND),
        ("a winter forest", AmbientSound.BIRDS),
        ("heavy rain in the garden", AmbientSound.BIRDS),
    ],
)
def test_words_that_only_look_like_a_sound_imply_none(prompt: str, missing: AmbientSound) -> None:
    assert missing not in find_expected_sounds(prompt)


@pytest.mark.parametrize(
    ("prompt", "content", "expected"),
    [
        ("a street", {AudibleContent.RAIN}, {"rain", "city"}),
        ("heavy rain", {AudibleContent.RAIN}, {"downpour"}),
        ("a boat at sea", {AudibleContent.WATER}, {"waves"}),
        ("a swan", {AudibleContent.WATER}, {"lake"}),
        ("her room", {AudibleContent.FIRE}, {"fire"}),
        ("the coral reef", {AudibleContent.WATER, AudibleContent.WIND}, {"underwater"}),
        ("", {AudibleContent.SNOW, AudibleContent.LEAVES}, {"snow"}),
        ("a portrait", set(), set()),
    ],
)
def test_images_imply_sounds_and_words_tell_them_more_exactly(
    prompt: str, content: set[AudibleContent], expected: set[str]
) -> None:
    assert {each.value for each in find_shot_sounds(prompt, frozenset(content))} == expected


def test_everything_audible_in_images_has_a_sound() -> None:
    for each in AudibleContent:
        assert find_shot_sounds("", frozenset({each}))


def test_no_sound_has_two_lists_of_words() -> None:
    named = [sound for sound, _ in SOUND_PATTERNS]
    assert len(named) == len(set(named))
    assert {*named, AmbientSound.ROOM, AmbientSound.AIR} == set(AmbientSound)
