"""An image set in motion, with the SDK.

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
            "vidu-q2-pro-img2video",
            images=[IMAGES / "lighthouse.jpg"],
            prompt="slow push in towards the lighthouse, evening",
            duration=5,
            resolution="720p",
            seed=7,
            movement_amplitude="medium",
            on_progress=lambda report: print(f"{report.state} {report.progress:.0%}"),
        )
        print(video.save("image_to_video.mp4"))


if __name__ == "__main__":
    main()
