"""Requests with every field filled in, one for each endpoint, and tasks in every state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from keyreel.order import Operation
from keyreel.task import SignedLinks, Submission, Task, TaskId, TaskState
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint


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
OPERATIONS: dict[Operation, dict[str, Any]] = {
    Operation.MULTIFRAME: {
        "start_image": url(0),
        "image_settings": [{"key_image": url(n), "prompt": f"p{n}", "duration": n + 1} for n in (1, 2, 3)],
    },
    Operation.IMG2VIDEO: {"images": [url(0)], "prompt": "x", "duration": 7, "voice_id": "v", "is_rec": True},
    Operation.START_END2VIDEO: {"images": [url(0), url(1)], "prompt": "x", "is_rec": True},
    Operation.REFERENCE2VIDEO: {
        "subjects": [{"id": "a", "images": [url(0), url(1)], "voice_id": "v"}],
        "images": [url(2)],
        "prompt": "@a x",
        "duration": 10,
        "aspect_ratio": "4:3",
    },
    Operation.TEXT2VIDEO: {"prompt": "x", "style": "anime", "aspect_ratio": "9:16"},
    Operation.EXTEND: {
        "video_url": "https://example.com/v.mp4",
        "video_creation_id": "7000000000000000001",
        "images": [url(0)],
        "prompt": "x",
        "duration": 7,
    },
    Operation.TEMPLATE2VIDEO: {"template": "hugging", "images": [url(0)], "area": "denmark"},
}
# What a model's own limits ask for instead.
_Q1 = {"duration": 5, "resolution": "1080p", "aspect_ratio": "9:16", "images": [url(0), url(1)]}
_V2 = {"duration": 4, "resolution": "720p", "aspect_ratio": "9:16", "images": [url(0), url(1)]}
NARROWER: dict[str, dict[str, Any]] = {"q1": _Q1, "q1-classic": _Q1, "1.5": _V2, "2.0": _V2}


def full(kind: type[Endpoint]) -> dict[str, Any]:
    """Return a request with every field that the endpoint knows."""
    given = EXTRAS | OPERATIONS[kind.operation] | NARROWER.get(kind.family, {})
    return {name: value for name, value in given.items() if name in kind.model_fields}


FULL: dict[str, dict[str, Any]] = {kind.name(): full(kind) for kind in ENDPOINTS}


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LINKS = SignedLinks("https://example.com/v.mp4?s=1", "https://example.com/c.jpg?s=1", 86_400)


def request(kind: type[Endpoint]) -> Endpoint:
    """Return a checked request with every field filled in."""
    return validate_fields(ParsedSubmit(kind, FULL[kind.name()]))


def task(kind: type[Endpoint], state: TaskState, **change: Any) -> Task:
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
