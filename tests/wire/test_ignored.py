from __future__ import annotations

from typing import Any

import pytest

from keyreel.wire.catalogue import endpoint
from keyreel.wire.dialect import Asked
from keyreel.wire.ignored import ignored
from keyreel.wire.parse import parse_fields

PICTURE = "https://example.com/a.png"


@pytest.mark.parametrize(
    ("model", "fields", "named"),
    [
        ("q2-text2video", {"prompt": "x", "style": "anime"}, {"style"}),
        ("q2-text2video", {"prompt": "x", "style": "general", "wm_url": ""}, set()),
        ("q2-text2video", {"prompt": "x", "wm_url": PICTURE}, {"wm_url"}),
        ("q2-text2video", {"prompt": "x", "audio": "true", "off_peak": "true"}, {"off_peak"}),
        ("q2-pro-reference2video", {"prompt": "x", "images": [PICTURE] * 8}, {"images[7]"}),
        (
            "q3-pro-img2video",
            {"prompt": "x", "images": [PICTURE], "audio": False, "audio_type": "speech_only"},
            {"audio_type"},
        ),
    ],
)
def test_what_has_no_effect_is_named(model: str, fields: dict[str, Any], named: set[str]) -> None:
    asked = Asked(endpoint(model), fields)
    assert set(ignored(asked, parse_fields(asked))) == named
