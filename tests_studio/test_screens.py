"""Every screen for everybody: by the rules of accessibility, by keyboard alone, with mistakes made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from recorder import PICTURES
from support.servers import KEY, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from support.servers import Server

MAX_TABS = 80
"""No control of a screen is further away than that."""


def check(page: Page, name: str) -> list[str]:
    """Return the accessibility rules that the screen breaks."""
    found = Axe().run(page).response["violations"]
    return [f"{name}: {each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def reach(page: Page, name: str) -> None:
    """Press Tab until the control of this name has the focus."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and name in (focused.get_attribute("aria-label") or focused.inner_text()):
            return
    raise AssertionError(f"{name}: not reached by keyboard")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_keeps_the_rules_of_accessibility(
    open_studio: Callable[..., Page], videos: list[str], theme: str
) -> None:
    page = open_studio("/", color_scheme=theme)
    expect(page.get_by_label("API key")).to_be_visible()
    found = check(page, "sign-in")
    page.get_by_label("API key").fill(KEY)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".empty-stage")).to_be_visible()
    found += check(page, "empty canvas")
    page.get_by_role("button", name="Over the lake").click()
    expect(page.locator(".price")).to_be_visible()
    found += check(page, "timeline")
    page.get_by_role("radio", name="Cast").check()
    expect(page.locator(".subject").first).to_be_visible()
    expect(page.locator(".price")).to_be_visible()
    found += check(page, "cast")
    page.get_by_role("link", name="Gallery").click()
    page.locator(".tile .look").first.wait_for()
    found += check(page, "gallery")
    page.goto(page.url.partition("#")[0] + f"#/watch/{videos[0]}")
    expect(page.locator(".player video")).to_be_visible()
    found += check(page, "player")
    page.get_by_role("button", name="Code").click()
    expect(page.get_by_role("dialog")).to_contain_text("/ent/v2/img2video")
    found += check(page, "code")
    page.keyboard.press("Escape")
    page.goto(page.url.partition("#")[0] + f"#/compare/{'/'.join(videos)}")
    expect(page.locator(".player video")).to_have_count(2)
    found += check(page, "compare")
    assert found == []


def test_a_video_is_ordered_and_cancelled_by_keyboard_alone(open_studio: Callable[..., Page]) -> None:
    page = open_studio()
    expect(page.locator(".empty-stage")).to_be_visible()
    reach(page, "Over the lake")
    page.keyboard.press("Enter")
    expect(page.locator(".price")).to_be_visible()
    reach(page, "Keyframe 1 of 5")
    first = page.locator(".keyframe img").first.get_attribute("src")
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".keyframe img").nth(1)).to_have_attribute("src", first or "")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Keyframe 2 of 5")
    page.keyboard.press("Delete")
    expect(page.locator(".keyframe")).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(page.locator(".keyframe")).to_have_count(5)
    reach(page, "Length of shot 2 in seconds")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".total")).to_have_text("9 s in total")
    page.get_by_label("Prompt of shot").focus()
    page.keyboard.type(", rain falls")
    expect(page.locator(".price")).to_be_visible()
    expect(page.get_by_role("button", name="Make video")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    expect(page.locator("progress")).to_be_visible()
    reach(page, "Cancel")
    page.keyboard.press("Enter")
    expect(page.locator(".ended")).to_contain_text("Cancelled")


def test_mistakes_are_told_beside_what_they_are_about(open_studio: Callable[..., Page]) -> None:
    page = open_studio()
    expect(page.get_by_text("Write a prompt first.")).to_be_visible()
    page.get_by_role("textbox", name="Prompt").fill("a lake")
    page.get_by_role("textbox", name="Seed").fill("many")
    expect(page.locator(".settings .problem")).to_have_text(re.compile("^Seed: must be"))
    expect(page.get_by_role("button", name="Make video")).to_be_disabled()
    page.get_by_role("textbox", name="Seed").fill("7")
    expect(page.locator(".problem")).to_have_count(0)
    expect(page.get_by_role("button", name="Make video")).to_be_enabled()


def test_names_of_the_cast_are_completed_in_the_prompt(open_studio: Callable[..., Page]) -> None:
    page = open_studio()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose images").click()
    chooser.value.set_files([PICTURES / "cat.jpg", PICTURES / "boat.jpg"])
    page.get_by_role("radio", name="Cast").check()
    page.get_by_label("Name").first.fill("Tom")
    prompt = page.get_by_role("textbox", name="Prompt")
    # On a slow machine a frame may come later than the next letters.
    page.evaluate("() => { window.requestAnimationFrame = (draw) => setTimeout(draw, 300); }")
    prompt.press_sequentially("@b")
    expect(page.locator(".mentions").get_by_role("option")).to_have_text(["@boat"])
    prompt.press("Enter")
    prompt.press_sequentially("carries @t", delay=100)
    prompt.press("Tab")
    expect(prompt).to_have_value("@boat carries @Tom ")
    expect(page.get_by_role("button", name="Make video")).to_be_enabled()


def test_what_is_deleted_comes_back_with_undo_and_is_gone_without(
    open_studio: Callable[..., Page], server: Server, videos: list[str]
) -> None:
    body = {"model": "viduq2", "prompt": "a lake", "duration": 1, "resolution": "540p"}
    doomed = server.call("POST", "/ent/v2/text2video", json=body).json()["task_id"]
    server.finished(doomed)
    page = open_studio()
    page.get_by_role("link", name="Gallery").click()
    tiles = page.locator(".tile .look")
    expect(tiles.first).to_have_attribute("href", f"#/watch/{doomed}")
    page.get_by_role("button", name="Delete: a lake").click()
    expect(tiles.first).not_to_have_attribute("href", f"#/watch/{doomed}")
    page.get_by_role("button", name="Undo").click()
    expect(tiles.first).to_have_attribute("href", f"#/watch/{doomed}")
    page.get_by_role("button", name="Delete: a lake").click()
    page.get_by_role("button", name="Close").click()
    wait_until(lambda: server.call("GET", f"/v1/tasks/{doomed}").status_code in {404, 410})
    assert server.call("GET", f"/v1/tasks/{videos[0]}").status_code == 200


def test_a_wrong_key_is_refused_and_kept_nowhere(browser_page: Page) -> None:
    page = browser_page
    page.get_by_label("API key").fill("kr_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("This key is not valid on this server.")
    kept = page.evaluate("() => JSON.stringify([localStorage, sessionStorage])")
    assert "kr_wrong" not in kept


def test_an_address_with_a_key_signs_in_where_the_studio_is_open_already(browser_page: Page) -> None:
    page = browser_page
    expect(page.get_by_label("API key")).to_be_visible()
    page.evaluate("key => { location.hash = `key=${key}`; }", KEY)
    expect(page.locator(".empty-stage")).to_be_visible()
    assert KEY not in page.url
