"""Named subjects that the prompt calls by @name, Vidu Q2. With the SDK.

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
            "vidu-q2-reference2video",
            subjects=[
                {"id": "balloon", "images": [IMAGES / "balloon.jpg"]},
                {"id": "lake", "images": [IMAGES / "scene.jpg"]},
            ],
            prompt="@balloon floats slowly to the right, with @lake as the background",
            duration=5,
            resolution="720p",
            aspect_ratio="16:9",
            seed=7,
            on_progress=lambda report: print(f"{report.state} {report.progress:.0%}"),
        )
        print(video.save("reference_q2.mp4"))


if __name__ == "__main__":
    main()
