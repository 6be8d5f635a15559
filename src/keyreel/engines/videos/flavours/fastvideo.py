"""FastVideo: JSON, or a form where there is a first image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.videos.flavour import WAN_RULE, Flavour, RequestBody
from keyreel.order import Operation

if TYPE_CHECKING:
    from keyreel.engines.videos.flavour import VideoRequest


def _build_body(request: VideoRequest) -> RequestBody:
    fields = request.build_frame_fields() | {"seconds": request.seconds}
    return RequestBody(fields, is_form=request.first is not None, image=request.first)


FASTVIDEO: Final = Flavour(
    name="fastvideo",
    rule=WAN_RULE,
    operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO),
    usual_operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO),
    build_body=_build_body,
)
