"""Watching without events, dragging keyframes, going on from a video, and a first video by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from recorder import VIDEO_MS
from test_screens import reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from support.servers import Server


def open_sample(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.locator(".price")).to_be_visible()


def test_a_task_is_polled_where_a_proxy_breaks_the_events(open_studio: Callable[..., Page]) -> None:
    page = open_studio()
    broken = {"status": 200, "content_type": "text/event-stream", "body": ""}
    page.route("**/v1/tasks/*/events", lambda route: route.fulfill(**broken))
    open_sample(page, "Over the lake")
    page.get_by_role("button", name="Make video").click()
    expect(page.get_by_text("Live updates are interrupted. Checking every two seconds.")).to_be_visible()
    expect(page.locator(".player video")).to_be_visible(timeout=VIDEO_MS)


def list_keyframes(page: Page) -> list[str | None]:
    return [each.get_attribute("src") for each in page.locator(".keyframe img").all()]


def test_a_keyframe_is_dragged_to_another_place(open_studio: Callable[..., Page]) -> None:
    page = open_studio()
    open_sample(page, "Over the lake")
    before = list_keyframes(page)
    first, third = (page.locator(".keyframe").nth(index).bounding_box() for index in (0, 2))
    assert first
    assert third
    middle = first["y"] + first["height"] / 2
    page.mouse.move(first["x"] + 20, middle)
    page.mouse.down()
    page.mouse.move(third["x"], middle, steps=5)
    expect(page.locator(".keyframe.dragging")).to_have_count(1)
    page.mouse.move(third["x"] + third["width"] / 2, middle)
    page.mouse.up()
    expect(page.locator(".keyframe").nth(2)).to_have_attribute("aria-pressed", "true")
    assert list_keyframes(page) == [before[1], before[2], before[0], *before[3:]]
    page.keyboard.press("Control+z")
    expect(page.locator(".keyframe img").first).to_have_attribute("src", before[0] or "")


@pytest.fixture(scope="session")
def long_video(server: Server) -> str:
    """The id of a finished video that is long enough to go on from."""
    body = {"model": "viduq2", "prompt": "snowy mountains", "duration": 4, "resolution": "540p"}
    made = str(server.call("POST", "/ent/v2/text2video", json=body).json()["task_id"])
    server.finished(made)
    return made


def test_a_video_of_the_gallery_goes_on(
    open_studio: Callable[..., Page], server: Server, long_video: str
) -> None:
    page = open_studio()
    page.get_by_role("link", name="Gallery").click()
    page.locator(f".tile .look[href='#/watch/{long_video}']").click()
    page.get_by_role("button", name="Extend").click()
    expect(page.get_by_text("Extends this video")).to_be_visible()
    page.get_by_role("textbox", name="Prompt").fill("snow falls")
    page.get_by_role("slider", name="Length").fill("1")
    expect(page.get_by_role("button", name="Make video")).to_be_enabled()
    page.get_by_role("button", name="Make video").click()
    expect(page.locator(".player video")).to_be_visible(timeout=VIDEO_MS)
    made = server.call("GET", f"/v1/tasks/{page.url.rpartition('/')[2]}").json()
    assert (made["operation"], made["request"]["fields"]["video_creation_id"]) == ("extend", long_video)


def test_a_first_video_is_made_and_played_by_keyboard_alone(open_studio: Callable[..., Page]) -> None:
    page = open_studio()
    expect(page.locator(".empty-stage")).to_be_visible()
    reach(page, "Text only")
    page.keyboard.press("Enter")
    expect(page.locator(".price")).to_be_visible()
    expect(page.get_by_role("button", name="Make video")).to_be_enabled()
    reach(page, "Make video")
    page.keyboard.press("Enter")
    expect(page.locator(".player video")).to_be_visible(timeout=VIDEO_MS)
    reach(page, "Play")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    reach(page, "Download")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".mp4")
