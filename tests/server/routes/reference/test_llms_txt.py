from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS

if TYPE_CHECKING:
    from starlette.testclient import TestClient


def test_a_language_model_learns_every_format_and_model(client: TestClient) -> None:
    del client.headers["Authorization"]
    told = client.get("/llms.txt")
    assert told.headers["content-type"].startswith("text/plain")
    for dialect in DIALECTS:
        assert f"### {dialect.title}\n" in told.text
    for kind in ENDPOINTS:
        assert f"`{DIALECTS[0].format_model_id(kind)}`" in told.text
    assert "http://testserver/v1/validate/MODEL" in told.text
    assert "`vidu-q2-reference2video` | Makes a video of named subjects" in told.text
    assert "| `prompt`, `images` or `subjects` | 1 to 10 |" in told.text
    assert "| `video_url` or `video_creation_id` | 1 to 7 |" in told.text
    assert len(told.text) < 20_000
