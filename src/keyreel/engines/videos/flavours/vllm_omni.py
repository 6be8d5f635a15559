"""vLLM-Omni: always a form, references as a JSON list, and DELETE aborts what is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.videos.flavour import WAN_RULE, Flavour, RequestBody, format_data_uri
from keyreel.order import Operation

if TYPE_CHECKING:
    from keyreel.engines.videos.flavour import VideoRequest


def _build_body(request: VideoRequest) -> RequestBody:
    fields = request.build_frame_fields()
    if request.references:
        fields["image_reference"] = [{"image_url": format_data_uri(image)} for image in request.references]
    return RequestBody(fields, is_form=True, image=request.first)


VLLM_OMNI: Final = Flavour(
    name="vllm-omni",
    rule=WAN_RULE,
    operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO, Operation.REFERENCE2VIDEO),
    usual_operations=(Operation.TEXT2VIDEO, Operation.IMG2VIDEO),
    build_body=_build_body,
    stops_deleted=True,
)
