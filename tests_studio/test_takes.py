"""What becomes of a finished video: its canvas comes back from the file alone, and its link is shared."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import expect

from support.servers import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from support.servers import Server


FOREIGN = Path(__file__).parents[1] / "tests" / "engines" / "conform" / "footage" / "cup.mp4"


def choose_files(page: Page, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose images").click()
    chooser.value.set_files(paths)


def test_one_of_our_videos_brings_its_canvas_back(
    open_studio: Callable[..., Page], server: Server, videos: list[str], tmp_path: Path
) -> None:
    found = server.call("GET", f"/v1/tasks/{videos[0]}").json()
    file = server.download(found["video_url"], tmp_path / "take.mp4")
    page = open_studio()
    choose_files(page, file)
    expect(page.get_by_text("Restored the canvas of take.mp4.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("snow falls")
    expect(page.locator(".stage img")).to_be_visible()
    expect(page.get_by_role("button", name="Make video")).to_be_enabled()


def test_a_video_from_elsewhere_changes_nothing(open_studio: Callable[..., Page]) -> None:
    page = open_studio()
    choose_files(page, FOREIGN)
    expect(page.get_by_text("cup.mp4 is not one of your videos on this server.")).to_be_visible()
    expect(page.locator(".empty-stage")).to_be_visible()


def test_a_shared_link_needs_no_key(open_studio: Callable[..., Page], videos: list[str]) -> None:
    page = open_studio(f"/?#key={KEY}", permissions=["clipboard-read", "clipboard-write"])
    page.goto(page.url.partition("#")[0] + f"#/watch/{videos[0]}")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text(re.compile(r"^Link copied\. It works until "))).to_be_visible()
    link = page.evaluate("() => navigator.clipboard.readText()")
    answer = httpx.get(link, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
