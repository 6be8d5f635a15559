"""How prompts call subjects, as tables of spellings."""

from __future__ import annotations

import pytest

from keyreel.mentions import find_mentions, find_unknown_mentions, rename_mentions

SPELLED = [
    "@1",
    "＠1",
    "@１",
    "@ 1",
    "@①",
    "图1",
    "图１",
    "图一",
    "图 1",
    "图片1",
    "图片一",
    "参考图1",
    "主体1",
    "主体一",
    "第一张图",
    "第1张图片",
    "[图1]",
    "【图一】",
    "image 1",
    "Image1",
    "IMAGE_1",
    "image-1",
    "image #1",
    "@Image1",
    "@image_1",
    "picture 1",
    "photo 1",
    "subject 1",
    "reference image 1",
    "<IMAGE_1>",
    "<<<image_1>>>",
    "[@Image 1]",
    "[Image 1]",
    "(image 1)",
    "＜image 1＞",
    "the first image",
    "The first picture",
]
OTHERS = [
    "试图一跃而起",
    "地图1",
    "图一个新鲜",
    "一张图一个人",
    "mail me@home",
    "image 10 of 30",
    "imagine 1 thing",
    "1 image",
    "@1x",
    "@12",
    'she says "image 1"',
    "“图1”",
]


@pytest.mark.parametrize("spelled", SPELLED)
def test_every_usual_spelling_means_the_subject_of_that_number(spelled: str) -> None:
    assert rename_mentions(f"look, {spelled} 跑", {"1": "fox", "2": "dog"}) == "look, @fox 跑"
    assert find_unknown_mentions(f"{spelled}, {spelled}", ("2",)) == (spelled.strip(),)


@pytest.mark.parametrize("text", OTHERS)
def test_other_words_call_nobody(text: str) -> None:
    assert rename_mentions(text, {"1": "fox"}) == text


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("@小明明 runs, @小明 jumps", ["小明明", "小明"]),
        ("小明明在跑，小明在跳", ["小明明", "小明"]),
        ("@fox-2 runs, @fox jumps, the fox-2, a Fox", ["fox-2", "fox", "fox-2", "fox"]),
        ("@FOX and ＠ｆｏｘ", ["fox", "fox"]),
        ("@foxes, foxy, @fox_3", []),
        ("@小明跑", ["小明"]),
    ],
)
def test_the_longest_name_that_fits_is_meant(text: str, called: list[str]) -> None:
    for names in (["小明", "小明明", "fox", "fox-2"], ["fox-2", "fox", "小明明", "小明"]):
        assert [call.name for call in find_mentions(text, names)] == called


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("@1 meets @9 and @9", ("@9",)),
        ("图1和图九，image 4", ("图九", "image 4")),
        ("@fox and @foxes", ("@foxes",)),
        ("write to me@example.com", ()),
        ('@1 says "@9"', ()),
        ("@小明跑，@龙飞", ("@龙飞",)),
    ],
)
def test_calls_that_lead_nowhere_are_listed(text: str, unknown: tuple[str, ...]) -> None:
    assert find_unknown_mentions(text, ("1", "fox", "小明")) == unknown
