"""The reference at /docs, on a phone and at an address without https."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}


def test_a_new_key_keeps_what_was_typed(open_studio: Callable[..., Page]) -> None:
    page = open_studio("/docs#async_v3_vidu_q2_pro_img2video", viewport=PHONE)
    page.get_by_text("Try it on this server").click()
    body = page.get_by_role("textbox", name="Body")
    body.fill("{}")
    page.locator("#key").fill("kr_other")
    page.locator("#key").press("Tab")
    expect(body).to_be_visible()
    expect(body).to_have_value("{}")
    expect(page.locator("pre.example")).to_contain_text("Bearer kr_other")


def test_an_example_is_copied_where_there_is_no_clipboard(open_studio: Callable[..., Page]) -> None:
    page = open_studio("/docs#async_v3_vidu_q2_pro_img2video")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy = page.locator(".card").filter(has_text="curl").get_by_role("button", name="Copy").first
    copy.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
