"""A submit in each format, all for the same short video."""

from __future__ import annotations

from typing import Any

from support.requests import data_uri

PARAMS: dict[str, Any] = {
    "images": [data_uri()],
    "prompt": "slow push in",
    "duration": 1,
    "resolution": "540p",
}
SUBMITS: dict[str, tuple[str, dict[str, Any]]] = {
    "async_v3": ("/v3/async/vidu-q2-pro-img2video", PARAMS),
    "vtrix": ("/model/v1/generation", {"model": "viduq2_pro_img2video", "input": [{"params": PARAMS}]}),
    "native": ("/ent/v2/img2video", {"model": "viduq2-pro", **PARAMS}),
    "comfy": ("/proxy/vidu/img2video", {"model": "viduq2-pro", **PARAMS}),
    "openai_videos": ("/v1/videos", {"model": "viduq2-pro", "prompt": "x", "input_reference": data_uri()}),
}
