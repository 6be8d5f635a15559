"""SGLang's diffusion server: exact frames, a file for the first image, keyframes as `conditions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.videos.flavour import WAN_RULE, Flavour, RequestBody, format_data_uri
from keyreel.order import Operation

if TYPE_CHECKING:
    from keyreel.engines.videos.flavour import VideoRequest
    from keyreel.wire.json_types import Json


def _build_body(request: VideoRequest) -> RequestBody:
    fields = request.build_frame_fields()
    if request.last is not None:
        return RequestBody(fields | {"conditions": _build_conditions(request)})
    # It takes a form only with a file.
    return RequestBody(fields, is_form=request.first is not None, image=request.first)


def _build_conditions(request: VideoRequest) -> list[Json]:
    """Write both keyframes: with the frame at which each stands."""
    keyframes = (
        ("first_frame", 0, request.first),
        ("last_frame", request.plan.frames - 1, request.last),
    )
    return [
        {"type": "image", "role": role, "frame_index": index, "uri": format_data_uri(image)}
        for role, index, image in keyframes
        if image is not None
    ]


SGLANG: Final = Flavour(
    name="sglang",
    rule=WAN_RULE,
    operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO, Operation.START_END2VIDEO),
    usual_operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO),
    build_body=_build_body,
    has_progress=True,
)
