"""Examples for the reference and the conformance kit: a request of each operation, a task in any state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from keyreel.order import Operation
from keyreel.task import SignedLinks, Submission, Task, TaskId, TaskState
from keyreel.wire.dialects.dialect import ParsedSubmit
from keyreel.wire.requests.parsing import validate_fields

if TYPE_CHECKING:
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

EXAMPLE_LINKS: Final = SignedLinks("https://example.com/1.mp4", "https://example.com/1.jpg", 86400)
_IMAGES: Final = tuple(f"https://example.com/{name}.png" for name in ("dawn", "noon", "dusk"))
_SAMPLES: Final = tuple(f"/studio/samples/flight-{number}.webp" for number in (0, 2, 4))
"""Pictures that every server has."""


def build_example_request(endpoint_class: type[Endpoint], base_url: str = "") -> Endpoint:
    """Return a request; that to a server at `base_url` names pictures which that server has."""
    images = [base_url + sample for sample in _SAMPLES] if base_url else [*_IMAGES]
    return validate_fields(ParsedSubmit(endpoint_class, _build_fields(images)[endpoint_class.operation]))


def build_example_task(request: Endpoint, state: TaskState) -> Task:
    """Return the task of a request."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    submission = Submission("", "", "", request.name(), "", seed=7, seconds=request.seconds)
    done = moment if state.is_final else None
    return Task(
        TaskId("7000000000000000001"), submission, state, 1, 0, 0.0, moment, started=done, finished=done
    )


def _build_fields(images: list[str]) -> dict[Operation, Json]:
    return {
        Operation.IMG2VIDEO: {"images": images[:1], "prompt": "The camera moves in slowly."},
        Operation.START_END2VIDEO: {"images": images[:2], "prompt": "The sun rises."},
        Operation.MULTIFRAME: {
            "start_image": images[0],
            "image_settings": [{"key_image": image, "duration": 3} for image in images[1:]],
        },
        Operation.REFERENCE2VIDEO: {"images": images[:1], "prompt": "@1 walks through the rain."},
        Operation.TEXT2VIDEO: {"prompt": "A lighthouse at dusk, waves below."},
        Operation.EXTEND: {
            "video_url": "https://example.com/dawn.mp4",
            "prompt": "The camera moves on, ever slower.",
        },
        Operation.TEMPLATE2VIDEO: {"template": "hugging", "images": images[:1]},
    }
