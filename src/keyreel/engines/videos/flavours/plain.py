"""The bare format, as Keyreel serves it itself: whole seconds as text, a size, one image or two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.videos.flavour import Flavour, RequestBody, format_data_uri
from keyreel.order import FPS, Operation

if TYPE_CHECKING:
    from keyreel.engines.videos.flavour import VideoRequest

_MAX_SECONDS: Final = 5


def _build_body(request: VideoRequest) -> RequestBody:
    fields = request.build_fields() | {"seconds": str(request.seconds)}
    if request.last is not None:
        images = [image for image in (request.first, request.last) if image is not None]
        return RequestBody(
            fields | {"input_reference": [{"image_url": format_data_uri(image)} for image in images]}
        )
    return RequestBody(fields, is_form=request.first is not None, image=request.first)


PLAIN: Final = Flavour(
    name="plain",
    rule=FrameRule(
        fps=FPS, max_frames=_MAX_SECONDS * FPS, frame_multiple=FPS, side_multiple=8, max_pixels=1920 * 1080
    ),
    operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO, Operation.START_END2VIDEO),
    usual_operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO),
    build_body=_build_body,
    health_path="/v1/models",
    is_durable=True,
    stops_deleted=True,
)
