"""A submit refuses a request for all that a validation lists, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

MODEL = "vidu-q2-pro-startend2video"
WIDE = data_uri(500, 100)


@pytest.mark.parametrize(
    "body",
    [
        {"images": [WIDE, WIDE]},
        {"images": [data_uri(200, 100), data_uri(100, 100)], "prompt": "x"},
        {"images": [WIDE], "duration": 99, "bgm": "yes"},
        {"duration": 99},
    ],
)
def test_a_submit_says_what_a_validation_says(client: TestClient, body: dict[str, Any]) -> None:
    problems = client.post(f"/v1/validate/{MODEL}", json=body).json()["problems"]
    refused = client.post(f"/v3/async/{MODEL}", json=body)
    assert refused.status_code == 400
    assert refused.json()["message"] == " ".join(each["message"] for each in problems)
