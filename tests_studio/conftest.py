"""A real server with the real engine, and a browser that reports whatever goes wrong in a page."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

PICTURES = Path(__file__).parents[1] / "examples" / "pictures"
PATIENCE_MS = 150_000
"""How long a page may take to show something: a video is made meanwhile, perhaps on a busy machine."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server.start(tmp_path_factory.mktemp("studio"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        # As root there is no sandbox; the pages are our own.
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Recorder:
    """What a page does that it must not: errors, and requests to anywhere but the server."""

    def __init__(self, page: Page, origin: str) -> None:
        self.found: list[str] = []
        self._origin = urlsplit(origin).netloc
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.found.append(f"exception: {error}"))
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium tells a broken policy as an error too.
        if message.type in {"error", "warning"}:
            self.found.append(f"{message.type}: {message.text}")

    def _see(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != self._origin:
            self.found.append(f"request: {request.url}")


@pytest.fixture
def open_studio(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open the studio in a browser of its own, signed in unless `path` says otherwise; it must make no error."""
    recorders: list[Recorder] = []
    contexts = []

    def open_page(path: str = f"/#key={KEY}", **options: object) -> Page:
        context = browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        recorders.append(Recorder(page, server.url))
        page.goto(server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for recorder in recorders for each in recorder.found] == []


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
        server.wait_for_task(each)
    return ids
