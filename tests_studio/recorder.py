"""What a page does that it must not, and the pictures that tests put on the canvas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Request

PICTURES = Path(__file__).parents[1] / "examples" / "pictures"

MOMENT_MS = 20_000
"""How long anything but a video may take, on a busy machine."""
VIDEO_MS = 150_000
"""How long a video may take."""


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
