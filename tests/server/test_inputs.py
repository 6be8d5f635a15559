"""What people send for an image, by every route that takes one: the same is accepted, the same refused."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.errors import InvalidSetting
from keyreel.settings import read_settings
from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

IMG2VIDEO = "/v3/async/vidu-q2-pro-img2video"
START_END = "/v3/async/vidu-q2-pro-startend2video"
URI = data_uri()
TEXT = URI.partition(",")[2]
URL = "https://example.com/my photo.png"


@pytest.mark.parametrize(
    "image",
    [
        URI,
        URI.replace("image/png", "application/octet-stream"),
        URI.replace("image/png", ""),
        URI.replace("image/png", 'image/png;name="a b.png"'),
        TEXT.rstrip("="),
        urlsafe_b64encode(b64decode(TEXT)).decode(),
        TEXT.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
        {"type": "image_url", "image_url": {"url": URI}},
        URL,
        f"\n {URL} ",
    ],
)
def test_a_submit_and_a_validation_take_the_same(client: TestClient, image: Any) -> None:
    body = {"images": [image], "prompt": "x"}
    assert client.post(IMG2VIDEO, json=body).status_code == 200
    assert client.post("/v1/validate/q2-pro-img2video", json=body).json()["valid"]


PLAIN = "InvalidRequest"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"images": ["http://127.0.0.1:3000/a.png"]}, ("images[0]", PLAIN, "KEYREEL_EGRESS_ALLOW")),
        ({"images": ["https://a.example:3000/a.png"]}, ("images[0]", PLAIN, "KEYREEL_EGRESS_PORTS")),
        ({"images": ["https://me:pw@a.example/a.png"]}, ("images[0]", PLAIN, "user name")),
        ({"images": ["http://testserver/files/a.png?v=1&e=1&k=1&s=1"]}, ("images[0]", PLAIN, "signature")),
        ({"images": ["data:image/png,raw"]}, ("images[0]", "InvalidImage", "base64")),
        ({"images": [URI[:-40]]}, ("images[0]", "InvalidImage", "truncated")),
        ({"callback_url": "https://a.example:3000/"}, ("callback_url", PLAIN, "KEYREEL_EGRESS_PORTS")),
        (
            {"extra": {"webhook": {"url": "http://localhost/hook"}}},
            ("extra.webhook.url", PLAIN, "KEYREEL_EGRESS_ALLOW"),
        ),
    ],
)
def test_a_submit_and_a_validation_refuse_the_same(
    client: TestClient, change: dict[str, Any], problem: tuple[str, str, str]
) -> None:
    field, error, words = problem
    body = {"images": [URI], "prompt": "x"} | change
    refused = client.post(IMG2VIDEO, json=body)
    assert (refused.status_code, refused.json()["metadata"]["field"]) == (400, field)
    (told,) = client.post("/v1/validate/q2-pro-img2video", json=body).json()["problems"]
    assert (told["field"], told["error"], told["message"]) == (field, error, refused.json()["message"])
    assert words in told["message"]


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [((800, 600), (1000, 750), 200), ((800, 600), (1008, 600), 400), ((800, 600), (800, 752), 400)],
)
def test_start_and_end_frames_are_alike_in_width_and_in_height(
    client: TestClient, start: tuple[int, int], end: tuple[int, int], status: int
) -> None:
    body = {"images": [data_uri(*start), data_uri(*end)], "prompt": "x"}
    assert client.post(START_END, json=body).status_code == status


def test_the_ports_are_a_setting() -> None:
    assert read_settings(egress_ports="443, 3000").egress_ports == (443, 3000)
    for wrong in ("", "0", "65536", "http"):
        with pytest.raises(InvalidSetting, match="KEYREEL_EGRESS_PORTS"):
            read_settings(egress_ports=wrong)
