"""POST /v1/validate/{model}: everything at once, in every envelope, and nothing is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.wire.dialects.registry import DIALECTS
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.requests.examples import build_example_request
from support.requests import data_uri

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

URL = "https://example.com/a.png"
GOOD = {"images": [URL], "prompt": "x"}


def judged(client: TestClient, model: str, body: dict[str, Any], **query: str) -> dict[str, Any]:
    answer = client.post(f"/v1/validate/{model}", json=body, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def fields(found: dict[str, Any]) -> dict[str, str]:
    return {problem["field"]: problem["error"] for problem in found["problems"]}


def test_a_good_request_has_a_price_and_no_problems(client: TestClient) -> None:
    found = judged(client, "vidu-q2-pro-img2video", GOOD | {"duration": 4, "resolution": "1080p"})
    assert found == {
        "valid": True,
        "model": "q2-pro-img2video",
        "available": True,
        "problems": [],
        "ignored": [],
        "seconds": 4,
        "resolution": "1080p",
        "price": {"credits": 100, "usd": "0.500"},
    }


def test_lists_every_broken_rule_with_what_was_got(client: TestClient) -> None:
    shots = [{"duration": 9}, {"key_image": "nope"}, 5]
    found = judged(client, "vidu-q2-pro-multiframe", {"image_settings": shots, "seed": "x", "strange": 1})
    assert fields(found) == {
        "seed": "InvalidRequest",
        "start_image": "MissingImage",
        "image_settings[0].key_image": "MissingImage",
        "image_settings[0].duration": "InvalidRequest",
        "image_settings[1].key_image": "InvalidRequest",
        "image_settings[2]": "InvalidRequest",
    }
    told = {each["field"]: each for each in found["problems"]}
    assert told["image_settings[0].duration"]["got"] == "9"
    assert told["image_settings[0].duration"]["rule"] == "must be a whole number from 2 to 7"
    assert found["ignored"] == ["strange"]
    assert (found["valid"], found["price"]) == (False, None)


def test_rules_between_fields_are_told_beside_those_of_fields(client: TestClient) -> None:
    found = judged(client, "vidu2.0/img2video", {"images": [URL], "duration": 8, "resolution": "1080p"})
    assert fields(found) == {"prompt": "MissingField", "resolution": "InvalidRequest"}


def test_images_are_looked_at_whatever_else_is_wrong(client: TestClient) -> None:
    narrow, small = data_uri(10, 100), data_uri(100, 100)
    found = judged(client, "q1-reference2video", {"images": [narrow, "http://u:p@x.y/a.png", small]})
    assert fields(found) == {
        "prompt": "MissingField",
        "images[0]": "ImageSizeOutOfRange",
        "images[1]": "InvalidRequest",
        "images[2]": "ImageSizeOutOfRange",
    }
    assert found["price"] == {"credits": 80, "usd": "0.400"}


def test_frames_that_do_not_fit_each_other_are_told(client: TestClient) -> None:
    pair = {"images": [data_uri(160, 90), data_uri(90, 160)], "duration": 99}
    assert fields(judged(client, "viduq2_pro_start_end2video", pair)) == {
        "duration": "InvalidRequest",
        "images": "ImageSizeOutOfRange",
    }


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_every_formats_body_is_understood(client: TestClient, dialect: Any) -> None:
    for kind in filter(dialect.supports, ENDPOINTS):
        body = dialect.build_submit_request(build_example_request(kind)).json
        for query in ({}, {"dialect": dialect.name}):
            found = judged(client, dialect.format_model_id(kind), body, **query)
            assert (found["valid"], found["model"], found["ignored"]) == (True, kind.name(), [])


def test_a_changed_value_is_told_as_ignored(client: TestClient) -> None:
    body = {"prompt": "x", "input_reference": URL, "seconds": "99"}
    found = judged(client, "viduq2-pro-img2video", body)
    assert (found["valid"], found["seconds"], found["ignored"]) == (True, 10, ["seconds"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("no-such-model", b"{}", 404),
        ("q2-pro-img2video?dialect=klingon", b"{}", 404),
        ("q2-pro-multiframe?dialect=openai_videos", b"{}", 404),
        ("q2-pro-img2video", b"[]", 400),
        ("q2-pro-img2video", b'{"input": 5}', 400),
    ],
)
def test_what_cannot_be_understood_is_refused(
    client: TestClient, path: str, body: bytes, status: int
) -> None:
    assert client.post(f"/v1/validate/{path}", content=body).status_code == status


def test_needs_a_key(client: TestClient) -> None:
    del client.headers["Authorization"]
    assert client.post("/v1/validate/q2-pro-img2video", json=GOOD).status_code == 400


def test_makes_and_keeps_nothing(client: TestClient, platform: Platform, tmp_path: Path) -> None:
    assert judged(client, "q2-pro-img2video", GOOD | {"images": [data_uri()]})["valid"]
    assert platform.services.store.list() == ()
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
