"""Requests with every field filled in, one for each endpoint."""

from __future__ import annotations

from typing import Any


def url(number: int) -> str:
    return f"https://example.com/{number}.png"


EXTRAS: dict[str, Any] = {
    "seed": 123,
    "resolution": "1080p",
    "movement_amplitude": "high",
    "bgm": True,
    "off_peak": True,
    "watermark": True,
    "wm_url": url(50),
    "wm_position": 2,
    "payload": "mine — ünï 😀",
    "meta_data": '{"Label": "1"}',
    "callback_url": "https://example.com/done",
    "extra": {"webhook": {"url": "https://example.com/hook"}},
}
FULL: dict[str, dict[str, Any]] = {
    "q2-pro-multiframe": EXTRAS
    | {
        "start_image": url(0),
        "image_settings": [{"key_image": url(n), "prompt": f"p{n}", "duration": n + 1} for n in (1, 2, 3)],
    },
    "q2-pro-img2video": EXTRAS
    | {"images": [url(0)], "prompt": "x", "duration": 7, "voice_id": "v", "is_rec": True},
    "q1-reference2video": EXTRAS | {"images": [url(0), url(1)], "prompt": "x", "aspect_ratio": "9:16"},
    "q2-reference2video": EXTRAS
    | {
        "subjects": [{"id": "a", "images": [url(0), url(1)], "voice_id": "v"}],
        "images": [url(2)],
        "prompt": "@a x",
        "duration": 10,
        "aspect_ratio": "4:3",
    },
    "q2-pro-start-end2video": EXTRAS | {"images": [url(0), url(1)], "prompt": "x", "is_rec": True},
}
