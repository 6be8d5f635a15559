"""Input of real clients, in every format: numbers as text, empty fields, and what is left aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.requests import data_uri

if TYPE_CHECKING:
    from httpx import Response
    from starlette.testclient import TestClient

IMAGE = data_uri()
DIALECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "async_v3": ("/v3/async/vidu-q2-pro-img2video", {}),
    "vtrix flat": ("/model/v1/generation", {"model": "viduq2_pro_img2video"}),
    "vtrix": ("/model/v1/generation", {"model": "viduq2_pro_img2video"}),
    "native": ("/ent/v2/img2video", {"model": "viduq2-pro"}),
    "comfy": ("/proxy/vidu/img2video", {"model": "viduq2-pro"}),
    "openai": ("/v1/videos", {"model": "vidu-q2-pro-img2video"}),
}
EVERYWHERE = pytest.mark.parametrize("spoken", DIALECTS)


def send(client: TestClient, spoken: str, **change: Any) -> Response:
    path, named = DIALECTS[spoken]
    fields = {"images": [IMAGE], "prompt": "push in", "duration": 1} | change
    wrapped = {"input": [{"params": fields}]} if spoken == "vtrix" else fields
    return client.post(path, json=named | wrapped)


def left_aside(answer: Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return set(answer.headers.get("X-Ignored-Fields", "").split(", ")) - {""}


READ: dict[str, dict[str, Any]] = {
    "text": {"duration": "5", "watermark": "True", "seed": "18446744073709551615", "resolution": " 540P "},
    "floats": {"duration": 5.0, "seed": -7, "wm_position": "", "bgm": "false"},
    "floats as text": {"duration": "5.0", "off_peak": "TRUE"},
    "labels": {"meta_data": '["any JSON"]'},
    "no label": {"meta_data": ""},
    "empty": {"resolution": "", "seed": "", "bgm": "", "movement_amplitude": "", "duration": "", "extra": ""},
    "null": {"resolution": None, "seed": None, "bgm": None, "movement_amplitude": None},
}
REFUSED: dict[str, dict[str, Any]] = {
    "a word for a number": {"duration": "five"},
    "true for a number": {"duration": True},
    "a label that is no JSON": {"meta_data": "Label=1"},
    "one for a flag": {"watermark": 1},
    "one for a flag as text": {"bgm": "1"},
    "a prompt of only a control character": {"prompt": "\0"},
}


# One server for a whole table: opening it takes longer than asking it.
@EVERYWHERE
def test_values_are_read_as_what_they_mean(client: TestClient, spoken: str) -> None:
    for name, change in READ.items():
        assert left_aside(send(client, spoken, **change)) == set(), name


@EVERYWHERE
def test_what_means_nothing_is_refused_by_its_field(client: TestClient, spoken: str) -> None:
    for name, change in REFUSED.items():
        answer = send(client, spoken, **change)
        assert answer.status_code == 400, name
        assert f"{next(iter(change))}: " in answer.text, name


def test_numbers_as_text_are_echoed_as_numbers(client: TestClient) -> None:
    shown = send(client, "native", duration="5", watermark="true", seed=2**64 - 1).json()
    assert (shown["duration"], shown["watermark"], shown["seed"]) == (5, True, 2**31 - 1)


@EVERYWHERE
def test_what_is_left_aside_is_named_however_deep(client: TestClient, spoken: str) -> None:
    change = {"extra": {"foo": 1, "webhook": {"bar": 2}}, "wm_position": 1, "voice_id": "v"}
    expected = {"extra.foo", "extra.webhook.bar", "wm_position", "voice_id"}
    if spoken != "openai":  # two images mean a first and a last frame there
        change["images"] = [IMAGE, IMAGE]
        expected.add("images[1]")
    assert left_aside(send(client, spoken, **change)) >= expected


def test_what_stands_beside_the_wrapped_fields_is_named(client: TestClient) -> None:
    fields = {"images": [IMAGE], "prompt": "push in"}
    body = {"model": "viduq2_pro_img2video", "input": [{"params": fields, "seed": 5}], "colour": 1}
    assert left_aside(client.post("/model/v1/generation", json=body)) == {"input[0].seed", "colour"}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            "vidu-q2-pro-reference2video",
            {"prompt": "x", "subjects": [{"images": [IMAGE] * 4, "bar": 1}] + [{"images": [IMAGE]}] * 5},
            {"subjects[0].images[3]", "subjects[0].bar", "subjects[5]"},
        ),
        (
            "vidu-q2-pro-multiframe",
            {"start_image": IMAGE, "image_settings": [{"key_image": IMAGE, "foo": 1}] * 2},
            {"image_settings[0].foo", "image_settings[1].foo"},
        ),
    ],
)
def test_lists_name_what_is_past_their_end(
    client: TestClient, path: str, body: dict[str, Any], expected: set[str]
) -> None:
    assert left_aside(client.post(f"/v3/async/{path}", json=body)) == expected
    assert set(client.post(f"/v1/validate/{path}", json=body).json()["ignored"]) == expected


@EVERYWHERE
def test_a_refusal_tells_of_fields_and_images_together(client: TestClient, spoken: str) -> None:
    wrong = data_uri(500, 100)
    text = send(client, spoken, images=[wrong], prompt=5, duration=99, resolution="4K").text
    told = ("prompt: got 5", "duration: got 99", "resolution: got", "images[0]: ")
    assert all(each in text for each in told)


UNREADABLE: tuple[tuple[dict[str, str], bytes, str], ...] = (
    ({"Content-Encoding": "gzip"}, b"{}", "gzip"),
    ({"Content-Type": "application/xml"}, b"<a/>", "application/json"),
    ({"Content-Type": "application/json"}, '{"a": 1}'.encode("utf-16"), "UTF-16"),
    ({"Content-Type": "application/json"}, b'{"prompt": "a \\ud83d b"}', "prompt: "),
)


@EVERYWHERE
def test_a_body_that_cannot_be_read_is_told_why(client: TestClient, spoken: str) -> None:
    for headers, content, named in UNREADABLE:
        for path in (DIALECTS[spoken][0], "/v1/validate/q2-pro-img2video"):
            answer = client.post(path, content=content, headers=headers)
            assert answer.status_code == 400
            assert named in answer.text
