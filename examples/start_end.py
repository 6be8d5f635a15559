"""A video from its first and its last frame, by plain HTTP in the vtrix format.

Start `keyreel up` first. KEYREEL_BASE_URL and KEYREEL_API_KEY say where the server is and with which key.
"""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path

import httpx

IMAGES = Path(__file__).parent / "pictures"


def inline(name: str) -> str:
    """Return an image as a data URI; an http(s) URL does as well."""
    return "data:image/jpeg;base64," + base64.b64encode((IMAGES / name).read_bytes()).decode()


def main() -> None:
    """Submit, poll, download."""
    base_url = os.environ.get("KEYREEL_BASE_URL", "http://127.0.0.1:8787")
    headers = {"Authorization": f"Bearer {os.environ['KEYREEL_API_KEY']}"}
    params = {
        "images": [inline("start.jpg"), inline("end.jpg")],
        "prompt": "a boat glides towards the island",
        "duration": 4,
        "resolution": "720p",
        "seed": 7,
        "movement_amplitude": "auto",
        "watermark": True,
        "wm_position": 3,
    }
    body = {"model": "viduq2_pro_start_end2video", "input": [{"params": params}]}
    with httpx.Client(base_url=base_url, headers=headers, timeout=60) as http:
        task_id = http.post("/model/v1/generation", json=body).raise_for_status().json()["id"]
        while True:
            task = http.get(f"/model/v1/generation/task/{task_id}").raise_for_status().json()
            print(task["status"], task.get("progress", ""))
            if task["status"] == "failed":
                raise SystemExit(str(task["error"]))
            if task["status"] == "completed":
                break
            time.sleep(1)
        Path("start_end.mp4").write_bytes(http.get(task["output"][0]["content"][0]["url"]).content)
    print("start_end.mp4")


if __name__ == "__main__":
    main()
