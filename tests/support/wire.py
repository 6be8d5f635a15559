"""Requests with every field filled in, one for each endpoint, and tasks in every state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from keyreel.task import Links, State, Submission, Task, TaskId
from keyreel.wire.dialect import Asked
from keyreel.wire.parse import parse_fields

if TYPE_CHECKING:
    from keyreel.wire.endpoint import Endpoint


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


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LINKS = Links("https://example.com/v.mp4?s=1", "https://example.com/c.jpg?s=1", 86_400)


def request(kind: type[Endpoint]) -> Endpoint:
    """Return a checked request with every field filled in."""
    return parse_fields(Asked(kind, FULL[kind.name()]))


def task(kind: type[Endpoint], state: State, **change: Any) -> Task:
    """Return a task of this endpoint, in a state."""
    submission = Submission(
        tenant="t",
        key_id="k",
        dialect="any",
        endpoint=kind.name(),
        fields="{}",
        seed=2_147_483_647,
        seconds=5,
        payload="mine — ünï 😀",
    )
    known: dict[str, Any] = {"attempt": 1, "crashes": 0, "progress": 0.0, "created": NOON}
    return Task(TaskId("7000000000000000001"), submission, state, **(known | change))
