"""A camera flight through five keyframes, by plain HTTP in the `/v3/async` format.

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
    body = {
        "start_image": inline("flight-0.jpg"),
        "image_settings": [
            {"key_image": inline(f"flight-{number}.jpg"), "prompt": "a drone flies on", "duration": 2}
            for number in range(1, 5)
        ],
        "resolution": "720p",
        "watermark": True,
        "wm_position": "bottom_right",
    }
    with httpx.Client(base_url=base_url, headers=headers, timeout=60) as http:
        answer = http.post("/v3/async/vidu-q2-pro-multiframe", json=body).raise_for_status()
        task_id = answer.json()["task_id"]
        while True:
            found = http.get("/v3/async/task-result", params={"task_id": task_id}).raise_for_status().json()
            task = found["task"]
            print(f"{task['status']} {task['progress_percent']} %")
            if task["status"] == "TASK_STATUS_FAILED":
                raise SystemExit(task["reason"])
            if task["status"] == "TASK_STATUS_SUCCEED":
                break
            time.sleep(1)
        Path("multiframe.mp4").write_bytes(http.get(found["videos"][0]["video_url"]).content)
    print("multiframe.mp4")


if __name__ == "__main__":
    main()
