"""A real server with the real engine, and a browser that reports whatever goes wrong in a page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from recorder import MOMENT_MS, PICTURES, Recorder
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("studio"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=MOMENT_MS)
    with sync_playwright() as driver:
        # As root there is no sandbox; the pages are our own.
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_studio(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open the studio in a browser of its own, signed in unless `path` says otherwise; it makes no error."""
    recorders: list[Recorder] = []
    contexts = []

    def open_page(path: str = f"/#key={KEY}", **options: object) -> Page:
        context = browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(MOMENT_MS)
        recorders.append(Recorder(page, server.url))
        page.goto(server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for recorder in recorders for each in recorder.found] == []


@pytest.fixture
def browser_page(browser: Browser, server: Server) -> Iterator[Page]:
    """The studio, signed out, where errors are expected: browsers tell refused requests as errors."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(server.url)
    yield page
    context.close()


@pytest.fixture(scope="session")
def videos(server: Server) -> list[str]:
    """The ids of two finished videos of a second each."""
    picture = base64.b64encode((PICTURES / "lighthouse.jpg").read_bytes()).decode()
    body = {"model": "viduq2-pro", "images": [picture], "duration": 1, "resolution": "540p"}
    ids = [
        server.call("POST", "/ent/v2/img2video", json=body | {"prompt": prompt}).json()["task_id"]
        for prompt in ("snow falls", "slow push in")
    ]
    for each in ids:
        server.finished(each)
    return ids
