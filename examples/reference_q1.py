"""Subjects from images in a new scene, Vidu Q1: five seconds in 1080p. With the SDK.

Start `keyreel up` first. KEYREEL_BASE_URL and KEYREEL_API_KEY say where the server is and with which key.
"""

from __future__ import annotations

import os
from pathlib import Path

from keyreel.client import Client

IMAGES = Path(__file__).parent / "pictures"


def main() -> None:
    """Make the video and save it."""
    base_url = os.environ.get("KEYREEL_BASE_URL", "http://127.0.0.1:8787")
    with Client(base_url, os.environ["KEYREEL_API_KEY"]) as client:
        video = client.generate(
            "vidu-q1-reference2video",
            images=[IMAGES / "balloon.jpg"],
            prompt="a hot-air balloon floats over a mountain lake",
            aspect_ratio="16:9",
            seed=7,
            on_progress=lambda report: print(f"{report.state} {report.progress:.0%}"),
        )
        print(video.save("reference_q1.mp4"))


if __name__ == "__main__":
    main()
