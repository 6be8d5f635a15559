"""What a flavour of `/v1/videos` is: what its servers make, and how they are asked. It sends nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from keyreel.engines.conform.frame_rule import FrameRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyreel.engines.conform.frame_rule import NativePlan
    from keyreel.order import Operation
    from keyreel.wire.json_types import Json

Parameter: TypeAlias = str | int | float | bool
"""A field that an operator has sent with every request."""

WAN_RULE: Final = FrameRule(
    fps=16, max_frames=81, frame_multiple=4, frame_offset=1, side_multiple=16, max_pixels=1280 * 720
)
"""What Wan makes, the model that these servers are mostly run with."""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """What a server is to make: its images are PNG files, as bytes, of the plan's size."""

    model: str
    prompt: str
    seed: int
    plan: NativePlan
    first: bytes | None = None
    last: bytes | None = None
    references: tuple[bytes, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    @property
    def seconds(self) -> int:
        """The length in whole seconds, rounded up."""
        return -(-self.plan.frames // self.plan.fps)

    def build_fields(self) -> Json:
        """Build the fields that all flavours share."""
        fields: Json = {"prompt": self.prompt, "size": str(self.plan.size), "seed": self.seed}
        if self.model:
            fields["model"] = self.model
        return fields | dict(self.parameters)

    def build_frame_fields(self) -> Json:
        """Build them with the exact number of frames and their rate."""
        return self.build_fields() | {"num_frames": self.plan.frames, "fps": self.plan.fps}


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body of a submit: JSON, or a form with at most one PNG file, `input_reference`."""

    fields: Json
    is_form: bool = False
    image: bytes | None = None

    def list_parts(self) -> list[tuple[str, tuple[str | None, bytes, str]]]:
        """List the parts of a form as httpx takes them; fields that are no text are JSON."""
        parts: list[tuple[str, tuple[str | None, bytes, str]]] = [
            (name, (None, (value if isinstance(value, str) else json.dumps(value)).encode(), "text/plain"))
            for name, value in self.fields.items()
        ]
        if self.image is not None:
            parts.append(("input_reference", ("first.png", self.image, "image/png")))
        return parts


@dataclass(frozen=True, slots=True)
class Flavour:
    """A kind of server.

    `operations` are what it can be asked for in one call, `usual_operations` what a model mostly makes.
    `is_durable`: it knows its videos after a restart. `stops_deleted`: DELETE ends the work on a video.
    `has_progress`: the progress that it tells is real from the beginning.
    """

    name: str
    rule: FrameRule
    operations: tuple[Operation, ...]
    usual_operations: tuple[Operation, ...]
    build_body: Callable[[VideoRequest], RequestBody]
    health_path: str = "/health"
    is_durable: bool = False
    stops_deleted: bool = False
    has_progress: bool = False


def format_data_uri(png: bytes) -> str:
    """Return a PNG file as a data URI."""
    return f"data:image/png;base64,{b64encode(png).decode()}"
