"""The journey of a newcomer: five pictures, two prompts and music become a video; a keyframe is changed.

Both takes are compared, and the better one is downloaded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from recorder import PICTURES, VIDEO_MS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

# What the person sees, in each language.
WORDS: dict[str, dict[str, Any]] = {
    "en-US": {
        "pick": "Choose images",
        "shots": ["Prompt of shot 1", "Prompt of shot 3"],
        "third shot": re.compile("^Shot 3"),
        "shorter": "One second shorter",
        "music": "Music",
        "make": "Make video",
        "play": "Play",
        "forward": "One frame forward",
        "change": "Change",
        "keyframe": "Keyframe 3 of 5",
        "third keyframe": "Keyframe 3",
        "replace": "Replace",
        "compare": "Compare",
        "download": "Download",
    },
    "zh-CN": {
        "pick": "选择图片",
        "shots": ["镜头 1 的提示词", "镜头 3 的提示词"],
        "third shot": re.compile("^镜头 3"),
        "shorter": "减一秒",
        "music": "配乐",
        "make": "制作视频",
        "play": "播放",
        "forward": "前进一帧",
        "change": "修改",
        "keyframe": "关键帧 3，共 5 个",
        "third keyframe": "关键帧 3",
        "replace": "替换",
        "compare": "对比",
        "download": "下载",
    },
}


def make(page: Page, words: dict[str, Any]) -> None:
    page.get_by_role("button", name=words["make"]).click()
    expect(page.locator("progress")).to_be_visible()
    expect(page.locator(".player video")).to_be_visible(timeout=VIDEO_MS)


def arrange(page: Page, words: dict[str, Any]) -> None:
    """Put five pictures on the timeline, two seconds apart, with two prompts and music."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=words["pick"]).click()
    chooser.value.set_files([PICTURES / f"flight-{number}.jpg" for number in range(5)])
    expect(page.locator(".keyframe")).to_have_count(5)
    page.get_by_label(words["shots"][0]).fill("a drone flies over the lake")
    page.get_by_role("button", name=words["third shot"]).click()
    page.get_by_label(words["shots"][1]).fill("snow falls")
    for shorter in page.get_by_role("button", name=words["shorter"]).all():
        shorter.click()
    expect(page.locator(".total")).to_contain_text("8")
    page.get_by_role("radio", name="540p").check()
    page.get_by_role("switch", name=words["music"]).check()
    expect(page.get_by_role("button", name=words["make"])).to_be_enabled()


def watch(page: Page, words: dict[str, Any]) -> None:
    """Play it, and step by one frame."""
    page.get_by_role("button", name=words["play"], exact=True).click()
    expect(page.locator(".clock")).to_have_text(re.compile(r"^[1-7]\.\d+ / 8\.00$"))
    page.keyboard.press("k")
    before = read_clock(page)
    page.get_by_role("button", name=words["forward"]).click()
    expect(page.locator(".clock")).not_to_have_text(before)
    assert 0 < seconds_of(read_clock(page)) - seconds_of(before) < 0.1


def read_clock(page: Page) -> str:
    return page.locator(".clock").inner_text()


def seconds_of(clock: str) -> float:
    return float(clock.partition(" / ")[0])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", WORDS)
def test_a_newcomer_makes_a_video_changes_a_keyframe_and_compares(
    open_studio: Callable[..., Page], language: str, tmp_path: Path
) -> None:
    words = WORDS[language]
    page = open_studio(locale=language)
    assert "#key" not in page.url
    arrange(page, words)
    make(page, words)
    expect(page.locator(".marker")).to_have_count(5)
    watch(page, words)

    page.get_by_role("button", name=words["change"]).click()
    page.get_by_role("button", name=words["keyframe"], exact=True).last.click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=words["replace"]).click()
    chooser.value.set_files(PICTURES / "scene.jpg")
    make(page, words)

    page.get_by_role("button", name=words["compare"]).click()
    page.locator(".tiles .look").first.click()
    expect(page.locator(".player video")).to_have_count(2)
    watch(page, words)
    times = page.locator(".player video").evaluate_all("videos => videos.map(video => video.currentTime)")
    assert abs(times[0] - times[1]) < 0.1
    expect(page.locator(".differences")).to_contain_text(words["third keyframe"])

    page.go_back()
    page.go_back()
    with page.expect_download() as download:
        page.get_by_role("link", name=words["download"]).click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.suffix == ".mp4"
    assert saved.read_bytes()[4:8] == b"ftyp"
